"""Messages to other authorities (thông tin gửi đi): vehicle alerts, licence points, events."""
