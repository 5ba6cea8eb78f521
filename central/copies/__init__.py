"""Copies of evidence for its owner: masked, signed by the centre, each naming the original's hash."""
