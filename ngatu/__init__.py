"""The command `ngatu`: the only part that joins node and centre."""
