"""Trains the network that finds the heads of people on motorbikes."""
