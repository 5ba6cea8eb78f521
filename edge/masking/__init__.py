"""Copies of evidence for the person it accuses: other people's plates and all faces made unreadable."""
