"""The pipeline over a file, on the file's clock: every frame, no haste, the same bytes each time."""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from configs.camera import CameraConfig
from contract.messages import format_utc
from contract.package import Link
from contract.signing import SigningKey
from contract.vehicles import VehicleKind
from edge.camera import DEFAULT_ROLLS, Camera, Eyes, Rolls, build_camera
from edge.evidence.annotate import Annotator
from edge.evidence.facts import stream_utc
from edge.evidence.gather import Proof
from edge.evidence.package import write
from edge.pipeline import Step
from edge.rules.inputs import Finding
from edge.streams import size_problem
from edge.video.encode import VideoWriter
from edge.video.file import FileSource
from edge.video.frame import VideoError

REPLAY_NODE = "replay"
"""Node id of a replay's packages: it can't be mistaken for a device of the fleet."""


@dataclass(frozen=True)
class Outputs:
    """What a replay leaves behind; each may be None."""

    jsonl: Path | None = None
    packages: Path | None = None
    annotated: Path | None = None


def replay(
    video: Path,
    config: CameraConfig,
    eyes: Eyes,
    outputs: Outputs,
    key: SigningKey,
    *,
    start: datetime | None = None,
    rolls: Rolls = DEFAULT_ROLLS,
    progress: Callable[[Step], None] = lambda _: None,
) -> list[Proof]:
    """Runs a camera's pipeline over a video and writes what was asked for.

    Args:
        key: signs the packages.
        start: UTC of the first frame (default: the file's own creation time).
        progress: called after each frame.

    Raises:
        VideoError: the file is no video, its picture's size is not the camera file's, or the folder for
            packages holds some already.
    """
    if outputs.packages is not None and outputs.packages.exists() and any(outputs.packages.iterdir()):
        raise VideoError(
            f"{outputs.packages} is not empty: packages are never overwritten, give a new folder"
        )
    source = FileSource(video, start, ring_seconds=max(60.0, rolls.before + rolls.after))
    check_size(source.size, config, video)
    camera = build_camera(config, REPLAY_NODE, source.ring, eyes, rolls, source.start)
    proofs: list[Proof] = []
    lines: list[str] = []
    kinds: dict[int, VehicleKind] = {}
    with ExitStack() as stack:
        film = _film(stack, outputs, source, config)
        for step, found in run(camera, source):
            proofs += found
            kinds.update((track.id, track.kind) for track in step.tracks)
            undecided = (f for f in step.findings if f.decision == "undecidable")
            utc = stream_utc(step.frame.t, step.frame.captured_at)
            lines += [_line(finding, kinds[finding.track], utc(finding.t)) for finding in undecided]
            lines += [result_line(proof) for proof in found]
            if film is not None:
                film.draw(step)
            progress(step)
    _write(outputs, lines, proofs, key)
    return proofs


def run(camera: Camera, source: FileSource) -> Iterator[tuple[Step, list[Proof]]]:
    """Every frame's step with the proofs that became complete at it; those of the end come with the last."""
    last: Step | None = None
    for frame in source.frames():
        if last is not None:
            yield last, [camera.gatherer.gather(i) for i in camera.pipeline.due(last.frame.t)]
        last = camera.pipeline.step(frame)
    if last is not None:
        ended = camera.pipeline.finish(last.frame.t)
        last = replace(last, findings=(*last.findings, *ended))
        yield last, [camera.gatherer.gather(i) for i in camera.pipeline.due(math.inf)]


def check_size(size: tuple[int, int], config: CameraConfig, video: Path) -> None:
    """The camera file's lines are pixels of one picture size; on another they would be elsewhere."""
    if problem := size_problem(size, config):
        raise VideoError(f"{video}: {problem}")


def result_line(proof: Proof) -> str:
    """One line of `--jsonl`: the violation as the scorers and scripts read it."""
    plate = proof.facts.plate
    return _line(
        proof.incident.finding,
        proof.facts.vehicle.kind,
        proof.facts.occurred_at,
        plate=plate.text,
        plate_confidence=plate.confidence,
        plate_agreed=plate.agreed,
        flags=list(proof.facts.flags),
        event=proof.event,
    )


def _line(finding: Finding, vehicle: VehicleKind, occurred_at: datetime, **more: Any) -> str:
    """The keys every line has; what is undecidable has no plate and no package."""
    unread = {"plate": None, "plate_confidence": 0.0, "plate_agreed": False, "event": None}
    line = {
        "rule": finding.rule,
        "t": round(finding.t, 3),
        "time": format_utc(occurred_at),
        "vehicle": vehicle.value,
        "track": finding.track,
        "box": [round(v, 1) for v in finding.point.box],
        "elapsed_red": None if finding.elapsed_red is None else round(finding.elapsed_red, 3),
        "decision": finding.decision,
        "reason": finding.reason,
        "lane": finding.lane,
        "line": finding.line,
        "head": finding.head,
        "flags": list(finding.flags),
    }
    return json.dumps({**line, **unread, **more}, ensure_ascii=False)


def _write(outputs: Outputs, lines: list[str], proofs: list[Proof], key: SigningKey) -> None:
    if outputs.jsonl is not None:
        outputs.jsonl.parent.mkdir(parents=True, exist_ok=True)
        outputs.jsonl.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    if outputs.packages is not None:
        head: Link | None = None
        for proof in proofs:
            package = proof.sealed(key)(head)
            write(package, outputs.packages / f"{package.manifest.sequence:04d}-{proof.event}")
            head = package.link


@dataclass(frozen=True)
class _Film:
    """The annotated video in the making."""

    writer: VideoWriter
    annotator: Annotator

    def draw(self, step: Step) -> None:
        self.writer.write(self.annotator.draw(step), step.frame.t)


def _film(stack: ExitStack, outputs: Outputs, source: FileSource, config: CameraConfig) -> _Film | None:
    if outputs.annotated is None:
        return None
    writer = stack.enter_context(VideoWriter(outputs.annotated, source.size, source.fps))
    return _Film(writer, Annotator(config))
