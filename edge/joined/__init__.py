"""Two cameras, one act: the vehicle of a finding is looked for in another camera's pictures, where its plate
can be read.

Time `t` is seconds on the clock of the camera that found it. Places are metres on a stretch of road that both
cameras show (`configs.scene.Section`): x to the right across it, y along its traffic.
"""
