"""Copies of clips that browsers can't play, for viewing only: the original remains the evidence."""
