"""Draws the pipeline's results over a copy of the picture, for viewing: never on the originals.

Readable in a crowd: vehicles with a violation get a full box and a tab naming it; the others corners and a
small number, if there is room. Rule names are English here, Vietnamese in the console: OpenCV's lettering is
ASCII only.
"""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from configs.camera import CameraConfig
from configs.scene import Head
from edge.evidence.lettering import BLACK, WHITE, Colour, Image, Lettering
from edge.pipeline import Step
from edge.rules.inputs import Box, Finding, Point, SignalHistory, Track

CALM = (215, 190, 90)
SOLID, COMMIT, ZONE = (0, 215, 255), (200, 200, 200), (0, 120, 255)
LANES: tuple[Colour, ...] = ((190, 130, 40), (90, 160, 60), (160, 80, 150), (60, 140, 190))
LAMPS: dict[str, Colour] = {"red": (50, 50, 235), "amber": (30, 180, 250), "green": (90, 200, 60)}
DECISIONS: dict[str, Colour] = {
    "violation": (50, 50, 235),
    "borderline": (30, 150, 250),
    "undecidable": (150, 150, 150),
}
TRAIL_POINTS, CALM_TRAIL_POINTS = 40, 10
NAMED_PIXELS = 32
"""Least size of a numbered vehicle in a picture 720 pixels high, unless it has a finding."""
SHOWN_SECONDS = 4.0
"""Seconds a finding stays in the list at the lower edge."""


class Annotator:
    """Draws the steps of one camera, one after another; vehicles found violating stay marked."""

    def __init__(self, config: CameraConfig) -> None:
        self._config = config
        self._unit = max(config.size[1] / 720, 0.6)
        self._tint, self._tinted = _areas(config)
        self._found: list[Finding] = []

    def draw(self, step: Step) -> Image:
        """A copy of the step's picture with areas, lines, lamps, vehicles and findings drawn in.

        A picture of another size than the camera file's was not analysed: it is scaled and marked.
        """
        self._found += step.findings
        height, width = step.frame.image.shape[:2]
        if (width, height) != tuple(self._config.size):
            scaled = np.asarray(cv2.resize(step.frame.image, self._config.size), np.uint8)
            words = f"{width} x {height}: not looked at"
            self._lettering(scaled).tab(words, self._first_line, DECISIONS["undecidable"])
            return scaled
        picture = step.frame.image.copy()
        blended = cv2.addWeighted(picture, 0.8, self._tint, 0.2, 0)
        cv2.copyTo(blended, self._tinted, picture)
        self._draw_vehicles(picture, step)
        return picture

    def _draw_vehicles(self, picture: Image, step: Step) -> None:
        """Draws the most important vehicles last; small labels only on free space."""
        marked = {finding.track: finding for finding in self._found}
        others = [track for track in step.tracks if track.id not in marked]
        words = self._lettering(picture)
        for track in others:
            self._trail(picture, track, CALM, CALM_TRAIL_POINTS)
            self._corners(picture, track.points[-1].box, CALM, 1.5)
        self._draw_lines(picture, step)
        for track in step.tracks:
            if (finding := marked.get(track.id)) is not None:
                self._draw_found(picture, words, track, finding)
        for head in self._config.heads:
            self._draw_lamp(picture, words, head, step.signals.get(head.id), step.frame.t)
        words.tab(_clock(step), self._first_line, BLACK)
        self._draw_findings(picture, words, step.frame.t)
        for track in sorted(others, key=lambda track: -_high(track)):
            if _high(track) >= NAMED_PIXELS * self._unit:
                left, top, *_ = track.points[-1].box
                words.small(f"{track.id} {track.kind.value}", (left, top - 3), CALM)

    @property
    def _first_line(self) -> Point:
        return 8 * self._unit, 24 * self._unit

    def _lettering(self, picture: Image) -> Lettering:
        return Lettering(picture, self._unit)

    def _draw_lines(self, picture: Image, step: Step) -> None:
        for solid in self._config.solid_lines:
            self._polyline(picture, solid.line, SOLID, 2)
        for stop in self._config.stop_lines:
            history = step.signals.get(stop.head) if stop.head else None
            phase = history.at(step.frame.t) if history else None
            self._polyline(picture, stop.line, LAMPS.get(phase.colour, WHITE) if phase else WHITE, 3)
            if stop.commit is not None:
                self._polyline(picture, stop.commit, COMMIT, 1)

    def _draw_found(self, picture: Image, words: Lettering, track: Track, finding: Finding) -> None:
        colour = DECISIONS[finding.decision]
        self._trail(picture, track, colour, TRAIL_POINTS)
        box = track.points[-1].box
        for layer, width in ((BLACK, 5), (colour, 3)):
            thickness = max(1, round(width * self._unit))
            cv2.rectangle(picture, _pixel(box[:2]), _pixel(box[2:]), layer, thickness, cv2.LINE_AA)
        edge = 3 * self._unit
        words.keep_clear((box[0] - edge, box[1] - edge, box[2] + edge, box[3] + edge))
        verdict = f"{track.id} {_rule(finding)}: {finding.decision}"
        words.tab(verdict, (box[0], box[1] - 8 * self._unit), colour)

    def _trail(self, picture: Image, track: Track, colour: Colour, length: int) -> None:
        trail = [point.ground for point in track.points[-length:]]
        for index, (start, end) in enumerate(pairwise(trail)):
            thickness = 1 + round(2 * self._unit * index / TRAIL_POINTS)
            cv2.line(picture, _pixel(start), _pixel(end), colour, thickness, cv2.LINE_AA)

    def _draw_lamp(
        self, picture: Image, lettering: Lettering, head: Head, history: SignalHistory | None, now: float
    ) -> None:
        phase = history.at(now) if history else None
        colour = LAMPS.get(phase.colour, COMMIT) if phase else COMMIT
        words = f"{head.id}: no signal"
        if history is not None and phase is not None:
            least = "" if phase.onset_observed else ">= "
            armed = "" if history.armed else "  not armed"
            words = f"{head.id}: {phase.colour} {least}{max(now - phase.start, 0):.1f} s{armed}"
        top_left, bottom_right = _pixel(head.box[:2]), _pixel(head.box[2:])
        cv2.rectangle(picture, top_left, bottom_right, colour, max(1, round(2 * self._unit)), cv2.LINE_AA)
        lettering.tab(words, (head.box[0], head.box[3] + 22 * self._unit), colour)

    def _draw_findings(self, picture: Image, lettering: Lettering, now: float) -> None:
        recent = [finding for finding in self._found if now - finding.t < SHOWN_SECONDS][-4:]
        for row, finding in enumerate(reversed(recent)):
            red = "" if finding.elapsed_red is None else f", {finding.elapsed_red:.2f} s after red"
            words = f"{finding.decision}: {_rule(finding)}, vehicle {finding.track}{red}"
            height = picture.shape[0] - (12 + 28 * row) * self._unit
            lettering.tab(words, (8 * self._unit, height), DECISIONS[finding.decision])

    def _polyline(self, picture: Image, points: Sequence[Point], colour: Colour, thickness: int) -> None:
        line = np.array([_pixel(point) for point in points], np.int32)
        for layer, width in ((BLACK, thickness + 2), (colour, thickness)):
            cv2.polylines(picture, [line], False, layer, max(1, round(width * self._unit)), cv2.LINE_AA)

    def _corners(self, picture: Image, box: Box, colour: Colour, thickness: float) -> None:
        """Only the corners of a box: the vehicle stays visible."""
        x1, y1, x2, y2 = box
        arm = min(x2 - x1, y2 - y1) / 4
        width = max(1, round(thickness * self._unit))
        for x, along in ((x1, arm), (x2, -arm)):
            for y, down in ((y1, arm), (y2, -arm)):
                cv2.line(picture, _pixel((x, y)), _pixel((x + along, y)), colour, width, cv2.LINE_AA)
                cv2.line(picture, _pixel((x, y)), _pixel((x, y + down)), colour, width, cv2.LINE_AA)


def _areas(config: CameraConfig) -> tuple[Image, Image]:
    """Lanes and zones as a coloured picture and the mask of its coloured pixels."""
    width, height = config.size
    tint, mask = np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8)
    areas = [(lane.polygon, LANES[number % len(LANES)]) for number, lane in enumerate(config.lanes)]
    areas += [(zone.polygon, ZONE) for zone in config.zones]
    for polygon, colour in areas:
        corners = np.array([_pixel(point) for point in polygon], np.int32)
        cv2.fillPoly(tint, [corners], colour)
        cv2.fillPoly(mask, [corners], 255)
    return tint, mask


def _pixel(point: Sequence[float]) -> tuple[int, int]:
    return round(point[0]), round(point[1])


def _rule(finding: Finding) -> str:
    return finding.rule.replace("_", " ")


def _high(track: Track) -> float:
    return track.points[-1].box[3] - track.points[-1].box[1]


def _clock(step: Step) -> str:
    at = step.frame.captured_at
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} UTC"
