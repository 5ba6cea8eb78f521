"""Scores of one run: HOTA and its parts, IDF1, identity switches, and findings right, missed and false."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.detect.matching import overlaps
from edge.reported import Reported
from edge.rules.inputs import Box, Finding, Track
from edge.rules.rulebook import Rulebook
from models.evaluation.tracking.followers import Follower
from models.evaluation.tracking.looks import Look
from models.evaluation.tracking.truth import Clip, TrueEvent

SAME = 0.5
"""Intersection over union from which a box matches a vehicle."""

IN_TIME = 1.0
"""Most seconds between a finding and its event."""


@dataclass
class Result:
    """Results of a tracker on one clip; `false` are violations nobody committed."""

    hota: float = 0.0
    idf1: float = 0.0
    switches: int = 0
    right: int = 0
    missed: int = 0
    borderline: int = 0
    false: list[str] = field(default_factory=list)
    breaks: int = 0
    switches_told: int = 0
    """Identity switches inside a track that the track itself marks as a break."""


def run(clip: Clip, looks: Sequence[Look], follower: Follower) -> Result:
    """Tracks the vehicles of a clip, judges them, and compares both with the truth."""
    numbers = _Numbers()
    breaks: dict[tuple[int, int], bool] = {}
    whole: dict[int, Track] = {}
    found: list[Finding] = []
    for look, tracks, findings in judged(clip, looks, follower):
        for track in tracks:
            whole[track.id] = track
            breaks[track.id, look.frame] = track.points[-1].breaks
        found += findings
    # A track counts from its first look, though it is reported only some looks later: the rules use it so.
    seen: dict[int, list[tuple[int, Box]]] = {}
    for track in whole.values():
        for point in track.points:
            seen.setdefault(point.frame, []).append((track.id, point.box))
    followed = [numbers.look(clip, look, seen.get(look.frame, [])) for look in looks]
    result = _identities(followed)
    result.breaks = sum(breaks.values())
    result.switches_told = sum(any(breaks.get((i, f)) for f in span) for i, span in numbers.swaps)
    _judge(clip, found, result)
    return result


def judged(
    clip: Clip, looks: Sequence[Look], follower: Follower
) -> Iterator[tuple[Look, list[Track], list[Finding]]]:
    """Tracks and judges the vehicles of a clip: each look with its tracks and the findings it made decidable,
    each once. The true lamp phases are used."""
    book, reported = Rulebook(clip.camera.rules, clip.camera), Reported()
    for number, look in enumerate(looks, start=1):
        tracks, signals = follower.update(look), clip.signals(look.t)
        over = follower.take_ended()
        over += follower.end_all() if number == len(looks) else []
        fresh = [
            one
            for ended, which in ((False, tracks), (True, over))
            for track in which
            for one in book.judge(track, signals, look.t, track_ended=ended)
            if reported.take(one, track) == "new"
        ]
        yield look, tracks, fresh


Sequenced = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]
"""For one look: indexes of true vehicles, indexes of tracks, and their overlaps."""


class _Numbers:
    """Vehicles and tracks as integers from 0; records where a track switches to another vehicle."""

    def __init__(self) -> None:
        self._vehicles: dict[str, int] = {}
        self._tracks: dict[int, int] = {}
        self._on: dict[int, tuple[str, int]] = {}
        self.swaps: list[tuple[int, list[int]]] = []

    def look(self, clip: Clip, look: Look, seen: Sequence[tuple[int, Box]]) -> Sequenced:
        """Matches the vehicles that count with the tracks; a track on something that does not count is left
        out."""
        true = clip.boxes.get(look.frame, ())
        lap = overlaps([row.box for row in true], [box for _, box in seen]) if true and seen else None
        kept = list(range(len(seen)))
        if lap is not None:
            best = lap.argmax(axis=0)
            kept = [j for j in kept if true[best[j]].owed or lap[best[j], j] < SAME]
            for j, (track, _) in enumerate(seen):
                if lap[best[j], j] >= SAME:
                    self._notice(track, true[best[j]].vehicle, look.frame)
        rows = [i for i, row in enumerate(true) if row.owed]
        similar = np.zeros((len(rows), len(kept))) if lap is None else lap[np.ix_(rows, kept)]
        vehicles = [self._vehicles.setdefault(true[i].vehicle, len(self._vehicles)) for i in rows]
        tracks = [self._tracks.setdefault(seen[j][0], len(self._tracks)) for j in kept]
        return np.array(vehicles, int), np.array(tracks, int), similar

    def _notice(self, track: int, vehicle: str, frame: int) -> None:
        before, since = self._on.get(track, (vehicle, frame))
        if before != vehicle:
            self.swaps.append((track, list(range(since + 1, frame + 1))))
        self._on[track] = (vehicle, frame)


def _identities(followed: Sequence[Sequenced]) -> Result:
    """Identity scores of the package `trackers`, which follow TrackEval."""
    from trackers.eval.clear import compute_clear_metrics
    from trackers.eval.hota import compute_hota_metrics
    from trackers.eval.identity import compute_identity_metrics

    truth, tracks, similar = [list(part) for part in zip(*followed, strict=True)]
    hota: dict[str, Any] = compute_hota_metrics(truth, tracks, similar)
    identity: dict[str, Any] = compute_identity_metrics(truth, tracks, similar)
    clear: dict[str, Any] = compute_clear_metrics(truth, tracks, similar)
    return Result(float(hota["HOTA"]), float(identity["IDF1"]), int(clear["IDSW"]))


def _judge(clip: Clip, found: Sequence[Finding], result: Result) -> None:
    open_events = list(clip.events)
    for one in sorted(found, key=lambda one: (one.decision != "violation", one.t)):
        event = next((e for e in open_events if _is(clip, one, e)), None)
        if one.decision == "violation" and event is not None and event.verdict != "near_miss":
            open_events.remove(event)
            result.right += event.verdict == "violation"
        elif one.decision == "violation":
            result.false.append(f"{one.rule} t={one.t:.2f} track {one.track}")
        elif one.decision == "borderline":
            result.borderline += 1
    result.missed = sum(event.verdict == "violation" for event in open_events)


def _is(clip: Clip, one: Finding, event: TrueEvent) -> bool:
    """Whether a finding matches this event: rule, time, and vehicle box."""
    start, end = event.during
    early = min(start, event.t) - IN_TIME <= one.t <= max(end, event.t) + IN_TIME
    if one.rule != event.rule or not early:
        return False
    true = clip.boxes.get(one.point.frame, ())
    lap = overlaps([row.box for row in true], [one.point.box])[:, 0] if true else np.zeros(0)
    return any(
        row.vehicle == event.vehicle and share > SAME / 2 for row, share in zip(true, lap, strict=True)
    )
