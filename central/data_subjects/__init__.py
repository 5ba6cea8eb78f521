"""Requests of persons concerned for the data held about them (chủ thể dữ liệu), answered with one file."""
