"""Copies of clips that browsers can't play, for looking only: the original stays what is evidence."""
