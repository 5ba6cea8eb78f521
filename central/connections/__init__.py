"""Systems of other houses: how they are asked, what can go wrong, when they are left alone for a while."""
