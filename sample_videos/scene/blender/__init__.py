"""The rendered junction: script, geometry, models, renderer and truth of the sample clip.

World frame: metres, x to the right, y along the road away from the camera, z up; the camera is over y = 0.
Time: seconds from the first frame. Pixels: origin at the top left corner, x right, y down.
Modules that build or render the picture import `bpy`; script, motion, projection, plates and truth do not.
"""
