"""One camera's pipeline: frame in, findings out. Replay and live run this same code on two clocks.

`step` detects, tracks, reads lamps and applies the rulebook; a finding then waits until the frames after it
(the post-roll) are in the ring, and is returned by `due` with everything the evidence needs. Undecidable
findings are counted and reported in their step, but never become evidence.
"""

import math
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import structlog

from contract.reasons import Reason
from edge.detect.appearance import with_looks
from edge.detect.detector import Detection, DetectorError, VehicleDetector
from edge.detect.tracker import Tracker
from edge.pace import Pace
from edge.reported import Reported
from edge.riders.watch import RiderWatch
from edge.rules.inputs import Box, Finding, Riders, SignalHistory, Track
from edge.rules.rulebook import Rulebook
from edge.rules.trust import unbroken
from edge.signal.source import SignalSource
from edge.video.alive import Alive
from edge.video.frame import Frame
from edge.video.kept_view import KeptView

log = structlog.get_logger(__name__)

NEIGHBOUR_SECONDS = 30.0
"""Seconds for which the boxes of all vehicles are remembered, to assign plates to vehicles."""


@dataclass(frozen=True)
class Step:
    """Results of one frame: its tracks, each lamp's history up to it, findings that became decidable.
    `looked`: vehicles were detected in it, so `tracks` is complete."""

    frame: Frame
    tracks: tuple[Track, ...]
    signals: Mapping[str, SignalHistory]
    findings: tuple[Finding, ...]
    looked: bool = False


@dataclass(frozen=True)
class Incident:
    """A finding whose post-roll has passed, with the state of track, lamp and riders at that time.

    `neighbours` gives for a frame number the boxes of all tracks in it (track id → box), `traffic` the tracks
    of all vehicles seen shortly before or after it.
    """

    finding: Finding
    track: Track
    signal: SignalHistory | None
    neighbours: Mapping[int, Mapping[int, Box]]
    riders: Riders | None = None
    traffic: tuple[Track, ...] = ()


@dataclass(frozen=True)
class _Waiting:
    """A finding whose post-roll has not passed; `made` is the stream time at which it was found."""

    finding: Finding
    made: float


@dataclass
class Funnel:
    """Counters an operator can follow from traffic to evidence; `as_dict` goes into the health report."""

    counts: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, int]:
        """Counts so far, by name, in a fixed order."""
        return {name: self.counts[name] for name in sorted(self.counts)}


class CameraPipeline:
    """Detection and judgement for one camera. Not thread-safe: one thread feeds it.

    Args:
        detector: finds vehicles in a frame of the detect stream.
        signals: a source per lamp head of the scene.
        rulebook: the active rules, for this camera's scene.
        size: width and height of the picture the scene was drawn on.
        post_roll: seconds after a finding that its evidence still needs.
        region: part of the picture in which vehicles are detected, [x1, y1, x2, y2]; None for all of it.
        interval: detect vehicles in every n-th frame (lamps are read in every one).
        riders: counts people and helmets on motorbikes; None if no rule needs it.
        kept_view: this camera's stored reference view; None: learnt for this run only.
    """

    def __init__(
        self,
        *,
        detector: VehicleDetector,
        signals: Mapping[str, SignalSource],
        rulebook: Rulebook,
        size: tuple[int, int],
        post_roll: float,
        region: Box | None = None,
        interval: int = 1,
        riders: RiderWatch | None = None,
        kept_view: KeptView | None = None,
    ) -> None:
        self.funnel = Funnel()
        self.armed = not signals
        """Whether every lamp of the scene was reliable at the newest frame; true if there is none."""
        self.misfit: tuple[int, int] | None = None
        """Width and height of the newest frame if they differ from those the scene was drawn on."""
        self.alive = Alive(kept_view)
        """Whether the picture is live; nothing is detected in others."""
        self.pace = Pace(rulebook.names)
        """Looks a second, and the rules that rest because they are too few."""
        self._detector = detector
        self._tracker = Tracker(bounds=region or (0, 0, *size))
        self._signals = signals
        self._rulebook = rulebook
        self._size = size
        self._post_roll = post_roll
        self._region = region
        self._interval = interval
        self._riders = riders
        self._next_look = 0
        self._continues: tuple[int, tuple[int, int]] | None = None
        self._reported = Reported()
        self._waiting: list[_Waiting] = []
        self._lifeless = False
        self._tracks: dict[int, Track] = {}
        self._neighbours: deque[tuple[float, int, dict[int, Box]]] = deque()

    @property
    def trouble(self) -> Reason | None:
        """What is wrong with the pictures, or with the number analysed."""
        return self.alive.trouble or self.pace.trouble

    def step(self, frame: Frame) -> Step:
        """Analyses one frame; frames must come in order of their time.

        One of another size is counted, not analysed: the lines lie elsewhere on it.
        """
        self.funnel.counts["frames"] += 1
        ended = self._end_before(frame)
        if self.misfit is not None:
            self.funnel.counts["frames_of_wrong_size"] += 1
            return Step(frame, (), self._snapshots(), ended)
        self.alive.look(frame.t, frame.image)
        if self.alive.unusable_since is not None:
            self._pass_over(self.alive.unusable_since)
            return Step(frame, (), self._snapshots(), ended)
        self._lifeless = False
        for source in self._signals.values():
            source.observe(frame.t, frame.image)
        signals = self._snapshots()
        self.armed = all(history.armed for history in signals.values())
        if frame.index < self._next_look:
            return Step(frame, (), signals, ended)
        # Counted from the last analysed frame: of a live camera any single frame may have been dropped.
        self._next_look = frame.index + self._interval
        self.pace.look(frame.t)
        tracks = tuple(self._tracker.update(frame.t, frame.index, self._look(frame)))
        self._remember(frame, tracks)
        if self._riders is not None:
            self.funnel.counts["rider_looks"] += self._riders.look(frame, tracks)
        findings = self._judge(tracks, signals, frame.t)
        findings += self._judge(self._tracker.take_ended(), signals, frame.t, track_ended=True)
        fresh = self._once(findings, frame.t)
        self._forget(frame.t - NEIGHBOUR_SECONDS)
        return Step(frame, tracks, signals, (*ended, *fresh), looked=True)

    def _end_before(self, frame: Frame) -> tuple[Finding, ...]:
        """Ends tracks and lamp phases if the frame does not continue the earlier ones: it has another run or
        size. Returns the findings judged at their end."""
        size = frame.image.shape[1], frame.image.shape[0]
        before, self._continues = self._continues, (frame.run, size)
        self.misfit = size if size != self._size else None
        if before is None or before == self._continues:
            return ()
        self.funnel.counts["runs_ended"] += 1
        ended = self._judge(self._tracker.end_all(), self._snapshots(), frame.t, track_ended=True)
        self._interrupt()
        return self._once(ended, frame.t)

    def _interrupt(self) -> None:
        """Tells lamps and pace that the stream was interrupted."""
        for source in self._signals.values():
            source.interrupt()
        self.pace.interrupt()

    def _pass_over(self, since: float) -> None:
        """Skips a picture that is not live: tracks and lamps end; findings from such pictures are not
        believed."""
        self.funnel.counts["frames_not_alive"] += 1
        self.armed = False
        if self._lifeless:
            return
        self._lifeless = True
        self._tracker.end_all()
        self._interrupt()
        believed = [waiting for waiting in self._waiting if waiting.made < since]
        self.funnel.counts["findings_not_believed"] += len(self._waiting) - len(believed)
        self._waiting = believed

    def _snapshots(self) -> dict[str, SignalHistory]:
        return {head: source.snapshot() for head, source in self._signals.items()}

    def due(self, now: float) -> list[Incident]:
        """Findings whose post-roll has passed at stream time `now`, oldest first; those from pictures that
        may turn out not to be live wait for that."""
        since = self.alive.suspected_since
        doubtful = since if since is not None and now < math.inf else math.inf
        ready = [w for w in self._waiting if w.finding.t + self._post_roll <= now and w.made < doubtful]
        self._waiting = [waiting for waiting in self._waiting if waiting not in ready]
        found = sorted((w.finding for w in ready), key=lambda f: (f.t, f.track, f.rule))
        return [self._incident(finding) for finding in found]

    def finish(self, now: float) -> tuple[Finding, ...]:
        """The stream has ended at `now`: judges the tracks still open. `due(math.inf)` then gives all pending
        findings."""
        if self._lifeless:
            return ()
        return self._once(self._judge(self._tracker.end_all(), self._snapshots(), now, track_ended=True), now)

    def close(self) -> None:
        """Closes the lamps' connections."""
        for source in self._signals.values():
            source.close()

    def _judge(
        self,
        tracks: Iterable[Track],
        signals: Mapping[str, SignalHistory],
        now: float,
        *,
        track_ended: bool = False,
    ) -> list[Finding]:
        return [
            finding
            for track in tracks
            for finding in self._rulebook.judge(
                track,
                signals,
                now,
                track_ended=track_ended,
                riders=self._riders_of(track),
                resting=self.pace.resting,
            )
        ]

    def _riders_of(self, track: Track) -> Riders | None:
        return self._riders.of(track) if self._riders is not None else None

    def _look(self, frame: Frame) -> list[Detection]:
        x1, y1, x2, y2 = (int(v) for v in self._region or (0, 0, frame.image.shape[1], frame.image.shape[0]))
        try:
            found = self._detector.detect(np.ascontiguousarray(frame.image[y1:y2, x1:x2]))
        except DetectorError:
            self.funnel.counts["frames_not_read"] += 1
            log.warning("frame could not be looked at", frame=frame.index, exc_info=True)
            return []
        moved = [replace(d, box=(d.box[0] + x1, d.box[1] + y1, d.box[2] + x1, d.box[3] + y1)) for d in found]
        return with_looks(frame.image, moved)

    def _remember(self, frame: Frame, tracks: tuple[Track, ...]) -> None:
        boxes = {track.id: track.points[-1].box for track in tracks}
        self._neighbours.append((frame.t, frame.index, boxes))
        for track in tracks:
            self.funnel.counts["vehicles"] += track.id not in self._tracks
            self._tracks[track.id] = track

    def _forget(self, oldest: float) -> None:
        """Forgets data older than `oldest`, except for vehicles of pending findings."""
        while self._neighbours and self._neighbours[0][0] < oldest:
            self._neighbours.popleft()
        waiting = {waiting.finding.track for waiting in self._waiting}
        stale = [k for k, t in self._tracks.items() if t.points[-1].t < oldest and k not in waiting]
        for key in stale:
            del self._tracks[key]
            if self._riders is not None:
                self._riders.forget(key)

    def _once(self, findings: list[Finding], now: float) -> tuple[Finding, ...]:
        """Leaves out findings reported before: a rule reports once per vehicle and episode.

        Of the rest, violations and borderline findings wait for their post-roll.
        """
        fresh = []
        for finding in findings:
            told = self._reported.take(finding, self._tracks.get(finding.track))
            if told == "renamed":
                self.funnel.counts["repeated_under_new_id"] += 1
            if told == "new":
                self.funnel.counts[f"{finding.rule}_{finding.decision}"] += 1
                fresh.append(finding)
        self._waiting += [_Waiting(finding, now) for finding in fresh if finding.decision != "undecidable"]
        return tuple(fresh)

    def _incident(self, finding: Finding) -> Incident:
        source = self._signals.get(finding.head) if finding.head else None
        return Incident(
            finding=finding,
            track=unbroken(self._tracks[finding.track], finding.t),
            signal=source.snapshot() if source else None,
            neighbours={index: boxes for _, index, boxes in self._neighbours},
            riders=self._riders_of(self._tracks[finding.track]),
            traffic=tuple(self._tracks[key] for key in sorted(self._tracks)),
        )
