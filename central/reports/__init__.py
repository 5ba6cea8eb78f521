"""Reports for leaders (báo cáo): figures of a week or month, kept as told, corrected in the open."""
