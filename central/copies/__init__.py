"""Copies of evidence for the vehicle's owner: masked, signed by the centre, each with the original's hash."""
