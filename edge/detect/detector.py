"""What the rest of the node knows of a vehicle detector: one small protocol and one value.

Everything that depends on a network, its classes or its run time stays behind `VehicleDetector`, so that the
pipeline, the tests and the benchmark can swap onnxruntime for ultralytics without noticing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from contract.vehicles import VehicleKind
from edge.rules.inputs import Box

Image = NDArray[np.uint8]
"""A picture, height x width x 3, BGR."""

Look = NDArray[np.float32]
"""Shares of the colours of a vehicle's picture; see `edge.detect.appearance`."""

TWO_WHEELED = frozenset({VehicleKind.MOTORBIKE, VehicleKind.BICYCLE})
"""Kinds whose riders belong to the box."""


class DetectorError(RuntimeError):
    """The detector could not look at this picture; the caller counts it and goes on with the next frame."""


@dataclass(frozen=True)
class Detection:
    """One vehicle seen in one picture.

    A motorbike or bicycle and the people on it are one vehicle with one box around all of them.
    """

    kind: VehicleKind
    confidence: float
    box: Box
    look: Look | None = field(default=None, compare=False)
    """What its colours are like (`edge.detect.appearance`), where somebody asked."""
    kinds: Mapping[VehicleKind, float] = field(default_factory=dict, compare=False)
    """Score of each kind the network called it in this picture; empty: of `kind` alone."""


class VehicleDetector(Protocol):
    """Finds vehicles in a picture."""

    def detect(self, image: Image) -> list[Detection]:
        """Return the vehicles in `image`, the surest first, boxes in pixels of `image`.

        Raises:
            DetectorError: the picture has the wrong shape or type, or the network failed on it.
        """
        ...


def check_image(image: Image) -> None:
    """Refuse anything that is not a BGR picture.

    Raises:
        DetectorError: `image` is not H x W x 3 bytes with at least one pixel.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
        raise DetectorError(
            f"expected a BGR picture of bytes, height x width x 3; got shape {image.shape} of {image.dtype}"
        )
