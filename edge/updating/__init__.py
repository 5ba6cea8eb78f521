"""Networks that the centre signed, tried on golden frames before and each day after they are in force."""
