"""Counts the people on a motorbike, and which of their heads wear a helmet."""
