"""Warnings before drawing: the recording compared with the node's requirements (docs/install-camera.md)."""

from collections.abc import Iterator

import cv2
import numpy as np

from contract.reasons import Reason, reason
from edge.setup.suggest.model import DOUBTFUL, Minute, Suggestions
from edge.setup.suggest.plates import READABLE

LAMP_WIDTH, LAMP_UNREAD = 10.0, 4.0
"""Pixels a lamp head should measure across, and below which it can't be read."""

VEHICLE_HEIGHT = 30.0
"""Pixels of height from which vehicles are detected reliably."""

LEAST_RATE = 5.0
"""Pictures a second below which fast vehicles can't be tracked."""

EDGE = 0.02
"""Distance to the picture's edge, in parts of the picture, at which a lamp or line is practically cut off."""

BURNT, BURNT_PART = 250, 0.04
"""Brightness without detail, and the part of the picture that may have it."""

DARK = 35.0
"""Mean brightness below which the street is too dark to see vehicles."""

LEAST_PLATES, LEAST_VEHICLES = 5, 10
"""Plates, and vehicles, needed before warnings about plates or traffic are given."""


def warnings(minute: Minute, found: Suggestions) -> Iterator[Reason]:
    """Codes `suggest.*` with values, the most serious first."""
    yield from _of_the_picture(minute)
    if len(minute.vehicles) < LEAST_VEHICLES:
        yield reason("suggest.few_vehicles", vehicles=len(minute.vehicles), lasted_ms=minute.seconds * 1000)
    yield from _of_heads(minute, found)
    yield from _of_lines(minute, found)
    yield from _of_plates(minute, found)


def _of_the_picture(minute: Minute) -> Iterator[Reason]:
    if minute.fps < LEAST_RATE:
        yield reason("suggest.rate_low", rate=round(minute.fps, 1), least=LEAST_RATE)
    grey = np.asarray(cv2.cvtColor(minute.background, cv2.COLOR_BGR2GRAY))
    burnt = float((grey >= BURNT).mean())
    if burnt > BURNT_PART:
        yield reason("suggest.glare", percent=round(100 * burnt))
    if grey.mean() < DARK:
        yield reason("suggest.dark", brightness=round(float(grey.mean())), least=round(DARK))
    heights = [max(look.box[3] - look.box[1] for look in vehicle.looks) for vehicle in minute.vehicles]
    if len(heights) >= LEAST_VEHICLES and np.median(heights) < VEHICLE_HEIGHT:
        yield reason(
            "suggest.vehicles_small", pixels=round(float(np.median(heights))), least=round(VEHICLE_HEIGHT)
        )


def _of_heads(minute: Minute, found: Suggestions) -> Iterator[Reason]:
    if not found.heads:
        yield reason("suggest.no_lamp")
        return
    if all(head.confidence < DOUBTFUL for head in found.heads):
        yield reason("suggest.lamp_doubtful")
    best = max(found.heads, key=lambda head: head.box[2] - head.box[0])
    x1, y1, x2, y2 = best.box
    across = min(x2 - x1, y2 - y1)
    if across < LAMP_WIDTH:
        code = "suggest.lamp_unreadable" if across < LAMP_UNREAD else "suggest.lamp_small"
        yield reason(code, pixels=round(across), least=round(LAMP_WIDTH))
    (width, height), margin = minute.size, EDGE * minute.size[0]
    if x1 < margin or y1 < margin or x2 > width - margin or y2 > height - margin:
        yield reason("suggest.lamp_at_edge")


def _of_lines(minute: Minute, found: Suggestions) -> Iterator[Reason]:
    width, height = minute.size
    for line in found.stop_lines:
        if max(y for _, y in line.line) > (1 - EDGE) * height and line.direction[1] < 0:
            yield reason("suggest.line_at_edge")
        if any(x < EDGE * width or x > (1 - EDGE) * width for x, _ in line.line):
            yield reason("suggest.line_cut")
    if not found.stop_lines and found.heads:
        yield reason("suggest.no_stop_line")


def _of_plates(minute: Minute, found: Suggestions) -> Iterator[Reason]:
    plates = found.plates
    if plates is None or plates.passed < LEAST_VEHICLES:
        return
    widths = [plate.width for plate in minute.plates]
    if len(widths) < LEAST_PLATES:
        yield reason("suggest.plates_not_seen", plates=len(widths), vehicles=plates.passed)
    elif (middle := float(np.median(widths))) < READABLE:
        part = round(100 * float((np.array(widths) >= READABLE).mean()))
        yield reason("suggest.plates_small", pixels=round(middle), least=round(READABLE), percent=part)
