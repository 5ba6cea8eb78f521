"""A crowd of motorbikes at a stop line on red, as boxes: who comes up behind hides the wheels of who waits.

A level road seen along it, 1280×720, the horizon at y = 100, the line at y = 400 where a rider is 120 pixels
high. Nobody is over the line but those who run it.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.rules.inputs import Box, Point

SIZE = (1280, 720)
LINE_Y, HORIZON = 400.0, 100.0
TALL, WIDE = 120.0, 46.0


@dataclass(frozen=True)
class Rider:
    """Comes up from below at `start` and stands from then on at `stop` (ground, pixels), or goes on over the
    line at `runs`."""

    start: float
    stop: Point
    size: float
    runs: float | None = None

    def ground(self, t: float) -> Point:
        """Where the wheels are."""
        x, y = self.stop
        if self.runs is not None and t > self.runs:
            return x, max(HORIZON + 40, y - 130 * (t - self.runs))
        return x, y + 110 * max(0.0, self.start - t)

    def box(self, t: float) -> Box:
        """The whole rider."""
        x, y = self.ground(t)
        scale = self.size * (y - HORIZON) / (LINE_Y - HORIZON)
        return (x - WIDE * scale / 2, y - TALL * scale, x + WIDE * scale / 2, y)


def crowd(seed: int, *, riders: int = 24, runners: int = 0) -> list[Rider]:
    """Riders in rows of eight, 30 pixels and more before the line; runners start from the first row."""
    chance = random.Random(seed)
    made = []
    for number in range(riders):
        row = number // 8
        x = 340 + 78 * (number % 8) + chance.uniform(-14, 14) + 20 * (row % 2)
        y = LINE_Y + 30 + 62 * row + chance.uniform(0, 16)
        runs = 9.0 + chance.uniform(0, 3) if number < runners else None
        made.append(Rider(chance.uniform(0, 2) + 1.6 * row, (x, y), chance.uniform(0.9, 1.1), runs))
    return made


def seen(riders: Sequence[Rider], t: float, noise: random.Random, least: float = 0.35) -> list[Detection]:
    """What a detector makes of them: a box ends where the head of the rider behind begins."""
    whole = sorted((rider.box(t) for rider in riders), key=lambda box: -box[3])
    found = []
    for number, box in enumerate(whole):
        bottom = min([_hidden_from(box, nearer) for nearer in whole[:number]], default=box[3])
        height = box[3] - box[1]
        if bottom - box[1] < least * height or box[1] > SIZE[1] - 20:
            continue
        shake = [noise.gauss(0, 0.01 * height) for _ in range(4)]
        cut = (box[0], box[1], box[2], min(bottom, SIZE[1] - 1.0))
        shaken = tuple(v + s for v, s in zip(cut, shake, strict=True))
        sure = 0.9 - 0.5 * (box[3] - bottom) / height
        found.append(Detection(VehicleKind.MOTORBIKE, sure, (shaken[0], shaken[1], shaken[2], shaken[3])))
    return found


def _hidden_from(box: Box, nearer: Box) -> float:
    """From what height on the middle of `box`, where its wheel is, lies behind `nearer`."""
    middle, half = (box[0] + box[2]) / 2, 0.12 * (box[2] - box[0])
    behind = nearer[0] + 4 < middle - half and middle + half < nearer[2] - 4
    return max(box[1], min(box[3], nearer[1] + 0.06 * (nearer[3] - nearer[1]))) if behind else box[3]


def looks(
    riders: Sequence[Rider], seconds: float, rate: float, seed: int
) -> Iterator[tuple[float, int, list[Detection]]]:
    """Looks at the crowd, `rate` a second."""
    noise = random.Random(seed)
    for frame in range(int(seconds * rate)):
        yield frame / rate, frame, seen(riders, frame / rate, noise)
