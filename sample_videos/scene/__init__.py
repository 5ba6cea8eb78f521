"""Rendered streets: the scene, its traffic, the picture, and the offences in it.

World frame: metres, x to the right, y along the road away from the camera, z up. Headings: radians
anticlockwise from +y. Times: seconds from the first frame. Pixels: origin at the upper left corner, x right,
y down. A vehicle's own frame has its origin on the ground under the middle of its rear axle, +y forward.

Only `gl` and what `python -m sample_videos.scene` calls of it needs moderngl. `blender` holds the older scene
behind `junction.mp4`.
"""
