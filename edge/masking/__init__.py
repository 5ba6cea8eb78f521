"""Copies of evidence for the person accused: other vehicles' plates and all faces are made unreadable."""
