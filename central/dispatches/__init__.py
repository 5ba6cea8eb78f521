"""What other authorities are told (thông tin gửi đi): alerts on vehicles, points of licences, events."""
