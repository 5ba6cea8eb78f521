"""What is suggested at set-up, measured on clips whose lamps, lines and lanes are known."""
