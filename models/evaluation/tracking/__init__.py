"""How well vehicles are followed, and what mistakes in that make of the rules, on clips with exact truth."""
