"""Two joined cameras: the vehicle of a finding is searched in another camera's pictures, where its plate is
readable.

Time `t` is seconds on the clock of the camera that found it. Places are metres on a stretch of road that both
cameras show (`configs.scene.Section`): x to the right across it, y along its traffic.
"""
