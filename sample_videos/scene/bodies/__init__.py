"""Meshes of everything that stands or moves in the street, built of simple solids."""
