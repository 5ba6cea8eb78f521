"""The vehicle detector's interface for the rest of the node: one small protocol and one value.

Everything that depends on a network, its classes or its runtime stays behind `VehicleDetector`, so that the
pipeline, the tests and the benchmark can swap onnxruntime for ultralytics unchanged.
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
"""Colour histogram of a vehicle; see `edge.detect.appearance`."""

TWO_WHEELED = frozenset({VehicleKind.MOTORBIKE, VehicleKind.BICYCLE})
"""Kinds whose box includes the riders."""


class DetectorError(RuntimeError):
    """The detector failed on this picture; the caller counts it and continues with the next frame."""


@dataclass(frozen=True)
class Detection:
    """One vehicle seen in one picture.

    A motorbike or bicycle and the people on it are one vehicle with one box around all of them.
    """

    kind: VehicleKind
    confidence: float
    box: Box
    look: Look | None = field(default=None, compare=False)
    """Its colour histogram (`edge.detect.appearance`), if one was asked for."""
    kinds: Mapping[VehicleKind, float] = field(default_factory=dict, compare=False)
    """Score of each kind the network gave it in this picture; empty: only `kind`."""


class VehicleDetector(Protocol):
    """Finds vehicles in a picture."""

    def detect(self, image: Image) -> list[Detection]:
        """Return the vehicles in `image`, highest confidence first, boxes in pixels of `image`.

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
