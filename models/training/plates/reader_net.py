"""The plate reader's network: rectified crop in, character probabilities of two rows out.

A convolutional trunk keeps the width (48 columns) and folds the height into two rows of features; two cheap
layers give every column the context of both rows, and each row is read by CTC (Graves et al. 2006). A
one-line plate uses the first row and leaves the second empty, so the layout is part of the output and not
assumed beforehand. Two small heads give the ground colour and whether there is a plate at all.
"""

import torch
from torch import Tensor, nn

from models.training.plates.specimens import ALPHABET, COLOURS

COLUMNS = 48
CLASSES = len(ALPHABET) + 1


def _conv(inside: int, outside: int, stride: tuple[int, int] = (1, 1), kernel: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outside),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """Two 3x3 convolutions with a skip connection."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _conv(width, width), nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


class Context(nn.Module):
    """Context from elsewhere on the plate, both rows together: a narrow 1-d convolution with a skip
    connection."""

    def __init__(self, width: int, reach: int) -> None:
        super().__init__()
        narrow = width // 3
        self.body = nn.Sequential(
            nn.Conv1d(width, narrow, 7, padding=3 * reach, dilation=reach, bias=False),
            nn.BatchNorm1d(narrow),
            nn.ReLU(inplace=True),
            nn.Conv1d(narrow, width, 1, bias=False),
            nn.BatchNorm1d(width),
        )
        last = self.body[-1]
        assert isinstance(last, nn.BatchNorm1d)
        nn.init.zeros_(last.weight)  # initially zero

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


class ReaderNet(nn.Module):
    """``forward``: N x 3 x 64 x 192 RGB 0..1 -> row logits N x 2 x 48 x classes (0 blank), colour N x 4,
    plate N x 1.
    """

    def __init__(self, widths: tuple[int, int, int, int] = (32, 64, 96, 128)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.stem = nn.Sequential(_conv(3, a, (2, 2)), _conv(a, b, (2, 2)), Residual(b))
        self.trunk = nn.Sequential(_conv(b, c, (2, 1)), Residual(c), _conv(c, d, (2, 1)), Residual(d))
        self.fold = nn.Sequential(
            nn.Conv2d(d, 2 * d, (4, 1), bias=False), nn.BatchNorm2d(2 * d), nn.ReLU(inplace=True)
        )
        self.context = nn.Sequential(Context(2 * d, 1), Context(2 * d, 3))
        self.mix = nn.Sequential(
            nn.Conv1d(d, d, 5, padding=2, bias=False), nn.BatchNorm1d(d), nn.ReLU(inplace=True)
        )
        self.classify = nn.Conv1d(d, CLASSES, 1)
        self.colour = nn.Sequential(nn.Linear(2 * b, 32), nn.ReLU(inplace=True), nn.Linear(32, len(COLOURS)))
        self.plate = nn.Linear(2 * d, 1)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        early = self.stem((x - 0.5) * 4)
        folded = self.context(self.fold(self.trunk(early))[:, :, 0])
        count, width = folded.shape[0], folded.shape[1] // 2
        rows = folded.reshape(count * 2, width, COLUMNS)
        logits = self.classify(self.drop(self.mix(rows))).transpose(1, 2).reshape(count, 2, COLUMNS, CLASSES)
        pooled = torch.cat((early.mean(dim=(2, 3)), early.amax(dim=(2, 3))), dim=1)
        return logits, self.colour(pooled), self.plate(folded.mean(dim=2))
