"""Networks signed by the centre, tested on golden frames before they are in force and each day afterwards."""
