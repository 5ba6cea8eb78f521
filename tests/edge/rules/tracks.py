"""Tracks, lamps and a scene on paper for the rule tests: a road up the picture, 100 px a second, boxes
40×80."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import TypeVar

from configs.model import Configured
from configs.rules import Rules
from configs.scene import Scene, StopLine
from configs.words import say_both
from contract.types import LampColour
from contract.vehicles import VehicleKind
from edge.rules.inputs import Box, Finding, Phase, Point, SignalHistory, Track, TrackPoint
from edge.rules.rulebook import Rulebook

Path = Callable[[float], Point]
"""Where the ground point is at a time."""

LINE = StopLine(id="S1", line=((100, 400), (500, 400)), direction=(0, -1), head="main")
SCENE = Scene(size=(640, 640), stop_lines=(LINE,))
EPOCH = datetime(2026, 11, 20, tzinfo=UTC)
"""UTC of stream time 0: 07:00 in Vietnam."""

Model = TypeVar("Model", bound=Configured)


def changed(model: Model, **changes: object) -> Model:
    """A model of the configuration with other values, checked."""
    return type(model).model_validate({**dict(model), **changes})


def box_at(ground: Point, size: tuple[float, float] = (40, 80)) -> Box:
    """A box whose lower edge is centred on the ground point."""
    return (ground[0] - size[0] / 2, ground[1] - size[1], ground[0] + size[0] / 2, ground[1])


def track(
    path: Path,
    start: float,
    end: float,
    *,
    fps: float = 10.0,
    kind: VehicleKind = VehicleKind.MOTORBIKE,
    size: tuple[float, float] = (40, 80),
    jitter: float = 0.0,
    seed: int = 1,
    hidden: tuple[float, float] = (0.0, 0.0),
    confidence: float = 0.9,
) -> Track:
    """A vehicle on a path, seen `fps` times a second, with jitter in pixels, unseen from hidden[0] to
    hidden[1]."""
    noise = Random(seed)
    points = []
    for frame in range(round(start * fps), round(end * fps) + 1):
        t = frame / fps
        x, y = path(t)
        ground = (x + noise.uniform(-jitter, jitter), y + noise.uniform(-jitter, jitter))
        points.append(TrackPoint(t, box_at(ground, size), frame))
    seen = tuple(point for point in points if not hidden[0] < point.t < hidden[1])
    return Track(1, kind, confidence, seen)


def straight(x: float, crossing: float, *, speed: float = 100.0, line: float = 400.0) -> Path:
    """Up the picture at `speed` px/s, over y = `line` at t = `crossing`."""
    return lambda t: (x, line - speed * (t - crossing))


def through(*stops: tuple[float, float, float]) -> Path:
    """A path by (t, x, y), straight between, standing before the first and after the last."""

    def path(t: float) -> Point:
        earlier = max((s for s in stops if s[0] <= t), default=stops[0])
        later = min((s for s in stops if s[0] > t), default=stops[-1])
        part = 0.0 if later[0] == earlier[0] else max(0.0, t - earlier[0]) / (later[0] - earlier[0])
        return (
            earlier[1] + part * (later[1] - earlier[1]),
            earlier[2] + part * (later[2] - earlier[2]),
        )

    return path


def lamp(
    *phases: tuple[LampColour, float, float],
    head: str = "main",
    armed: bool = True,
    uncertainty: float = 0.05,
    first_seen: bool = False,
) -> dict[str, SignalHistory]:
    """A head's history; the first phase counts as already on when first seen unless `first_seen`."""
    made = tuple(
        Phase(colour, start, end, first_seen or number > 0, uncertainty)
        for number, (colour, start, end) in enumerate(phases)
    )
    return {head: SignalHistory(head, "vision", made, armed)}


def codes(finding: Finding) -> list[str]:
    """Codes of what was found and of what speaks against it."""
    return [said.code for said in (*finding.reasons, *finding.doubts)]


def in_words(finding: Finding) -> str:
    """The same in both languages."""
    return " ".join(say_both(said) for said in (*finding.reasons, *finding.doubts))


def replay(
    vehicle: Track,
    scene: Scene,
    rules: Rules,
    signals: dict[str, SignalHistory] | None = None,
    *,
    ends: bool = True,
) -> list[Finding]:
    """What the rulebook says frame by frame as the node would ask it, each (rule, track, episode) once."""
    book = Rulebook(rules, scene, EPOCH)
    found: dict[tuple[str, int, str], Finding] = {}
    histories = signals or {}
    for count in range(1, len(vehicle.points) + 1):
        so_far = replace(vehicle, points=vehicle.points[:count])
        now = so_far.points[-1].t
        _keep(found, book.judge(so_far, _until(histories, now), now))
    if ends:
        now = vehicle.points[-1].t + 1.5
        _keep(found, book.judge(vehicle, _until(histories, now), now, track_ended=True))
    return list(found.values())


def _keep(found: dict[tuple[str, int, str], Finding], findings: Sequence[Finding]) -> None:
    for finding in findings:
        found.setdefault((finding.rule, finding.track, finding.episode), finding)


def _until(histories: dict[str, SignalHistory], now: float) -> dict[str, SignalHistory]:
    return {
        head: SignalHistory(
            head,
            history.source,
            tuple(
                Phase(p.colour, p.start, min(p.end, now), p.onset_observed, p.uncertainty)
                for p in history.phases
                if p.start <= now
            ),
            history.armed,
        )
        for head, history in histories.items()
    }
