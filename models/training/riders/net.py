"""The head network: the first layers of YOLOv8n, which recognise people and hats from COCO, and a small
head."""

import torch
from torch import nn

FROZEN = 3
"""Layers kept from COCO: edges and colours need no training, and they cost most."""


class Conv(nn.Module):
    """Convolution, normalisation, SiLU; names as in the official weights."""

    def __init__(self, before: int, after: int, kernel: int = 1, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(after, eps=1e-3, momentum=0.03)
        self.act = nn.SiLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.act(self.bn(self.conv(x)))


class Bottleneck(nn.Module):
    """Two convolutions with a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.cv1 = Conv(channels, channels, 3)
        self.cv2 = Conv(channels, channels, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.cv2(self.cv1(x))


class C2f(nn.Module):
    """YOLOv8's block of bottlenecks."""

    def __init__(self, before: int, after: int, count: int) -> None:
        super().__init__()
        half = after // 2
        self.cv1 = Conv(before, after)
        self.cv2 = Conv((2 + count) * half, after)
        self.m = nn.ModuleList(Bottleneck(half) for _ in range(count))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        parts = list(self.cv1(x).chunk(2, 1))
        for block in self.m:
            parts.append(block(parts[-1]))
        return self.cv2(torch.cat(parts, 1))


class HeadNet(nn.Module):
    """Crop (n x 3 x 160 x 160, RGB in 0..1) to n x 5 x 20 x 20, as `edge.riders.network` reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.model = nn.ModuleList(
            [
                Conv(3, 16, 3, 2),
                Conv(16, 32, 3, 2),
                C2f(32, 32, 1),
                Conv(32, 64, 3, 2),
                C2f(64, 64, 2),
                Conv(64, 128, 3, 2),
                C2f(128, 128, 2),
            ]
        )
        self.up = nn.Upsample(scale_factor=2)
        self.lateral = Conv(64 + 128, 64)
        self.mix = Conv(64, 64, 3)
        self.out = nn.Conv2d(64, 5, 1)
        nn.init.zeros_(self.out.bias)
        self.out.bias.data[0] = -3.0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.model[:5]:
            x = layer(x)
        fine = x
        for layer in self.model[5:]:
            x = layer(x)
        return self.out(self.mix(self.lateral(torch.cat([fine, self.up(x)], 1))))

    def take_official(self, state: dict[str, torch.Tensor]) -> None:
        """Takes the first layers of the official YOLOv8n weights (names `model.N.…`)."""
        own = self.state_dict()
        own.update({name: state[name] for name in own if name.startswith("model.")})
        self.load_state_dict(own)
