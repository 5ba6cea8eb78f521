"""Reports for leaders (báo cáo): figures of a week or month, stored as reported; later changes appear as
corrections.
"""
