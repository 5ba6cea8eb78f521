"""What crosses the wire between a node and the centre, and nothing else."""
