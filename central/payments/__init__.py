"""Money from the collecting bank: what it tells is kept first and counted once, then compared day by day."""
