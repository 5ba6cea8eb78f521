"""Systems of other authorities: how they are asked, what can go wrong, when asking pauses for a while."""
