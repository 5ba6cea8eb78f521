"""Simulated national systems for demonstrations and tests; a red bar on every page says so."""
