"""Meshes of all standing and moving objects in the street, built of simple solids."""
