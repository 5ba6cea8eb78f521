"""A drawn street with coloured vehicles, filmed to a real file, and a detector that sees their colours.

Vehicles drive up a picture of 640 x 480 at 10 pictures a second and cross the stop line at y = 300. Whoever
is lower in the picture is nearer and hides what is behind.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from configs.camera import CameraConfig
from contract.types import LampColour
from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.pipeline import Incident
from edge.plate.vote import PlateResult, PlateVote
from edge.rules.inputs import Box, Finding, Phase, SignalHistory, Track, TrackPoint
from edge.rules.rulebook import Rulebook
from edge.second_look.examine import Examined, SecondLooks
from edge.second_look.window import window
from edge.signal.lamp import LampReader
from edge.video.file import FileSource

Image = NDArray[np.uint8]
Path_ = Callable[[float], Box | None]
"""Where a vehicle is at a time; None while it is not there."""

SIZE = (640, 480)
FPS = 10
SECONDS = 6.0
NOON = datetime(2026, 11, 24, 5, tzinfo=UTC)
HEAD = (570, 30, 600, 102)
HUES = {"red": 0, "green": 60, "blue": 120}
UNREAD = PlateVote(VehicleKind.CAR).result()

CONFIG = CameraConfig.model_validate(
    {
        "id": "street",
        "site": {"id": "s", "name": "Ngã Tư Sở"},
        "size": SIZE,
        "calibration": "drawn",
        "heads": [{"id": "main", "box": HEAD}],
        "stop_lines": [{"id": "S1", "line": [[60, 300], [540, 300]], "direction": [0, -1], "head": "main"}],
        "rules": {"red_light": {}},
    }
)


def at(x: float, y: float, width: float = 60, height: float = 70) -> Box:
    """A box whose wheels stand at (x, y)."""
    return (x - width / 2, y - height, x + width / 2, y)


def runs(x: float = 300, speed: float = 60, start: float = 440) -> Path_:
    """Drives up the picture."""
    return lambda t: at(x, start - speed * t)


def stands(x: float, y: float, *, since: float = 0.0) -> Path_:
    """Does not move."""
    return lambda t: at(x, y) if t >= since else None


def picture(vehicles: Mapping[str, Box], lit: LampColour = "red", place: int = 1) -> Image:
    """The street; another `place` is another street."""
    noise = np.random.default_rng(place).integers(60, 190, (12, 16, 3), dtype=np.uint8)
    grey = np.repeat(noise[..., :1], 3, axis=2)
    street = np.asarray(cv2.resize(grey, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)
    for colour, box in sorted(vehicles.items(), key=lambda one: one[1][3]):
        x1, y1, x2, y2 = (round(v) for v in box)
        street[max(0, y1) : max(0, y2), max(0, x1) : max(0, x2)] = _bgr(HUES[colour])
    x1, y1, x2, y2 = HEAD
    street[y1:y2, x1:x2] = 40
    for lens, (colour, shade) in enumerate(LENSES.items()):
        cv2.circle(
            street,
            (x1 + 15, y1 + 13 + 23 * lens),
            10,
            shade if colour == lit else (52, 52, 52),
            -1,
            cv2.LINE_AA,
        )
    return street


LENSES = {"red": (40, 40, 250), "amber": (30, 170, 255), "green": (190, 230, 60)}


def _bgr(hue: int) -> NDArray[np.uint8]:
    return np.asarray(
        cv2.cvtColor(np.array([[[hue, 220, 210]]], np.uint8), cv2.COLOR_HSV2BGR)[0, 0], np.uint8
    )


def film(path: Path, draw: Callable[[float], Image], gap: tuple[float, float] = (9.0, 9.0)) -> FileSource:
    """Films what is drawn for each moment, but for those in `gap`; the source's ring holds it all."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", FPS, options={"preset": "veryfast", "crf": "10", "bf": "0"})
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = FPS
        for number in range(round(SECONDS * FPS)):
            if gap[0] < number / FPS < gap[1]:
                continue
            frame = av.VideoFrame.from_ndarray(draw(number / FPS), format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    source = FileSource(path, NOON)
    for _ in source.frames():
        pass
    return source


class Colours:
    """Sees one vehicle of each strong colour, by its largest patch; `confidence` is what it says of all."""

    def __init__(self, confidence: float = 0.9) -> None:
        self._confidence = confidence

    def at(self, input_size: int) -> "Colours":
        return self

    def detect(self, image: Image) -> list[Detection]:
        hue, saturation, value = cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2HSV))
        strong = (saturation > 150) & (value > 120)
        found = []
        for wanted in HUES.values():
            apart = np.abs((hue.astype(int) - wanted + 90) % 180 - 90)
            mask = np.asarray(strong & (apart < 12), np.uint8)
            _, _, patches, _ = cv2.connectedComponentsWithStats(mask)
            x, y, width, height, area = max(patches[1:].tolist(), key=lambda patch: patch[4], default=[0] * 5)
            if area > 400:
                box = (float(x), float(y), float(x + width), float(y + height))
                found.append(Detection(VehicleKind.CAR, self._confidence, box))
        return found


def red(onset: float = -5.0) -> SignalHistory:
    """A lamp that has been red since `onset`."""
    before = Phase("amber", onset - 3, onset, True, 0.05)
    return SignalHistory("main", "vision", (before, Phase("red", onset, 20.0, True, 0.05)), True)


def live(path: Path_, first: float = 0.3, last: float = 5.5) -> Track:
    """What the live tracker made of a vehicle."""
    times = [number / FPS for number in range(round(first * FPS), round(last * FPS) + 1)]
    seen = [(t, box) for t in times if (box := path(t)) is not None]
    points = tuple(TrackPoint(t, box, round(t * FPS), 0.9) for t, box in seen)
    return Track(1, VehicleKind.CAR, 0.9, points)


def incident(track: Track, config: CameraConfig = CONFIG) -> Incident:
    """The first thing the rules find of a track, as the pipeline hands it over."""
    rulebook, signal = Rulebook(config.rules, config, NOON), red()
    found: list[Finding] = []
    for end in range(1, len(track.points) + 1):
        part = Track(track.id, track.kind, track.confidence, track.points[:end])
        found += rulebook.judge(part, {"main": signal}, part.points[-1].t)
    found += rulebook.judge(track, {"main": signal}, track.points[-1].t, track_ended=True)
    return Incident(found[0], track, signal, {})


def examined(
    suspect: Incident, source: FileSource, detector: Colours | None = None, plate: PlateResult = UNREAD
) -> Examined:
    """The second look at it."""
    looks = SecondLooks(CONFIG, detector or Colours(), LampReader(), NOON)
    t = suspect.finding.t
    return looks.examine(suspect, source.ring.film(*window(suspect.finding), around=t), plate)
