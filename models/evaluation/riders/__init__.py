"""Heads of people on motorbikes, labelled by eye, and how well the node's network finds and classifies
them."""
