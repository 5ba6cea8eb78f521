"""Heads of people on motorbikes, settled by eye, and how well the node's network finds and names them."""
