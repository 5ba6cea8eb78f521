"""Runs a torch network on a picture in several sizes and mirrored, on a GPU if there is one."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch

from edge.detect.detector import Image
from edge.detect.letterbox import letterbox
from edge.detect.onnx_backend import STRIDE
from models.training.vehicles.teacher import Seen, joined

Network = Callable[[torch.Tensor], torch.Tensor]
"""From batch x RGB x height x width, 0 to 1, to batch x anchor x (centre x, y, width, height in pixels, score
of each class)."""


class SeveralWays:
    """A network, its input sizes, and the requested classes."""

    def __init__(
        self, network: Network, classes: Mapping[int, str], sizes: Sequence[int], confidence: float
    ) -> None:
        """`classes` are names by index; `sizes` pixels of the longer side; boxes of lower confidence are left
        out."""
        self._network, self._classes = network, classes
        self._sizes, self._confidence = sizes, confidence

    def see(self, image: Image) -> Seen:
        """Every box of every view."""
        return joined([self._look(image, size) for size in self._sizes])

    def _look(self, image: Image, size: int) -> Seen:
        height, width = image.shape[:2]
        blob, placed = letterbox(image, size, STRIDE)
        plain = torch.from_numpy(blob).to("cuda" if torch.cuda.is_available() else "cpu")
        both = torch.cat([plain, plain.flip(3)]).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            found = self._network(both).float()
        scores, kinds = found[..., [4 + index for index in self._classes]].max(2)
        names = list(self._classes.values())
        seen = []
        for turned, (rows, score, kind) in enumerate(zip(found, scores, kinds, strict=True)):
            kept = score >= self._confidence
            x, y, w, h = rows[kept, :4].cpu().numpy().T
            x = blob.shape[3] - x if turned else x
            boxes = placed.to_picture(
                np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], 1), width, height
            )
            seen.append(Seen(boxes, score[kept].cpu().numpy(), [names[i] for i in kind[kept].tolist()]))
        return joined(seen)
