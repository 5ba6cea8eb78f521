"""Manifest version 1, as the nodes of release 0.1 sign it. Frozen: packages of this version stay readable
for ever.

Reasons are prose here (Vietnamese and English with a dash between), rule names are a closed list.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from contract.types import (
    Box,
    ClockSource,
    Count,
    DecisionName,
    FileRole,
    Identifier,
    LampColour,
    Message,
    Milliseconds,
    NodeId,
    Ordinal,
    Point,
    Probability,
    Sha256,
    Utc,
)
from contract.vehicles import VehicleKind

RuleName = Literal[
    "red_light", "stop_line", "wrong_lane", "solid_line", "wrong_way", "illegal_turn", "no_stopping"
]


class Rule(Message):
    """The rule that found the violation, with the version of its logic."""

    name: RuleName
    version: Ordinal


class Clock(Message):
    """Source of a time: RTCP sender report (`prft`), the node's clock (`host`), a file's timestamps."""

    source: ClockSource
    uncertainty_ms: Count


class VehicleSeen(Message):
    """The vehicle as the camera saw it; `colour` is the body's, if it could be determined."""

    kind: VehicleKind
    confidence: Probability
    track: Ordinal
    colour: str | None = None


class PlateAlternative(Message):
    """Another possible character at the same position, with its probability."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=1)]
    probability: Probability


class PlateCharacter(Message):
    """One character of the reading after the vote over frames."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=1)]
    confidence: Probability
    alternatives: tuple[PlateAlternative, ...] = ()


class RawRead(Message):
    """The reading of one frame, before any vote; `t_ms` counts from the violation's time."""

    t_ms: Milliseconds
    text: str
    confidence: Probability


class PlateEvidence(Message):
    """The number plate (biển số): a reading with evidence, or an honest "unread" (`text` is null).

    `agreed` says that at least two frames gave this text. `flags` name points for the reviewer to check
    (`grammar`: not a plate that is issued; `ambiguous`: car or old motorbike; `colour`: ground colour
    uncertain).
    """

    text: str | None
    agreed: bool = False
    confidence: Probability = 0.0
    colour: Literal["white", "yellow", "blue", "red"] | None = None
    lines: Literal[1, 2] | None = None
    kind: str | None = None
    province: str | None = None
    characters: tuple[PlateCharacter, ...] = ()
    alternatives: tuple[str, ...] = ()
    raw_reads: tuple[RawRead, ...] = ()
    flags: tuple[str, ...] = ()


class LampPhase(Message):
    """A stretch of one lamp colour. `onset_observed` false: it was on when first seen (a lower bound)."""

    colour: LampColour
    start: Utc
    end: Utc
    onset_observed: bool
    uncertainty_ms: Count


class SignalEvidence(Message):
    """States of the governing lamp head around the violation (đèn tín hiệu)."""

    head: Identifier
    source: Literal["vision", "controller"]
    phases: tuple[LampPhase, ...]
    elapsed_red_ms: Milliseconds | None = None
    amber_ms: Milliseconds | None = None


class TrajectoryPoint(Message):
    """Position of the vehicle `t_ms` after the violation's time; `ground` is where it touches the road."""

    t_ms: Milliseconds
    ground: Point
    box: Box


class SceneLine(Message):
    """A line of the camera's scene, as drawn over the evidence."""

    id: Identifier
    kind: Literal["stop_line", "commit_line", "solid_line", "lane", "head", "zone"]
    points: Annotated[tuple[Point, ...], Field(min_length=2)]


class EvidenceFile(Message):
    """One file of the package, named by its hash; `captured_at` for pictures, start for the clip."""

    role: FileRole
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
    media_type: Literal["image/jpeg", "video/mp4"]
    bytes: Annotated[int, Field(ge=1, le=256 * 1024 * 1024)]
    sha256: Sha256
    captured_at: Utc


class ViolationFacts(Message):
    """A node's data about a violation before it is packed: no files, no id, no place in the chain."""

    node: NodeId
    camera: Identifier
    site: Identifier
    site_name: str
    rule: Rule
    decision: DecisionName
    reason: str
    flags: tuple[str, ...] = ()
    occurred_at: Utc
    clock: Clock
    vehicle: VehicleSeen
    lane: Identifier | None = None
    plate: PlateEvidence
    signal: SignalEvidence | None = None
    trajectory: tuple[TrajectoryPoint, ...]
    scene: tuple[SceneLine, ...]
    calibration: Identifier
    config_sha256: Sha256
    models: dict[str, Sha256]
    software: str


class ViolationManifest(ViolationFacts):
    """A violation and its evidence (hồ sơ vi phạm), signed by the node.

    `sequence` counts the node's packages from 1 and `previous` is the SHA-256 of the canonical bytes of the
    manifest before (null for the first): together they prove that nothing was left out.
    """

    schema_: Literal["ngatu.manifest/1"] = Field(default="ngatu.manifest/1", alias="schema")
    event_id: Identifier
    sequence: Ordinal
    previous: Sha256 | None
    files: Annotated[tuple[EvidenceFile, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [file.name for file in self.files]
        if len(set(names)) != len(names):
            raise ValueError("two files of a package have the same name")
        if (self.sequence == 1) != (self.previous is None):
            raise ValueError("the first manifest of a node, and only that, has no previous one")
        return self
