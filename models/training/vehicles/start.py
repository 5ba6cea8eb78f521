"""Starting points of training: the official network, an exported one, a checkpoint of an earlier run."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from ultralytics.nn.modules import Conv
from ultralytics.nn.tasks import DetectionModel, load_checkpoint

from contract.vehicles import VehicleKind
from models.training.vehicles.official import official_weights

KINDS = [VehicleKind.CAR, VehicleKind.MOTORBIKE, VehicleKind.BUS, VehicleKind.TRUCK, VehicleKind.BICYCLE]
COCO_ROWS = [2, 3, 5, 7, 1]
"""Rows of COCO's class head for `KINDS`."""


def five_kinds(model: DetectionModel) -> DetectionModel:
    """Cuts a COCO model's class head down to `KINDS`, keeping their learnt rows."""
    head = model.model[-1]
    for branch in head.cv3:
        old = branch[-1]
        new = nn.Conv2d(old.in_channels, len(KINDS), 1)
        with torch.no_grad():
            new.weight.copy_(old.weight[COCO_ROWS])
            new.bias.copy_(old.bias[COCO_ROWS])
        branch[-1] = new
    head.nc = len(KINDS)
    head.no = head.nc + 4 * head.reg_max
    model.yaml["nc"] = model.nc = len(KINDS)
    model.names = dict(enumerate(kind.value for kind in KINDS))
    return model


def network(start: Path | None) -> DetectionModel:
    """The network to train: official (None), from an ONNX file of ours, or from a checkpoint.

    Raises:
        ValueError: the ONNX file is not an export of our network.
    """
    path = start if start is not None and start.suffix == ".pt" else official_weights()
    model = load_checkpoint(path)[0].float()
    if model.yaml["nc"] != len(KINDS):
        model = five_kinds(model)
    if start is not None and start.suffix == ".onnx":
        take_exported(model, start)
    return model


def shifts_of(given: Sequence[str]) -> dict[str, float]:
    """KIND=LOGIT of a command line."""
    return {kind: float(logit) for kind, logit in (pair.split("=") for pair in given)}


def shift(model: DetectionModel, shifts: Mapping[str, float]) -> None:
    """Adds to the logit of each named class."""
    for name, logit in shifts.items():
        index = next(i for i, known in model.names.items() if known == name)
        for branch in model.model[-1].cv3:
            branch[-1].bias.data[index] += logit


def take_exported(model: DetectionModel, exported: Path) -> None:
    """Give `model` the weights of an exported network, whose normalisations are folded into convolutions.

    The folded factor is taken out again with the model's own statistics: convolution times normalisation
    equals the export, up to rounding.

    Raises:
        ValueError: a layer is missing in the export or has another shape.
    """
    stored = {t.name: numpy_helper.to_array(t) for t in onnx.load(exported).graph.initializer}
    for name, module in model.named_modules():
        if isinstance(module, Conv):
            weight, bias = _layer(stored, f"{name}.conv", module.conv)
            norm = module.bn
            factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            with torch.no_grad():
                module.conv.weight.copy_(weight / factor[:, None, None, None])
                norm.bias.copy_(bias + norm.running_mean * factor)
    for name, module in model.model[-1].named_modules():
        if isinstance(module, nn.Conv2d) and module.bias is not None:
            weight, bias = _layer(stored, f"model.{len(model.model) - 1}.{name}", module)
            with torch.no_grad():
                module.weight.copy_(weight)
                module.bias.copy_(bias)


def _layer(stored: dict[str, np.ndarray], name: str, layer: nn.Conv2d) -> tuple[torch.Tensor, torch.Tensor]:
    try:
        weight, bias = (torch.from_numpy(stored[f"{name}.{part}"].copy()) for part in ("weight", "bias"))
    except KeyError as missing:
        raise ValueError(f"the exported network has no layer {missing}") from missing
    if weight.shape != layer.weight.shape:
        raise ValueError(f"{name} is {tuple(weight.shape)} in the export, {tuple(layer.weight.shape)} here")
    return weight, bias
