"""Manifest version 2: reasons and doubts are codes with values, rules are named freely, frames prove
themselves.

A later minor version (`ngatu.manifest/2.1`) may add keys; a reader that does not know one of them raises
`UnsupportedError` instead of leaving it out.

`ngatu.manifest/2.2` is the manifest of a test (hồ sơ thử), sent from the set-up page of a camera to test its
way to the centre.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from contract.manifest.v1 import Clock, PlateCharacter, RawRead, SignalEvidence
from contract.reasons import Code, Doubt, Reason
from contract.types import (
    Box,
    Count,
    DecisionName,
    FileRole,
    Identifier,
    Message,
    Milliseconds,
    NodeId,
    Ordinal,
    Part,
    Point,
    Probability,
    RuleName,
    Sha256,
    Utc,
)
from contract.vehicles import VehicleKind

Basis = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.]{0,39}$")]
"""What was broken: a sign (`P.123a`), a marking (`yellow_box`), a place. `configs` defines the possible
values."""

TEST_ID = "test-"
"""How the event id of a test begins; that of a violation never does."""

FileName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
_Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Pixel = Annotated[int, Field(ge=0, le=65535)]


class Rule(Message):
    """The rule that found the violation, with the version of its logic.

    `basis` is what exactly was broken if a rule covers several points of law: the sign that forbids a turn,
    why stopping in a zone is forbidden, what a solid line separates. `also` names other rules the same act
    broke.
    """

    name: RuleName
    version: Ordinal
    basis: Basis | None = None
    also: tuple[RuleName, ...] = ()


class VehicleSeen(Message):
    """The vehicle as the camera saw it; `colour` is the body's, if it could be determined.

    `class_unsure`: the kind may be another. `class_probabilities` of each kind, over the whole track.
    """

    kind: VehicleKind
    confidence: Probability
    track: Ordinal
    colour: str | None = None
    class_unsure: bool = False
    class_probabilities: dict[VehicleKind, Probability] = Field(default_factory=dict)


_NONE_UNWRITTEN = Field(exclude_if=lambda value: value is None)
# Only in packages of two cameras: without it the bytes are those of version 2.0.
_OtherCamera = Annotated[Identifier | None, _NONE_UNWRITTEN]


class PlateEvidence(Message):
    """The number plate (biển số): a reading with evidence, or an honest "unread" (`text` is null).

    `agreed` says that at least two frames gave this text. `flags` are codes of points for the reviewer to
    check. `camera`: the plate camera it was read on (one of the `companions`); null: the camera of the act
    itself.
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
    flags: tuple[Code, ...] = ()
    camera: _OtherCamera = None


class RiderHead(Message):
    """One head on a two-wheeler, from front to back: with a helmet, bare, or uncertain."""

    state: Literal["helmet", "bare", "unsure"]
    probability: Probability
    box: Box | None = None


class RiderLook(Message):
    """The riders in one frame, `t_ms` after the violation's time."""

    t_ms: Milliseconds
    people: Count
    heads: tuple[RiderHead, ...] = ()


class Riders(Message):
    """The people on a two-wheeler, voted over the looks; `people` is null if they could not be counted."""

    people: Count | None
    people_probability: Probability = 0.0
    heads: tuple[RiderHead, ...] = ()
    looks: tuple[RiderLook, ...] = ()


class TrajectoryPoint(Message):
    """Position of the vehicle `t_ms` after the violation's time; `ground` is where it touches the road.

    `wheels`: whether that place was `seen`, its wheels `hidden` (computed from the rest of the vehicle), or
    all of it `predicted`. `uncertainty` is ± on the ground point, as a part of the picture's height.
    `broken`: from here on it may be a different vehicle than before.
    """

    t_ms: Milliseconds
    ground: Point
    box: Box
    # Default values are not written: there are hundreds of points.
    wheels: Annotated[Literal["seen", "hidden", "predicted"], Field(exclude_if=lambda v: v == "seen")] = (
        "seen"
    )
    uncertainty: Annotated[Part, Field(exclude_if=lambda v: not v)] = 0.0
    broken: Annotated[bool, Field(exclude_if=lambda v: not v)] = False


class SceneLine(Message):
    """A line of the camera's scene, as drawn over the evidence.

    `basis`: why stopping in a zone is forbidden, what a solid line separates. `movement` and `prohibited_by`
    belong to exits: where it leads, and what forbids going there.
    """

    id: Identifier
    kind: Literal["stop_line", "commit_line", "solid_line", "lane", "head", "zone", "exit"]
    points: Annotated[tuple[Point, ...], Field(min_length=2)]
    basis: Basis | None = None
    movement: _Word | None = None
    prohibited_by: Basis | None = None


class ClipFrame(Message):
    """The frame of the package's clip that a picture was taken from: `pts` in units of `time_base` seconds (a
    fraction), and its number in the clip counted from 0."""

    pts: Milliseconds
    time_base: tuple[Ordinal, Ordinal]
    number: Count


class EvidenceFile(Message):
    """One file of the package, named by its hash; `captured_at` for pictures, start for the clip.

    `frame` proves which frame of the clip a picture is; `crop` is the part of it that is shown, in its pixels
    (x1, y1, x2, y2), null for all of it. `camera`: the other camera it comes from; a picture's clip is then
    that camera's. Null: the camera of the act.
    """

    role: FileRole
    name: FileName
    media_type: Literal["image/jpeg", "video/mp4"]
    bytes: Annotated[int, Field(ge=1, le=256 * 1024 * 1024)]
    sha256: Sha256
    captured_at: Utc
    frame: ClipFrame | None = None
    crop: tuple[_Pixel, _Pixel, _Pixel, _Pixel] | None = None
    camera: _OtherCamera = None


class Question(Message):
    """One question of the second look with its answer."""

    code: Code
    answer: Literal["yes", "no", "unsure", "not_asked"]
    values: dict[_Word, str | int | float | bool] = Field(default_factory=dict)


class LookCost(Message):
    """Cost of the second look: frames and pixels analysed, not time, so that it is the same each time."""

    frames: Count
    pixels: Count


class SecondLook(Message):
    """The examination of the finding at full size and full rate, before it was signed."""

    version: Ordinal
    verdict: Literal["confirmed", "doubted", "disproved", "not_possible"]
    questions: tuple[Question, ...] = ()
    cost: LookCost


class CompanionView(Message):
    """The same vehicle on another camera: its clock reads `offset_ms` more than this one's, `score` is the
    probability that it is the same vehicle, `doubts` are the reasons against that."""

    camera: Identifier
    offset_ms: Milliseconds
    score: Probability
    files: tuple[FileName, ...] = ()
    doubts: tuple[Doubt, ...] = ()


class ViolationFacts(Message):
    """A node's data about a violation before it is packed: no files, no id, no place in the chain.

    `reasons` describe the finding, `doubts` are the reasons against it, `flags` name missing evidence.
    `lane`, `line`, `zone` are the parts of the scene it happened at, `movement` where the vehicle went.
    `test`: made on the set-up page to test the way to the centre, never to become a case.
    """

    node: NodeId
    camera: Identifier
    site: Identifier
    site_name: str
    expressway: bool = False
    rule: Rule
    decision: DecisionName
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    doubts: tuple[Doubt, ...] = ()
    flags: tuple[Code, ...] = ()
    occurred_at: Utc
    clock: Clock
    vehicle: VehicleSeen
    lane: Identifier | None = None
    line: Identifier | None = None
    zone: Identifier | None = None
    movement: _Word | None = None
    plate: PlateEvidence
    riders: Riders | None = None
    signal: SignalEvidence | None = None
    trajectory: tuple[TrajectoryPoint, ...]
    scene: tuple[SceneLine, ...]
    second_look: SecondLook | None = None
    companions: tuple[CompanionView, ...] = ()
    calibration: Identifier
    config_sha256: Sha256
    models: dict[str, Sha256]
    software: str
    test: bool = False


class ViolationManifest(ViolationFacts):
    """A violation and its evidence (hồ sơ vi phạm), signed by the node.

    `sequence` counts the node's packages from 1 and `previous` is the SHA-256 of the signed bytes of the
    manifest before (null for the first): together they prove that nothing was left out. A test stands outside
    this chain: its number is 1, and another test may have it too.
    """

    schema_: Annotated[str, StringConstraints(pattern=r"^ngatu\.manifest/2(\.\d{1,4})?$")] = Field(
        default="ngatu.manifest/2", alias="schema"
    )
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
        if self.test and (self.sequence != 1 or not self.event_id.startswith(TEST_ID)):
            raise ValueError("a test has number 1, and its event id begins with 'test-'")
        named = {self.plate.camera, *(file.camera for file in self.files)} - {None}
        if not named <= {view.camera for view in self.companions}:
            raise ValueError("a plate or file comes from a camera that is none of the companions")
        return self

    @property
    def own_files(self) -> tuple[EvidenceFile, ...]:
        """The files of the camera that saw the violation."""
        return tuple(file for file in self.files if file.camera is None)

    @property
    def names_frames(self) -> bool:
        """Whether any picture names its frame of the clip: those of version 1 don't."""
        return any(file.frame is not None for file in self.files)

    def shown(self, role: FileRole) -> EvidenceFile | None:
        """The file of a role, from the camera that saw the violation; for the plate from the camera that read
        it."""
        camera = self.plate.camera if role == "plate" else None
        return next((file for file in self.files if (file.role, file.camera) == (role, camera)), None)

    def of_camera(self, camera: str) -> tuple[EvidenceFile, ...]:
        """The files from a companion camera."""
        return tuple(file for file in self.files if file.camera == camera)
