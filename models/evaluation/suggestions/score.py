"""Compares suggestions with the truth of a clip."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edge.rules.inputs import Point, Polyline
from edge.setup.suggest.model import DOUBTFUL, LampHead, Lane, Scale, StopLine, Suggestions
from models.evaluation.suggestions.truth import Clip, TrueHead, TrueLane, TrueScale

ROWS = (0.3, 0.5, 0.8)
"""Rows at which the scale is compared, as parts of the way from the horizon to the picture's lower edge."""

PLACES = np.linspace(0, 1, 5)
"""Positions along a stop line at which its height is compared."""


@dataclass(frozen=True)
class Score:
    """Results of one clip. Lists have one value for each true object, None if nothing was suggested."""

    name: str
    heads: tuple[int, int]
    """Heads found, of those that changed."""
    false_heads: tuple[int, int]
    """Heads suggested where there are none: sure ones, doubtful ones."""
    stop_lines: tuple[float | None, ...]
    """Largest error of each, in percent of the picture's height."""
    extents: tuple[float, ...]
    """For those found: the overlap along the line, as a part of both together."""
    extra_lines: tuple[int, int]
    lanes: tuple[float, ...]
    """Intersection over union for each true lane; 0 without a suggestion in that direction."""
    scale: float | None
    """Mean error in percent, if the truth is known and a scale was suggested."""
    focal: float | None
    """Error of distances along the road in percent, in addition to that."""
    residual_cm: float | None


def score(clip: Clip, found: Suggestions, size: tuple[int, int]) -> Score:
    """The clip's suggestions against its truth."""
    changed = [head for head in clip.heads if head.changes]
    hit = sum(any(_same_head(one, head) for one in found.heads) for head in changed)
    false = [one for one in found.heads if not any(_same_head(one, head) for head in clip.heads)]
    best = [_nearest(line, found.stop_lines, size) for line in clip.stop_lines]
    used = [one for one in best if one is not None]
    extra = [one for one in found.stop_lines if one not in used]
    return Score(
        name=clip.name,
        heads=(hit, len(changed)),
        false_heads=_sure_and_doubtful([one.confidence for one in false]),
        stop_lines=tuple(
            _off(line, one, size) if one else None for line, one in zip(clip.stop_lines, best, strict=True)
        ),
        extents=tuple(_shared(line, one) for line, one in zip(clip.stop_lines, best, strict=True) if one),
        extra_lines=_sure_and_doubtful([one.confidence for one in extra]),
        lanes=tuple(
            max((_same_lane(lane, one, size) for one in found.lanes), default=0.0) for lane in clip.lanes
        ),
        scale=_scale_error(clip.scale, found.scale, size[1]) if clip.scale and found.scale else None,
        focal=abs(found.scale.focal / clip.scale.focal - 1) * 100 if clip.scale and found.scale else None,
        residual_cm=found.scale.residual_cm if found.scale else None,
    )


def _sure_and_doubtful(confidences: Sequence[float]) -> tuple[int, int]:
    sure = sum(confidence >= DOUBTFUL for confidence in confidences)
    return sure, len(confidences) - sure


def _same_head(one: LampHead, head: TrueHead) -> bool:
    """Whether each contains the other's middle."""
    boxes = (one.box, head.box)
    middles = [((x1 + x2) / 2, (y1 + y2) / 2) for x1, y1, x2, y2 in boxes]
    return all(
        x1 <= x <= x2 and y1 <= y <= y2
        for (x, y), (x1, y1, x2, y2) in zip(middles, reversed(boxes), strict=True)
    )


def _nearest(line: Polyline, found: Sequence[StopLine], size: tuple[int, int]) -> StopLine | None:
    shared = [one for one in found if _shared(line, one) > 0 and _off(line, one, size) < 10]
    return min(shared, key=lambda one: _off(line, one, size), default=None)


def _off(line: Polyline, one: StopLine, size: tuple[int, int]) -> float:
    """The largest distance in height along the true line, in percent of the picture's height."""
    x = line[0][0] + PLACES * (line[-1][0] - line[0][0])
    order = sorted(line)
    y = np.interp(x, [p[0] for p in order], [p[1] for p in order])
    (x1, y1), (x2, y2) = one.line
    suggested = y1 + (x - x1) * (y2 - y1) / (x2 - x1)
    return float(np.abs(suggested - y).max()) / size[1] * 100


def _shared(line: Polyline, one: StopLine) -> float:
    a, b = (sorted((points[0][0], points[-1][0])) for points in (line, one.line))
    return max(0.0, min(a[1], b[1]) - max(a[0], b[0])) / (max(a[1], b[1]) - min(a[0], b[0]))


def _same_lane(lane: TrueLane, one: Lane, size: tuple[int, int]) -> float:
    """Intersection over union of the areas, below the row where both have begun; 0 for opposite
    directions."""
    if lane.away != (one.direction[1] < 0):
        return 0.0
    top = max(min(y for _, y in polygon) for polygon in (lane.polygon, one.polygon))
    masks = [_mask(polygon, size) for polygon in (lane.polygon, one.polygon)]
    for mask in masks:
        mask[: int(top)] = 0
    both = int((masks[0] & masks[1]).sum())
    return both / max(1, int((masks[0] | masks[1]).sum()))


def _mask(polygon: Sequence[Point], size: tuple[int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    mask = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillPoly(mask, [np.rint(polygon).astype(np.int32)], 1)
    return mask


def _scale_error(truth: TrueScale, found: Scale, height: int) -> float:
    rows = [truth.horizon + part * (height - truth.horizon) for part in ROWS]
    off = [found.metres_per_pixel(y) * (y - truth.horizon) / truth.height - 1 for y in rows]
    return float(np.mean(np.abs(off))) * 100
