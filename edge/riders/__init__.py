"""Who sits on a motorbike: how many people, and which of their heads wear a helmet."""
