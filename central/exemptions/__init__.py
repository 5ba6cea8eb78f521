"""Times in which police directed the traffic at a site by hand, so that signals and signs did not apply
there.
"""
