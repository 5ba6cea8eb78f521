"""The same detector on ultralytics and torch, to try a checkpoint before it is exported (extra `training`).

Only the forward pass is theirs. Letterboxing, thresholds, duplicate suppression and joining riders are the
node's own code, so a checkpoint gives the same results here as its export on the node.
"""

from pathlib import Path

import torch
from ultralytics.nn.tasks import load_checkpoint

from edge.detect.decode import candidates, vehicles
from edge.detect.detector import Detection, DetectorError, Image, check_image
from edge.detect.letterbox import letterbox
from edge.detect.onnx_backend import STRIDE


class UltralyticsVehicleDetector:
    """`VehicleDetector` over a YOLOv8 checkpoint (`.pt`), on the CPU."""

    def __init__(
        self, weights: Path, *, input_size: int = 640, confidence: float = 0.25, overlap: float = 0.5
    ) -> None:
        """Load the checkpoint; the arguments are those of `OnnxVehicleDetector`.

        Raises:
            FileNotFoundError: there is no such checkpoint.
        """
        network, _ = load_checkpoint(weights)
        self._network = network.float().eval()
        self._classes = [network.names[i] for i in sorted(network.names)]
        self._size = input_size
        self._confidence = confidence
        self._overlap = overlap

    def detect(self, image: Image) -> list[Detection]:
        """See `VehicleDetector.detect`."""
        check_image(image)
        height, width = image.shape[:2]
        blob, placed = letterbox(image, self._size, STRIDE)
        try:
            with torch.inference_mode():
                output = self._network(torch.from_numpy(blob))[0][0].numpy()
        except RuntimeError as error:
            raise DetectorError(f"the network failed on an input of {blob.shape}: {error}") from error
        boxes, scores, labels = candidates(output, self._classes, self._confidence)
        names = [self._classes[label] for label in labels]
        return vehicles(placed.to_picture(boxes, width, height), scores, names, self._overlap)
