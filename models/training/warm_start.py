"""Continue training from a committed ONNX file: its folded weights go back into the torch network.

An exported network has each batch normalisation folded into the convolution before it. Here the convolution
gets the folded weights, and the normalisation is set so that it undoes itself: its statistics are measured on
``sample``, its scale and shift chosen to give the folded bias. The function is the same in evaluation, and in
training on data like the sample. For an 8-bit network it is the function before rounding, as exactly as its
weights allow.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

Weighted = nn.Conv1d | nn.Conv2d | nn.Linear
Norm = nn.BatchNorm1d | nn.BatchNorm2d
Numbers = NDArray[Any]


def load_folded(net: nn.Module, file: Path, sample: Tensor, new: tuple[str, ...] = ()) -> None:
    """Fill ``net`` from the ONNX ``file`` that was exported from it; ``sample`` is a batch of its input.

    Modules whose names start with one of ``new`` are not in the file and stay as they are: they should add
    nothing at first.

    Raises:
        ValueError: the file's layers are not those of the network, in the order in which it runs them.
    """
    layers = list(_layers(file))
    waiting: list[Tensor] = []
    handles = []

    def fill(module: nn.Module, _: Any) -> None:
        weight, bias = layers.pop(0) if layers else (torch.empty(0), torch.empty(0))
        assert isinstance(module, Weighted)
        if weight.shape != module.weight.shape:
            raise ValueError(f"{file}: a layer is {tuple(weight.shape)}, not {tuple(module.weight.shape)}")
        module.weight.copy_(weight)
        if module.bias is not None:
            module.bias.copy_(bias)
        else:
            waiting.append(bias)

    def undo(module: nn.Module, inputs: tuple[Tensor]) -> None:
        assert isinstance(module, Norm)
        assert module.running_mean is not None
        assert module.running_var is not None
        axes = [axis for axis in range(inputs[0].dim()) if axis != 1]
        variance, mean = torch.var_mean(inputs[0], axes, correction=0)
        module.running_mean.copy_(mean)
        module.running_var.copy_(variance)
        module.weight.copy_((variance + module.eps).sqrt())
        module.bias.copy_(mean + waiting.pop())

    for name, module in net.named_modules():
        if name.startswith(new or ("\0",)):
            continue
        if isinstance(module, Weighted):
            handles.append(module.register_forward_pre_hook(fill))
        elif isinstance(module, Norm):
            handles.append(module.register_forward_pre_hook(undo))
    was_training = net.training
    with torch.no_grad():
        net.eval()(sample)
    net.train(was_training)
    for handle in handles:
        handle.remove()
    if layers:
        raise ValueError(f"{file}: {len(layers)} layers of the file are not in the network")


def _layers(file: Path) -> Iterator[tuple[Tensor, Tensor]]:
    """Weights and biases of the convolutions and dense layers in the order in which they run."""
    graph = onnx.load(str(file)).graph
    known = {entry.name: np.array(numpy_helper.to_array(entry)) for entry in graph.initializer}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in known:
            known[node.output[0]] = _dequantised(*(known[name] for name in node.input))
        if node.op_type in ("Conv", "Gemm"):
            weight, bias = (torch.from_numpy(known[name]) for name in node.input[1:3])
            yield weight, bias


def _dequantised(numbers: Numbers, scale: Numbers, zero: Numbers) -> Numbers:
    """The float values of integer weights; there is one scale for all of a layer or one for each of its
    outputs."""
    shape = (-1,) + (1,) * (numbers.ndim - 1) if scale.size > 1 else ()
    return np.asarray((numbers - zero.astype(np.int32).reshape(shape)) * scale.reshape(shape), np.float32)
