"""Systems of other authorities: how they are queried, what can go wrong, when requests are paused."""
