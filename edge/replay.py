"""The pipeline over a file, on the file's clock: every frame, unhurried, the same bytes each time."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from configs.camera import CameraConfig
from configs.wording import LANGUAGES
from configs.words import say
from contract.reasons import Reason
from contract.signing import SigningKey
from contract.types import format_utc
from contract.vehicles import VehicleKind
from edge.camera import DEFAULT_ROLLS, Camera, Eyes, Rolls, build_camera
from edge.evidence.annotate import Annotator
from edge.evidence.facts import stream_utc
from edge.evidence.gather import Proof
from edge.joined.cameras import Rings
from edge.pipeline import Step
from edge.proving import disproved
from edge.results import Outputs, ResultFiles
from edge.rules.inputs import Finding
from edge.streams import size_problem
from edge.tally import Summary, Tally
from edge.video.file import FileSource
from edge.video.frame import VideoError
from edge.video.ring import RingMiss

log = structlog.get_logger(__name__)

BESIDE_SECONDS, BESIDE_AHEAD = 90.0, 8.0
"""Seconds of a plate camera's video that are kept, and how far it is read ahead of the overview's."""

SHAPE_DIFFERS = 0.02
"""Relative difference allowed between the aspect ratios of a plate camera's video and its file."""

REPLAY_NODE = "replay"
"""Node id of a replay's packages: it can't be mistaken for a real device."""


@dataclass(frozen=True)
class Replayed:
    """Results of a replay. `warning` is what was wrong with the file, `problems` the results that could not
    be written; empty if all is well. `disproved` are findings the second look rejected, `troubles` picture
    faults with their start time."""

    proofs: list[Proof]
    summary: Summary
    warning: str = ""
    problems: tuple[str, ...] = ()
    disproved: tuple[Proof, ...] = ()
    troubles: tuple[tuple[float, Reason], ...] = ()


def replay(
    video: Path,
    config: CameraConfig,
    eyes: Eyes,
    outputs: Outputs,
    key: SigningKey,
    *,
    beside: Sequence[tuple[CameraConfig, Path]] = (),
    start: datetime | None = None,
    rolls: Rolls = DEFAULT_ROLLS,
    progress: Callable[[Step], None] = lambda _: None,
) -> Replayed:
    """Runs a camera's pipeline over a video and writes the requested results as they are found.

    Args:
        key: signs the packages.
        beside: plate cameras and their videos, which started at the same time.
        start: UTC of the first frame (default: the file's own creation time).
        progress: called after each frame.

    Raises:
        VideoError: the file is no video, or its picture's size is not the camera file's.
        ResultError: an output can't be written, or the folder for packages already holds some.
    """
    source = FileSource(video, start, ring_seconds=max(60.0, rolls.before + rolls.after))
    check_size(source.size, config, video)
    rings = Rings()
    others = [_Beside(path, other, rings, source.start) for other, path in beside]
    camera = build_camera(config, REPLAY_NODE, source.ring, eyes, rolls, source.start, rings=rings)
    noted = _Noted()
    tally = Tally(config)
    with ResultFiles(outputs, (source.size, source.fps, Annotator(config)), key) as results:
        for step, found in run(camera, source, others):
            tally.take(step)
            _write(results, step, found, tally.kinds)
            noted.take(step.frame.t, found, _trouble(camera))
            progress(step)
    summary = tally.summary(camera.pipeline.funnel.as_dict())
    dropped, troubles = tuple(noted.dropped), tuple(noted.troubles)
    return Replayed(noted.proofs, summary, source.warning, results.problems, dropped, troubles)


@dataclass
class _Noted:
    """The results of a replay so far, see `Replayed`."""

    proofs: list[Proof] = field(default_factory=list)
    dropped: list[Proof] = field(default_factory=list)
    troubles: list[tuple[float, Reason]] = field(default_factory=list)
    _newest: str | None = None

    def take(self, t: float, found: Iterable[Proof], trouble: Reason | None) -> None:
        """Takes what became complete at `t`, and a picture fault when it begins."""
        for proof in found:
            (self.dropped if disproved(proof) else self.proofs).append(proof)
        if trouble is not None and trouble.code != self._newest:
            self.troubles.append((t, trouble))
        self._newest = trouble.code if trouble is not None else None


def _write(
    results: ResultFiles, step: Step, found: Iterable[Proof], kinds: Mapping[int, VehicleKind]
) -> None:
    """Writes one step's lines, packages and picture; undecidable or disproved findings have no package."""
    utc = stream_utc(step.frame.t, step.frame.captured_at)
    for finding in step.findings:
        if finding.decision == "undecidable":
            results.line(_line(finding, kinds[finding.track], utc(finding.t)))
    for proof in found:
        results.line(result_line(proof))
        if not disproved(proof):
            results.package(proof)
    results.picture(step)


def _trouble(camera: Camera) -> Reason | None:
    """The fault of the newest picture, as a live camera's health would report it."""
    pipeline = camera.pipeline
    misfit = size_problem(pipeline.misfit, camera.config) if pipeline.misfit is not None else None
    return misfit or pipeline.trouble


class _Beside:
    """The video of a plate camera, read in step with the overview's; its ring holds what was read."""

    def __init__(self, video: Path, config: CameraConfig, rings: Rings, start: datetime) -> None:
        source = FileSource(video, start, ring_seconds=BESIDE_SECONDS)
        check_shape(source.size, config, video)
        rings.take(config, source.ring)
        self._frames = source.frames()
        self._t = -math.inf

    def until(self, t: float) -> None:
        """Reads on to stream time `t`, and a little further."""
        while self._t < t + BESIDE_AHEAD:
            frame = next(self._frames, None)
            self._t = math.inf if frame is None else frame.t


def run(
    camera: Camera, source: FileSource, beside: Sequence[_Beside] = ()
) -> Iterator[tuple[Step, list[Proof]]]:
    """Every frame's step with the evidence that became complete at it; the rest comes with the last.

    Findings without a single remaining picture are counted (`findings_not_proved`), the others continue. The
    videos of the plate cameras `beside` it are read in parallel.
    """
    last: Step | None = None
    for frame in source.frames():
        for other in beside:
            other.until(frame.t)
        if last is not None:
            yield last, _proved(camera, last.frame.t)
        last = camera.step(frame)
    if last is not None:
        ended = camera.pipeline.finish(last.frame.t)
        last = replace(last, findings=(*last.findings, *ended))
        yield last, _proved(camera, math.inf)


def _proved(camera: Camera, now: float) -> list[Proof]:
    proofs = []
    for incident in camera.pipeline.due(now):
        try:
            proofs.append(camera.prover.prove(incident))
        except RingMiss as missing:
            camera.pipeline.funnel.counts["findings_not_proved"] += 1
            log.warning("a finding can't be proved", rule=incident.finding.rule, problem=str(missing))
    return proofs


def check_size(size: tuple[int, int], config: CameraConfig, video: Path) -> None:
    """The camera file's lines are pixels of one picture size; on another they would lie elsewhere."""
    if problem := size_problem(size, config):
        raise VideoError(f"{video}: {say(problem, 'en')}")


def check_shape(size: tuple[int, int], config: CameraConfig, video: Path) -> None:
    """A plate camera's file may show the detect stream or a larger one of the same shape."""
    (width, height), (planned, high) = size, config.size
    if abs(width * high - height * planned) > SHAPE_DIFFERS * height * planned or width < planned:
        raise VideoError(f"{video}: its picture is {width}×{height}, that of {config.id} {planned}×{high}")


def result_line(proof: Proof) -> str:
    """One line of `--jsonl`: the violation in the format of scorers and scripts."""
    plate = proof.facts.plate
    return _line(
        proof.incident.finding,
        proof.facts.vehicle.kind,
        proof.facts.occurred_at,
        plate=plate.text,
        plate_confidence=plate.confidence,
        plate_agreed=plate.agreed,
        flags=list(proof.facts.flags),
        event=None if disproved(proof) else proof.event,
        second_look=proof.facts.second_look.verdict if proof.facts.second_look else None,
    )


def in_words(finding: Finding) -> str:
    """Findings and doubts, in Vietnamese and English."""
    said = (*finding.reasons, *finding.doubts)
    vi, en = ("; ".join(say(one, language) for one in said) for language in LANGUAGES)
    return f"{vi} — {en}"


def plain(said: Reason) -> dict[str, Any]:
    """A code with its values, for scripts."""
    return {"code": said.code, **said.values}


def _line(finding: Finding, vehicle: VehicleKind, occurred_at: datetime, **more: Any) -> str:
    """The keys of every line; undecidable findings have no plate and no package."""
    unread = {"plate": None, "plate_confidence": 0.0, "plate_agreed": False}
    unread |= {"event": None, "second_look": None}
    line = {
        "rule": finding.rule,
        "t": round(finding.t, 3),
        "time": format_utc(occurred_at),
        "vehicle": vehicle.value,
        "track": finding.track,
        "box": [round(v, 1) for v in finding.point.box],
        "elapsed_red": None if finding.elapsed_red is None else round(finding.elapsed_red, 3),
        "decision": finding.decision,
        "reason": in_words(finding),
        "reasons": [plain(said) for said in finding.reasons],
        "doubts": [plain(said) for said in finding.doubts],
        "basis": finding.basis,
        "also": list(finding.also),
        "lane": finding.lane,
        "line": finding.line,
        "zone": finding.zone,
        "head": finding.head,
        "movement": finding.movement,
        "flags": [],
    }
    return json.dumps({**line, **unread, **more}, ensure_ascii=False)
