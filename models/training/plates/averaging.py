"""Averaged weights: steadier than the last step's, at no cost in training time."""

import copy

import torch
from torch import nn


class Average:
    """Exponential moving average of the weights."""

    def __init__(self, net: nn.Module, decay: float) -> None:
        self.net, self._decay, self._count = copy.deepcopy(net).eval(), decay, 0

    def update(self, net: nn.Module) -> None:
        self._count += 1
        keep = min(self._decay, (1 + self._count) / (10 + self._count))
        with torch.no_grad():
            for mine, other in zip(self.net.state_dict().values(), net.state_dict().values(), strict=True):
                if mine.is_floating_point():
                    mine.lerp_(other, 1 - keep)
                else:
                    mine.copy_(other)
