"""The corner network: one roughly rectified plate -> its true corners, and whether it is a plate.

The trunk is the finder's (first five layers of YOLOv8n), so it starts from the finder's features; two
convolutions and a dense layer see the whole frame at once, which distinguishes a corner from a letter.
"""

from torch import Tensor, nn

from models.training.plates.finder_net import FinderNet


class CornerNet(nn.Module):
    """``forward``: N x 3 x 64 x 128 RGB 0..1 -> N x 1 logits of "plate", N x 8 shifts of the four corners.

    Shifts are x, y in units of the plate as it was found, clockwise from the top-left of the text.
    """

    def __init__(self, finder: FinderNet | None = None) -> None:
        super().__init__()
        self.trunk = (finder or FinderNet()).near
        self.head = nn.Sequential(
            nn.Conv2d(64, 96, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(96),
            nn.SiLU(),
            nn.Conv2d(96, 48, 3, padding=1, bias=False),
            nn.BatchNorm2d(48),
            nn.SiLU(),
            nn.Flatten(),
            nn.Linear(48 * 4 * 8, 192),
            nn.SiLU(),
        )
        self.plate = nn.Linear(192, 1)
        self.corners = nn.Linear(192, 8)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        seen: Tensor = self.head(self.trunk(x))
        return self.plate(seen), self.corners(seen)
