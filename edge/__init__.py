"""The node at a junction: from camera to signed evidence (thiết bị tại nút giao)."""
