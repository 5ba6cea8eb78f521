"""From pixels and stream seconds to manifest values: normalised coordinates, UTC, milliseconds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from configs.rules import RULES
from contract.manifest import (
    Clock,
    LampPhase,
    PlateAlternative,
    PlateCharacter,
    PlateEvidence,
    RawRead,
    RiderHead,
    RiderLook,
    Riders,
    Rule,
    SceneLine,
    SignalEvidence,
    TrajectoryPoint,
    VehicleSeen,
    ViolationFacts,
)
from contract.plates import interpretations
from edge.pipeline import Incident
from edge.plate.vote import PlateResult
from edge.rules import inputs
from edge.rules.inputs import Box, Finding, Phase, SignalHistory, Track

SIGNAL_SECONDS = 10.0
"""Seconds of lamp history included before and after the violation (reviews of edge cases need the whole
amber)."""


@dataclass(frozen=True)
class Standing:
    """Data common to all violations of one camera in one run of the node."""

    node: str
    camera: str
    site: str
    site_name: str
    expressway: bool
    size: tuple[int, int]
    scene: tuple[SceneLine, ...]
    calibration: str
    config_sha256: str
    models: Mapping[str, str]
    software: str
    pre_roll: float
    post_roll: float


def violation_facts(
    standing: Standing,
    incident: Incident,
    plate: PlateEvidence,
    colour: str | None,
    clock: Clock,
    utc: Callable[[float], datetime],
    missing: tuple[str, ...] = (),
) -> ViolationFacts:
    """Everything the node knows about one incident.

    Args:
        colour: body colour of the vehicle, if it could be determined.
        utc: the stream clock's time as UTC.
        missing: names of evidence parts that are missing because the ring no longer held them.
    """
    finding, track = incident.finding, incident.track
    return ViolationFacts(
        node=standing.node,
        camera=standing.camera,
        site=standing.site,
        site_name=standing.site_name,
        expressway=standing.expressway,
        rule=Rule(
            name=finding.rule,
            version=finding.version,
            basis=finding.basis,
            also=finding.also,
        ),
        decision=finding.decision,
        reasons=finding.reasons,
        doubts=finding.doubts,
        flags=tuple(f"evidence.{name}" for name in missing),
        occurred_at=utc(finding.t),
        clock=clock,
        vehicle=vehicle_seen(track, colour),
        lane=finding.lane,
        line=finding.line,
        zone=finding.zone,
        movement=finding.movement,
        plate=plate,
        riders=_riders(standing, incident),
        signal=_signal(finding, incident.signal, utc),
        trajectory=_trajectory(standing, finding, track),
        scene=standing.scene,
        calibration=standing.calibration,
        config_sha256=standing.config_sha256,
        models=dict(standing.models),
        software=standing.software,
    )


def vehicle_seen(track: Track, colour: str | None) -> VehicleSeen:
    """The vehicle for the manifest, with its other possible kinds."""
    return VehicleSeen(
        kind=track.kind,
        confidence=track.confidence,
        track=track.id,
        colour=colour,
        class_unsure=track.kind_unsure,
        class_probabilities=dict(track.kinds),
    )


def plate_evidence(plate: PlateResult, t: float, day: date) -> PlateEvidence:
    """The vote's result for the manifest; `t` is the violation's stream time, `day` its date."""
    kinds = interpretations(plate.text or "", lines=plate.lines, colour=plate.colour)
    same = next((known for known in kinds if known.kind == plate.kind), None)
    return PlateEvidence(
        text=plate.text,
        agreed=plate.agreed,
        confidence=plate.confidence,
        colour=plate.colour,
        lines=plate.lines,
        kind=plate.kind,
        province=same.province(day) if same else None,
        characters=tuple(
            PlateCharacter(
                text=character.text,
                confidence=character.confidence,
                alternatives=tuple(
                    PlateAlternative(text=x, probability=p) for x, p in character.alternatives
                ),
            )
            for character in plate.characters
        ),
        alternatives=plate.alternatives,
        raw_reads=tuple(
            RawRead(
                t_ms=round((read.time - t) * 1000), text=read.reading.text, confidence=read.reading.confidence
            )
            for read in plate.raw_reads
        ),
        flags=tuple(f"plate.{flag}" for flag in plate.flags),
    )


def normalised(box: Box, size: tuple[int, int]) -> Box:
    """A box in pixels as fractions of the picture's width and height."""
    width, height = size
    return (box[0] / width, box[1] / height, box[2] / width, box[3] / height)


def _trajectory(standing: Standing, finding: Finding, track: Track) -> tuple[TrajectoryPoint, ...]:
    first, last = finding.t - standing.pre_roll, finding.t + standing.post_roll
    width, height = standing.size
    return tuple(
        TrajectoryPoint(
            t_ms=round((p.t - finding.t) * 1000),
            ground=(p.ground[0] / width, p.ground[1] / height),
            box=normalised(p.box, standing.size),
        )
        for p in track.points
        if first <= p.t <= last
    )


def _signal(
    finding: Finding, history: SignalHistory | None, utc: Callable[[float], datetime]
) -> SignalEvidence | None:
    if history is None:
        return None
    first, last = finding.t - SIGNAL_SECONDS, finding.t + SIGNAL_SECONDS
    near = [phase for phase in history.phases if phase.end >= first and phase.start <= last]
    return SignalEvidence(
        head=history.head,
        source=history.source,
        phases=tuple(_phase(phase, utc) for phase in near),
        elapsed_red_ms=_milliseconds(finding.elapsed_red),
        amber_ms=_milliseconds(finding.amber),
    )


def _phase(phase: Phase, utc: Callable[[float], datetime]) -> LampPhase:
    return LampPhase(
        colour=phase.colour,
        start=utc(phase.start),
        end=utc(phase.end),
        onset_observed=phase.onset_observed,
        uncertainty_ms=round(phase.uncertainty * 1000),
    )


def _riders(standing: Standing, incident: Incident) -> Riders | None:
    """The people on it, included only for a finding about riders: other cases don't need them."""
    seen = incident.riders
    if seen is None or not RULES[incident.finding.rule].riders:
        return None
    return Riders(
        people=seen.people,
        people_probability=seen.people_probability,
        heads=_heads(standing, seen.heads),
        looks=tuple(
            RiderLook(
                t_ms=round((look.t - incident.finding.t) * 1000),
                people=len(look.heads),
                heads=_heads(standing, look.heads),
            )
            for look in seen.looks
        ),
    )


def _heads(standing: Standing, heads: Sequence[inputs.RiderHead]) -> tuple[RiderHead, ...]:
    return tuple(
        RiderHead(state=head.state, probability=head.probability, box=normalised(head.box, standing.size))
        for head in heads
    )


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def stream_utc(t: float, captured_at: datetime) -> Callable[[float], datetime]:
    """A clock that reads `captured_at` at stream time `t` and runs evenly from there."""

    def utc(at: float) -> datetime:
        return captured_at + timedelta(seconds=at - t)

    return utc
