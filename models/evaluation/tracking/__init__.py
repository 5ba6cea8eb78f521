"""Tracking quality, and the effect of tracking errors on the rules, on clips with exact truth."""
