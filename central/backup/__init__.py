"""The centre kept elsewhere and brought back: its database, its evidence, its keys by name."""
