"""Camera sources, capture time, the packet ring, and clips cut from it without re-encoding (nguồn hình)."""
