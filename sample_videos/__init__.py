"""Sample clips with exact ground truth, and the scene that renders them."""
