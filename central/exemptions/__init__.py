"""Times in which police directed the traffic of a site by hand: signals and signs did not bind there."""
