"""The plate finder's network: a picture in, for every 8x8 cell a score and the four corners of its plate.

The trunk is the first seven layers of YOLOv8n with the official COCO weights, so that it knows vehicles and
streets from the start; a light top-down join and two small heads are new. Being fully convolutional it runs
at any size divisible by 32; large plates are found on a smaller copy of the picture.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

STRIDE = 8
# Ultralytics has no types of its own.
_yolo: Any = import_module("ultralytics").YOLO
_modules: Any = import_module("ultralytics.nn.modules")


class FinderNet(nn.Module):
    """``forward``: N x 3 x H x W RGB 0..1 -> N x 9 x H/8 x W/8: score logit, then x, y offsets of four
    corners.

    Offsets are in units of the stride from the cell's centre, corners clockwise from the top-left of the
    text.
    """

    def __init__(self, coco: Path | None = None) -> None:
        super().__init__()
        source = _yolo(str(coco)) if coco else _yolo("yolov8n.yaml")
        layers = list(source.model.model[:7])
        self.near, self.far = nn.Sequential(*layers[:5]), nn.Sequential(*layers[5:])
        self.lateral = _modules.Conv(128, 64, 1)
        self.join = _modules.C2f(128, 64, 1)
        last = nn.Conv2d(48, 1, 1)
        last.bias = nn.Parameter(torch.full((1,), -5.0))  # few cells contain a plate
        self.score = nn.Sequential(_modules.Conv(64, 48, 3), last)
        self.corners = nn.Sequential(_modules.Conv(64, 64, 3), nn.Conv2d(64, 8, 1))
        for parameter in self.parameters():
            parameter.requires_grad_(True)

    def forward(self, x: Tensor) -> Tensor:
        near = self.near(x)
        far = nn.functional.interpolate(self.lateral(self.far(near)), scale_factor=2.0, mode="nearest")
        joined = self.join(torch.cat((near, far), dim=1))
        return torch.cat((self.score(joined), self.corners(joined)), dim=1)
