"""What other houses are told (thông tin gửi đi): alerts on vehicles, points of licences, events."""
