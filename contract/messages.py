"""The messages between node and centre, version 1.

Conventions: times are UTC with milliseconds (`...Z`); durations are integer milliseconds; coordinates are
normalised to 0..1 of the detect stream's picture, x to the right, y down, rounded to four digits; hashes are
SHA-256 in lower-case hex; whole numbers stay within ±(2^53 - 1), as in JSON (RFC 7493). Unknown keys are
refused: a newer sender raises the version instead.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    model_validator,
)

from contract.vehicles import VehicleKind


def _to_milliseconds(value: datetime) -> datetime:
    value = value.astimezone(UTC)
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


def format_utc(value: datetime) -> str:
    """`2026-11-24T08:30:00.123Z`: the only form of a time in a message."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Utc = Annotated[AwareDatetime, AfterValidator(_to_milliseconds), PlainSerializer(format_utc, return_type=str)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$")]
NodeId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Milliseconds = Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1)]
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Ordinal = Annotated[int, Field(ge=1, le=2**53 - 1)]
Probability = Annotated[float, BeforeValidator(lambda v: round(float(v), 4)), Field(ge=0, le=1)]
Coordinate = Annotated[float, BeforeValidator(lambda v: round(float(v), 4)), Field(ge=-1, le=2)]
Point = tuple[Coordinate, Coordinate]
Box = tuple[Coordinate, Coordinate, Coordinate, Coordinate]

RuleName = Literal[
    "red_light", "stop_line", "wrong_lane", "solid_line", "wrong_way", "illegal_turn", "no_stopping"
]
DecisionName = Literal["violation", "borderline", "undecidable"]
ClockSource = Literal["prft", "host", "file"]
LampColour = Literal["red", "amber", "green", "off", "flashing", "unknown", "fault"]
FileRole = Literal["before", "over", "continuing", "plate", "context", "clip"]


class Message(BaseModel):
    """Base of everything on the wire: immutable, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


class Rule(Message):
    """The rule that found the violation, with the version of its logic."""

    name: RuleName
    version: Ordinal


class Clock(Message):
    """Where a time came from: RTCP sender report (`prft`), the node's clock (`host`), a file's timestamps."""

    source: ClockSource
    uncertainty_ms: Count


class VehicleSeen(Message):
    """The vehicle as the camera saw it; `colour` is the body's, where it could be told."""

    kind: VehicleKind
    confidence: Probability
    track: Ordinal
    colour: str | None = None


class PlateAlternative(Message):
    """Another character that stood at the same place, with its probability."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=1)]
    probability: Probability


class PlateCharacter(Message):
    """One character of the reading after the vote over frames."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=1)]
    confidence: Probability
    alternatives: tuple[PlateAlternative, ...] = ()


class RawRead(Message):
    """What was read on one frame, before any vote; `t_ms` counts from the violation's time."""

    t_ms: Milliseconds
    text: str
    confidence: Probability


class PlateEvidence(Message):
    """The number plate (biển số): a reading with evidence, or an honest "unread" (`text` is null).

    `agreed` says that at least two frames gave this text. `flags` name what a person should look at
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
    """What the governing lamp head showed around the violation (đèn tín hiệu)."""

    head: Identifier
    source: Literal["vision", "controller"]
    phases: tuple[LampPhase, ...]
    elapsed_red_ms: Milliseconds | None = None
    amber_ms: Milliseconds | None = None


class TrajectoryPoint(Message):
    """Where the vehicle was, `t_ms` after the violation's time; `ground` is where it touches the road."""

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
    """What a node knows about a violation before it is packed: no files, no id, no place in the chain."""

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


class CameraInfo(Message):
    """A camera a node announces at birth."""

    id: Identifier
    site: Identifier
    site_name: str
    calibration: Identifier


class Enrolment(Message):
    """What a node shows the centre once, by hand, to be let in: who it is and the key it signs with."""

    schema_: Literal["ngatu.enrolment/1"] = Field(default="ngatu.enrolment/1", alias="schema")
    node: NodeId
    public_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
    software: str
    cameras: tuple[CameraInfo, ...] = ()


class NodeStatus(Message):
    """Birth (`online`) and last will (`offline`). `session` tells a late will from a newer birth."""

    schema_: Literal["ngatu.status/1"] = Field(default="ngatu.status/1", alias="schema")
    node: NodeId
    state: Literal["online", "offline"]
    session: Identifier
    started_at: Utc
    software: str
    cameras: tuple[CameraInfo, ...] = ()


class CameraHealth(Message):
    """How one camera does; `armed` false means the lamp can't be trusted, so red-light rules rest."""

    id: Identifier
    state: Literal["online", "degraded", "offline"]
    reason: str = ""
    last_frame_at: Utc | None = None
    fps: float = 0.0
    frames: Count = 0
    dropped: Count = 0
    reconnects: Count = 0
    armed: bool = False
    funnel: dict[str, Count] = Field(default_factory=dict)


class HealthReport(Message):
    """A node's word on its own state, sent every half minute."""

    schema_: Literal["ngatu.health/1"] = Field(default="ngatu.health/1", alias="schema")
    node: NodeId
    session: Identifier
    at: Utc
    cameras: tuple[CameraHealth, ...]
    outbox_packages: Count
    outbox_bytes: Count
    oldest_waiting: Utc | None = None
    disk_free_bytes: Count
    alarms: tuple[str, ...] = ()


class MissingPart(Message):
    """What the centre still lacks of a file: it has every byte before `offset` contiguously."""

    sha256: Sha256
    offset: Count


class Receipt(Message):
    """The centre's word on one package, signed by it, sent after its own commit.

    Every manifest that arrives is answered, the repeated one too: by sending it again a node asks how things
    stand. `stored`: everything is safe, the node may let go. `incomplete`: send these parts. `rejected`: the
    package is in quarantine and will not be taken; the node keeps it and raises an alarm.
    """

    schema_: Literal["ngatu.receipt/1"] = Field(default="ngatu.receipt/1", alias="schema")
    node: NodeId
    event_id: Identifier
    manifest_sha256: Sha256
    state: Literal["stored", "incomplete", "rejected"]
    missing: tuple[MissingPart, ...] = ()
    reason: str = ""
    at: Utc
