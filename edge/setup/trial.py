"""Replays the recorded minute with the present drawing: its findings, and the observations as an overlay for
the player.

It uses the replay's own pipeline; only the page's own file is written, and nothing is sent.
"""

from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from configs.camera import CameraConfig
from configs.rules import RULES
from configs.wording import LANGUAGES
from configs.words import say
from edge.camera import DEFAULT_ROLLS, Eyes, build_camera
from edge.pipeline import Step
from edge.proving import disproved
from edge.replay import REPLAY_NODE, run
from edge.rules.inputs import Finding, Phase, Track
from edge.setup.drafts import drawn_sha256
from edge.setup.tasks import Report
from edge.summary import said
from edge.tally import Summary, Tally
from edge.video.file import FileSource

TRIAL = "trial.json"
"""File of the newest run, in the camera's folder."""

ROUND = 1
"""Decimal places of stored pixel coordinates."""


@dataclass(frozen=True)
class Found:
    """One case that would be found: when and by which vehicle, the moments between which it is shown, in both
    languages. `plate` is the reading, `decision` that of the node or `disproved` by its second look."""

    t: float
    start: float
    end: float
    track: int
    decision: str
    rule: dict[str, str]
    words: dict[str, str]
    plate: str | None = None


@dataclass(frozen=True)
class LampSeen:
    """One head over the recording: lengths of its whole ambers and cycles, seconds; None: not seen."""

    head: str
    amber: float | None
    cycle: float | None


@dataclass(frozen=True)
class Trial:
    """Results of one run; `config` identifies the drawing (`drawn_sha256`)."""

    config: str
    frames: list[dict[str, Any]]
    found: list[Found]
    said: dict[str, list[str]]
    lamps: list[LampSeen]

    def as_json(self) -> dict[str, Any]:
        """For the page."""
        return asdict(self)


def run_trial(recording: Path, config: CameraConfig, eyes: Eyes, report: Report) -> Trial:
    """Runs the pipeline over the recording.

    Raises VideoError: the recording can't be read.
    """
    source = FileSource(recording, ring_seconds=60.0)
    camera = build_camera(config, REPLAY_NODE, source.ring, eyes, DEFAULT_ROLLS, source.start)
    tally = Tally(config)
    frames: list[dict[str, Any]] = []
    found: list[Found] = []
    for step, proofs in run(camera, source):
        tally.take(step)
        frames.append(_frame(step))
        for proof in proofs:
            decision = "disproved" if disproved(proof) else proof.incident.finding.decision
            found.append(_found(proof.incident.finding, decision, proof.facts.plate.text))
        found += [_found(f, f.decision) for f in step.findings if f.decision == "undecidable"]
        report(step.frame.index / max(1, source.announced))
    summary = tally.summary(camera.pipeline.funnel.as_dict())
    words: dict[str, list[str]] = {language: list(said(summary, language)) for language in LANGUAGES}
    found.sort(key=lambda one: one.t)
    return Trial(drawn_sha256(config), frames, found, words, lamps_seen(summary))


def lamps_seen(summary: Summary) -> list[LampSeen]:
    """Median lengths of the ambers and cycles of each head that were seen from start to end."""
    return [LampSeen(head, _amber(phases), _cycle(phases)) for head, phases in summary.lamps.items()]


def _amber(phases: tuple[Phase, ...]) -> float | None:
    whole = [
        one.end - one.start
        for one, following in pairwise(phases)
        if one.colour == "amber" and one.onset_observed and following.onset_observed
    ]
    return round(median(whole), 2) if whole else None


def _cycle(phases: tuple[Phase, ...]) -> float | None:
    reds = [phase.start for phase in phases if phase.colour == "red" and phase.onset_observed]
    rounds = [later - earlier for earlier, later in pairwise(reds)]
    return round(median(rounds), 2) if rounds else None


def _frame(step: Step) -> dict[str, Any]:
    return {
        "t": round(step.frame.t, 3),
        "vehicles": [_vehicle(track) for track in step.tracks],
        "lamps": {head: phase.colour for head, h in step.signals.items() if (phase := h.at(step.frame.t))},
    }


def _vehicle(track: Track) -> dict[str, Any]:
    point = track.points[-1]
    return {
        "id": track.id,
        "kind": track.kind.value,
        "box": [round(v, ROUND) for v in point.box],
        "ground": [round(v, ROUND) for v in point.ground],
        "wheels": point.wheels,
    }


def _found(finding: Finding, decision: str, plate: str | None = None) -> Found:
    reasons = (*finding.reasons, *finding.doubts)
    return Found(
        t=round(finding.t, 3),
        start=round(min(finding.moments.values(), default=finding.t), 3),
        end=round(max(finding.moments.values(), default=finding.t), 3),
        track=finding.track,
        decision=decision,
        rule={language: RULES[finding.rule].label.in_language(language) for language in LANGUAGES},
        words={language: "; ".join(say(one, language) for one in reasons) for language in LANGUAGES},
        plate=plate,
    )
