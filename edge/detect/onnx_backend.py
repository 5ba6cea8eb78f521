"""The node's vehicle detector: a YOLO network on onnxruntime, without further dependencies."""

from copy import copy
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from edge.detect.decode import candidates, vehicles
from edge.detect.detector import Detection, DetectorError, Image, check_image
from edge.detect.letterbox import letterbox
from edge.networks import open_network
from models.card import load_card

STRIDE = 32
"""Coarsest grid of a YOLO network: its input must be a multiple of this in both directions."""


class OnnxVehicleDetector:
    """`VehicleDetector` over an ONNX file with a model card.

    The network takes 1 x 3 x H x W (any H and W that are multiples of 32; RGB in 0..1) and gives
    1 x (4 + classes) x anchors, as ultralytics exports YOLOv8.
    """

    def __init__(
        self,
        card: Path,
        *,
        input_size: int = 640,
        threads: int = 1,
        confidence: float = 0.25,
        overlap: float = 0.5,
        keeps: bool = True,
    ) -> None:
        """Load the network and check it against its card.

        Args:
            card: the model card (`models.card.packaged_card("vehicles")` for the shipped one).
            input_size: longer side of the network's input in pixels.
            threads: CPU threads one inference may use.
            confidence: lowest score of a vehicle to report.
            overlap: intersection over union above which two boxes are the same vehicle.
            keeps: see `edge.networks.open_network`.

        Raises:
            ModelCardError: the card or the file is missing, or the file is not the card's.
            ValueError: `input_size` is not a multiple of 32.
            DetectorError: onnxruntime can't load the file.
        """
        if input_size <= 0 or input_size % STRIDE:
            raise ValueError(f"detector input_size must be a positive multiple of {STRIDE}, not {input_size}")
        described = load_card(card)
        self._classes = described.classes
        self._size = input_size
        self._confidence = confidence
        self._overlap = overlap
        self._session = _session(described.verify(card.parent), threads, keeps)
        self._input = self._session.get_inputs()[0].name

    def at(self, input_size: int) -> "OnnxVehicleDetector":
        """The same network at another input size, without loading it again.

        Raises:
            ValueError: `input_size` is not a multiple of 32.
        """
        if input_size <= 0 or input_size % STRIDE:
            raise ValueError(f"detector input_size must be a positive multiple of {STRIDE}, not {input_size}")
        other = copy(self)
        other._size = input_size
        return other

    def detect(self, image: Image) -> list[Detection]:
        """See `VehicleDetector.detect`."""
        return vehicles(*self.look(image), self._overlap)

    def look(self, image: Image) -> tuple[NDArray[np.float32], NDArray[np.float32], list[str]]:
        """All candidates above the threshold, duplicates and people included: the input of `vehicles`.

        Returns:
            Boxes n x 4 in pixels of `image`, scores n, and class names.

        Raises:
            DetectorError: as `detect`.
        """
        check_image(image)
        height, width = image.shape[:2]
        blob, placed = letterbox(image, self._size, STRIDE)
        boxes, scores, labels = candidates(self._run(blob), self._classes, self._confidence)
        return placed.to_picture(boxes, width, height), scores, [self._classes[label] for label in labels]

    def _run(self, blob: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            output: NDArray[np.float32] = self._session.run(None, {self._input: blob})[0][0]
        except Exception as error:  # onnxruntime raises many types, all derived from Exception alone
            raise DetectorError(f"the network failed on an input of {blob.shape}: {error}") from error
        if output.shape[0] != 4 + len(self._classes) or not np.isfinite(output).all():
            raise DetectorError(
                f"the network gave {output.shape[0]} rows or numbers that are not finite; expected "
                f"{4 + len(self._classes)} rows for the classes of its card"
            )
        return output


def _session(path: Path, threads: int, keeps: bool) -> onnxruntime.InferenceSession:
    try:
        return open_network(path, threads, keeps=keeps)
    except Exception as error:  # see _run
        raise DetectorError(f"onnxruntime can't load {path}: {error}") from error
