"""Examines one finding: analyses it again, answers every question, and draws the conclusion."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from configs.camera import CameraConfig
from contract.manifest import LookCost, SecondLook
from contract.reasons import Doubt
from edge.pipeline import Incident
from edge.plate.vote import PlateResult
from edge.rules.inputs import Finding
from edge.second_look import questions as ask
from edge.second_look.act import judged_again
from edge.second_look.following import Path, follow
from edge.second_look.looking import Close, Look, Looked, look_again
from edge.second_look.questions import Answer
from edge.second_look.wheels import Wheels, wheels_of
from edge.second_look.window import LONGEST, chosen
from edge.signal.lamp import LampReader
from edge.video.ring import Film

VERSION = 3
"""Version of the questions and their limits; raised when the same pictures would give other answers."""

Verdict = Literal["confirmed", "doubted", "disproved", "not_possible"]

_NO_COST = LookCost(frames=0, pixels=0)


@dataclass(frozen=True)
class Examined:
    """Result of the second look (None: there was none), and the finding as it stands after it."""

    finding: Finding
    facts: SecondLook | None


class SecondLooks:
    """Examines the findings of one camera.

    Args:
        close: the vehicle detector at any input size.
        lamps: reads lamp heads; needed if the camera file has heads read from the picture.
        epoch: UTC of stream time 0.
    """

    def __init__(self, config: CameraConfig, close: Close, lamps: LampReader | None, epoch: datetime) -> None:
        self._config = config
        self._close = close
        self._lamps = lamps
        self._epoch = epoch

    def examine(self, incident: Incident, film: Film | None, plate: PlateResult) -> Examined:
        """Examines an incident again; `film` holds the pictures of its `window`, None if they are gone."""
        if film is None or not film.times:
            return not_possible(incident.finding)
        looked = self._look(incident, film)
        return concluded(incident.finding, self._answers(incident, looked, film, plate), looked)

    def _look(self, incident: Incident, film: Film) -> Looked:
        finding = incident.finding
        head = next((head for head in self._config.heads if head.id == finding.head), None)
        lamp = (self._lamps, head) if self._lamps and head and head.source == "vision" else None
        times = chosen(film.times, finding.t)
        return look_again(film, times, incident.track, self._config.size, self._close, lamp)

    def _answers(
        self, incident: Incident, looked: Looked, film: Film, plate: PlateResult
    ) -> tuple[Answer, ...]:
        finding, looks = incident.finding, looked.looks
        path = follow(looks, finding.t)
        answers = [
            ask.vehicle_there(looks, path, finding),
            ask.picture_whole(looks, film.times, finding),
            ask.lamp_red(looks, incident),
            ask.same_plate(plate),
        ]
        if path is not None:
            answers += self._answers_of_path(incident, looks, path)
        return tuple(answers)

    def _answers_of_path(self, incident: Incident, looks: Sequence[Look], path: Path) -> list[Answer]:
        finding = incident.finding
        wheels = wheels_of(path, self._config.size)
        if self._too_long(finding):
            return [ask.only_vehicle(path, finding), ask.not_asked("act_again")]
        same, seen = ask.same_vehicle(looks, path, finding), ask.wheels_seen(path, wheels, finding)
        whole = path.covers(*ask.act_of(finding)) and seen.question.answer == "yes"
        again, lowest = (self._judged(incident, path, wheels, lowest=low) for low in (False, True))
        act = ask.act_again(finding, again, lowest, whole=whole)
        return [same, ask.only_vehicle(path, finding), seen, act]

    def _judged(
        self, incident: Incident, path: Path, wheels: list[Wheels], *, lowest: bool
    ) -> Finding | None:
        return judged_again(incident, path, wheels, self._config, self._epoch, lowest=lowest)

    def _too_long(self, finding: Finding) -> bool:
        """Whether the act lasts longer than a second look covers, such as stopping for minutes."""
        first, last = ask.act_of(finding)
        return last - first > LONGEST - 1.0


def concluded(finding: Finding, answers: tuple[Answer, ...], looked: Looked) -> Examined:
    """The conclusion: a disproof drops the finding, a doubt leaves it to an operator."""
    doubts = tuple(doubt for answer in answers for doubt in answer.doubts)
    weights = {doubt.weight for doubt in doubts}
    verdict: Verdict = "confirmed"
    if "disproof" in weights:
        verdict = "disproved"
    elif "doubt" in weights:
        verdict = "doubted"
    cost = LookCost(frames=len(looked.looks), pixels=looked.pixels)
    facts = SecondLook(
        version=VERSION, verdict=verdict, questions=tuple(answer.question for answer in answers), cost=cost
    )
    return Examined(_doubted(finding, doubts, verdict), facts)


def not_possible(finding: Finding) -> Examined:
    """The pictures are gone, or there was no time to examine them: an operator decides."""
    doubt = Doubt(code="second_look.not_possible", weight="doubt", source="second_look")
    facts = SecondLook(version=VERSION, verdict="not_possible", cost=_NO_COST)
    return Examined(_doubted(finding, (doubt,), "not_possible"), facts)


def _doubted(finding: Finding, doubts: tuple[Doubt, ...], verdict: Verdict) -> Finding:
    decision = finding.decision
    if verdict == "disproved":
        decision = "undecidable"
    elif verdict != "confirmed" and decision == "violation":
        decision = "borderline"
    return replace(finding, decision=decision, doubts=(*finding.doubts, *doubts))
