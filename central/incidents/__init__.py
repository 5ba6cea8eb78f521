"""Security incidents (sự cố an ninh mạng): drawn up, told to the authority in time, kept."""
