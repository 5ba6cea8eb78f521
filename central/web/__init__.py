"""What API, console and portal share: who is asking, what every answer carries, bounds of values."""
