"""The street in pixels, cut to the picture: lamp, stop line, lanes, solid, commit and exit lines."""

from typing import Any

import numpy as np
import numpy.typing as npt

from .projection import Camera
from .script import Script

Array = npt.NDArray[np.float64]
NEAR = 9.0
"""Start of the drawn ground (m from the camera): just below the picture's lower edge."""


def ground_truth(script: Script) -> dict[str, Any]:
    """The keys of a camera file, as in the truth files of real footage."""
    s, view = script.street, script.camera
    middle = (s.cross_near + s.cross_far) / 2
    head = view.box(np.array(script.lamp.corners()))
    lanes = {
        "left": (s.left, s.divider),
        "right": (s.divider, s.right),
        "opposing": (s.opposing_left, s.left - 0.4),
    }
    return {
        "lights": [
            {
                "id": "near_right",
                "governs": "our approach (stop line S1)",
                "head_box": [int(v) for v in np.rint(head)],
                "states": [list(phase) for phase in script.lamp.phases],
            }
        ],
        "stop_lines": [
            {
                "id": "S1",
                "light": "near_right",
                "line": _line(view, (s.left, s.stop_line), (s.right, s.stop_line)),
                "direction": "up",
            }
        ],
        "commit_lines": [
            {
                "id": "far_side",
                "stop_line": "S1",
                "line": _line(view, (s.left, s.commit_line), (s.right, s.commit_line)),
                "direction": "up",
            }
        ],
        "exit_lines": [
            {"movement": "straight", "line": _line(view, (s.left, s.commit_line), (s.right, s.commit_line))},
            {"movement": "right", "line": _line(view, (5.2, s.cross_near), (5.2, middle))},
            {"movement": "left", "line": _line(view, (-5.6, middle), (-5.6, s.cross_far))},
        ],
        "crosswalk": {"polygon": _area(view, s.opposing_left, s.right, s.stop_line + 1.1, s.stop_line + 3.3)},
        "junction": {"polygon": _area(view, -30.0, 30.0, s.cross_near, s.cross_far)},
        "lanes": [
            {
                "id": name,
                "direction": "down" if name == "opposing" else "up",
                "polygon": _area(view, x1, x2, NEAR, s.stop_line),
            }
            for name, (x1, x2) in lanes.items()
        ],
        "solid_lines": [
            {
                "id": "divider",
                "line": _line(view, (s.divider, NEAR), (s.divider, s.stop_line)),
                "type": "solid white",
            },
            {
                "id": "centre",
                "line": _line(view, (s.left - 0.18, NEAR), (s.left - 0.18, s.stop_line)),
                "type": "double solid yellow",
            },
        ],
    }


def clip_polygon(points: Array, width: float, height: float) -> Array:
    """A polygon (n, 2) cut to the picture (Sutherland and Hodgman 1974)."""
    for axis, limit, sign in ((0, 0.0, 1), (0, width, -1), (1, 0.0, 1), (1, height, -1)):
        kept: list[Array] = []
        for a, b in zip(points, np.roll(points, -1, axis=0), strict=True):
            da, db = sign * (a[axis] - limit), sign * (b[axis] - limit)
            if da >= 0:
                kept.append(a)
            if da * db < 0:
                kept.append(a + da / (da - db) * (b - a))
        points = np.array(kept)
    return points


def _line(view: Camera, a: tuple[float, float], b: tuple[float, float]) -> list[list[float]]:
    ends = view.project(np.array([(*a, 0.0), (*b, 0.0)]))[:, :2]
    (x0, y0), (dx, dy) = ends[0], ends[1] - ends[0]
    # Liang and Barsky 1984: the part of the segment inside the picture.
    low, high = 0.0, 1.0
    for step, room in ((-dx, x0), (dx, view.width - x0), (-dy, y0), (dy, view.height - y0)):
        if step < 0:
            low = max(low, room / step)
        elif step > 0:
            high = min(high, room / step)
    return [[round(float(x0 + p * dx), 1), round(float(y0 + p * dy), 1)] for p in (low, high)]


def _area(view: Camera, x1: float, x2: float, y1: float, y2: float) -> list[list[float]]:
    corners = view.project(np.array([(x1, y2, 0.0), (x2, y2, 0.0), (x2, y1, 0.0), (x1, y1, 0.0)]))[:, :2]
    return [
        [round(float(x), 1), round(float(y), 1)] for x, y in clip_polygon(corners, view.width, view.height)
    ]
