"""The messages exchanged between a node and the centre, and nothing else."""
