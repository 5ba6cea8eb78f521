"""The command `ngatu`: the one place that joins node and centre."""
