"""Backup and restore of the centre: its database, its evidence, its keys by fingerprint."""
