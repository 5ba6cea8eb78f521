"""Reports for leaders (báo cáo): figures of a week or month, kept as reported; later changes appear as
corrections."""
