"""What a node says of itself: enrolment, birth and last will, health.

A report proves nothing, so its reader is tolerant, that a newer node does not break an older centre nor the
other way round: it takes the keys it knows and leaves the rest; what a key means never changes, and a
required key stays for ever. Only a report that lacks what the reader needs is refused: as `UnsupportedError`
if it is of a newer version, else as `UnreadableError`. Version 1 of the health report, which nodes of
release 0.1 send, says reasons in prose.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from contract.faults import read_as, version_of
from contract.reasons import Reason, legacy
from contract.types import Count, Identifier, Message, Milliseconds, NodeId, Utc


class Report(Message):
    """A message whose unknown keys are left out."""

    model_config = ConfigDict(extra="ignore")


class CameraInfo(Report):
    """A camera a node announces at birth."""

    id: Identifier
    site: Identifier
    site_name: str
    calibration: Identifier


class Enrolment(Report):
    """What a node shows the centre once, by hand, to be let in: who it is and the key it signs with."""

    schema_: str = Field(default="ngatu.enrolment/1", alias="schema", pattern=r"^ngatu\.enrolment/\d")
    node: NodeId
    public_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
    software: str
    cameras: tuple[CameraInfo, ...] = ()


class NodeStatus(Report):
    """Birth (`online`) and last will (`offline`). `session` tells a late will from a newer birth."""

    schema_: str = Field(default="ngatu.status/1", alias="schema")
    node: NodeId
    state: Literal["online", "offline"]
    session: Identifier
    started_at: Utc
    software: str
    cameras: tuple[CameraInfo, ...] = ()


CameraState = Literal["online", "degraded", "offline"]


def _known_state(value: object) -> object:
    """A state that only newer nodes know: at least something is not as it should be."""
    return "degraded" if isinstance(value, str) and value not in ("online", "offline") else value


class _CameraFigures(Report):
    id: Identifier
    state: Annotated[CameraState, BeforeValidator(_known_state)]
    last_frame_at: Utc | None = None
    fps: float = 0.0
    frames: Count = 0
    dropped: Count = 0
    reconnects: Count = 0
    armed: bool = False
    funnel: dict[str, Count] = Field(default_factory=dict)


class CameraHealth(_CameraFigures):
    """How one camera does; `armed` false means the lamp can't be trusted, so red-light rules rest. `reason`
    says why it is not well, `looks` how many pictures a second are looked at, `clock_offset_ms` how far the
    camera's own clock is ahead of the node's, where it tells its time. `quarantined`: the centre said that it
    holds what the camera finds; None of a node that can't be told."""

    reason: Reason | None = None
    looks: float = 0.0
    clock_offset_ms: Milliseconds | None = None
    quarantined: bool | None = None


class _NodeFigures(Report):
    node: NodeId
    session: Identifier
    at: Utc
    outbox_packages: Count
    outbox_bytes: Count
    oldest_waiting: Utc | None = None
    disk_free_bytes: Count


class HealthReport(_NodeFigures):
    """A node's health report, sent every half minute. `alarms` are what a person should know now, at
    most one of each code and `subject`."""

    schema_: str = Field(default="ngatu.health/2", alias="schema")
    cameras: tuple[CameraHealth, ...]
    alarms: tuple[Reason, ...] = ()


class CameraHealthV1(_CameraFigures):
    """A camera in version 1: the reason is prose."""

    reason: str = ""


class HealthReportV1(_NodeFigures):
    """Version 1: reasons and alarms are prose."""

    schema_: str = Field(default="ngatu.health/1", alias="schema")
    cameras: tuple[CameraHealthV1, ...]
    alarms: tuple[str, ...] = ()


def read_status(content: bytes) -> NodeStatus:
    """A birth or last will of any version. Raises UnreadableError, UnsupportedError."""
    return read_as(NodeStatus, content, version_of("status", content), newest=1)


def read_health(content: bytes) -> HealthReport:
    """A health report of any version. Raises UnreadableError, UnsupportedError."""
    version = version_of("health", content)
    if version == 1:
        return _from_v1(read_as(HealthReportV1, content, version, newest=1))
    return read_as(HealthReport, content, version, newest=2)


def to_v1(report: HealthReport, words: Callable[[Reason], str]) -> HealthReportV1:
    """The report for a centre of release 0.1; `words` says a reason in prose."""
    return HealthReportV1(
        **_figures(report),
        cameras=tuple(
            CameraHealthV1(**(dict(camera) | {"reason": words(camera.reason) if camera.reason else ""}))
            for camera in report.cameras
        ),
        alarms=tuple(words(alarm) for alarm in report.alarms),
    )


def _from_v1(old: HealthReportV1) -> HealthReport:
    return HealthReport(
        **_figures(old),
        cameras=tuple(
            CameraHealth(**(dict(camera) | {"reason": legacy(camera.reason) if camera.reason else None}))
            for camera in old.cameras
        ),
        alarms=tuple(legacy(text) for text in old.alarms),
    )


def _figures(report: _NodeFigures) -> dict[str, Any]:
    return {name: getattr(report, name) for name in _NodeFigures.model_fields}
