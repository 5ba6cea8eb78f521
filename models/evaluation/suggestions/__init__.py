"""Set-up suggestions, measured on clips with known lamps, lines and lanes."""
