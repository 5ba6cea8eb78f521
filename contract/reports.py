"""A node's reports about itself: enrolment, birth and last will, health.

A report is no evidence, so its reader is tolerant, so that newer nodes work with older centres and the other
way round: it takes the keys it knows and ignores the rest; what a key means never changes, and a required key
stays for ever. Only a report without data the reader needs is refused: as `UnsupportedError` if it is of a
newer version, else as `UnreadableError`. Version 1 of the health report, sent by nodes of release 0.1, gives
reasons as text.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from contract.faults import read_as, version_of
from contract.reasons import Reason, legacy
from contract.types import Count, Identifier, Message, Milliseconds, NodeId, Utc


class Report(Message):
    """A message whose unknown keys are ignored."""

    model_config = ConfigDict(extra="ignore")


class CameraInfo(Report):
    """A camera a node announces at birth."""

    id: Identifier
    site: Identifier
    site_name: str
    calibration: Identifier


class Enrolment(Report):
    """The document that enrols a node at the centre, once, by hand: its id and signing key."""

    schema_: str = Field(default="ngatu.enrolment/1", alias="schema", pattern=r"^ngatu\.enrolment/\d")
    node: NodeId
    public_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
    software: str
    cameras: tuple[CameraInfo, ...] = ()


class NodeStatus(Report):
    """Birth (`online`) and last will (`offline`). `session` distinguishes a late will from a newer birth."""

    schema_: str = Field(default="ngatu.status/1", alias="schema")
    node: NodeId
    state: Literal["online", "offline"]
    session: Identifier
    started_at: Utc
    software: str
    cameras: tuple[CameraInfo, ...] = ()


CameraState = Literal["online", "degraded", "offline"]


def _known_state(value: object) -> object:
    """Maps a state that only newer nodes know: at least something is wrong."""
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
    """State of one camera; `armed` false means the lamp is unreliable, so red-light rules rest. `reason` says
    why it is not healthy, `looks` how many pictures a second are analysed, `clock_offset_ms` how far the
    camera's own clock is ahead of the node's, if it reports its time. `quarantined`: the node knows that the
    centre withholds this camera's findings; None from a node that does not support it."""

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
    """A node's health report, sent every half minute. `alarms` are for the operator's attention, at most one
    of each code and `subject`."""

    schema_: str = Field(default="ngatu.health/2", alias="schema")
    cameras: tuple[CameraHealth, ...]
    alarms: tuple[Reason, ...] = ()


class CameraHealthV1(_CameraFigures):
    """A camera in version 1: the reason is text."""

    reason: str = ""


class HealthReportV1(_NodeFigures):
    """Version 1: reasons and alarms are text."""

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
    """The report for a centre of release 0.1; `words` gives a reason as text."""
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
