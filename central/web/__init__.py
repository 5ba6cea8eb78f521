"""What the faces (API, console, portal) share: who is asking, what every answer carries, bounds of values."""
