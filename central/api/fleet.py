"""Nodes, cameras and alarms as JSON."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, Field

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.alarms import service as alarms
from central.alarms.models import Alarm
from central.devices import service as devices
from central.devices.models import DevicePaper
from central.fleet import enrolment, service
from central.fleet.models import HealthRecord, Node
from central.values import Day, Text
from central.web.language import language
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id
from central.words.languages import Language
from configs.words import say
from contract.reasons import Reason
from contract.reports import Enrolment

router = APIRouter(tags=["fleet"])
Viewer = Annotated[User, Depends(require(Permission.VIEW_NODES))]
Manager = Annotated[User, Depends(require(Permission.MANAGE_NODES))]
NodeName = Annotated[Text, Path(max_length=63)]
CameraName = Annotated[Text, Path(max_length=80)]


class NodePublic(BaseModel):
    """A node and its state; a `silent` one is connected but has not reported for a while."""

    id: str
    enrolled_at: datetime
    state: str
    started_at: datetime | None
    last_seen_at: datetime | None
    software: str
    outbox_packages: int
    disk_free_bytes: int | None

    @classmethod
    def of(cls, node: Node, now: datetime) -> "NodePublic":
        """The node as it is now."""
        return cls(**node.model_dump() | {"state": service.standing_of(node, now)})


class CameraPublic(BaseModel):
    """A camera and its state (`unknown` while its node is not heard); `reason` says why the state is not
    good, as a code with its values."""

    node_id: str
    id: str
    site: str
    site_name: str
    calibration: str
    state: str
    reason: Reason | None
    last_frame_at: datetime | None
    fps: float
    armed: bool


class HealthPublic(BaseModel):
    """A health report as the node sent it."""

    at: datetime
    received_at: datetime
    report: dict[str, Any]


class AlarmPublic(BaseModel):
    """An alarm: a code with its values, and as text. `node_id` is empty for the centre itself."""

    id: int
    node_id: str
    kind: str
    subject: str
    values: dict[str, Any]
    message: str
    count: int
    raised_at: datetime
    last_at: datetime

    @classmethod
    def of(cls, alarm: Alarm, language: Language) -> "AlarmPublic":
        """The alarm in the reader's language."""
        return cls(**alarm.model_dump(), message=say(alarm.reason, language))


class Revocation(BaseModel):
    """Why a node's keys or a paper are revoked."""

    reason: Annotated[Text, Field(min_length=3, max_length=200)]


class Paper(BaseModel):
    """A paper of a camera as an enforcement device: approval (phê duyệt), inspection certificate (giấy chứng
    nhận kiểm định) or decision on its site (quyết định lắp đặt). Both days are included; without `valid_to`
    it has no end."""

    kind: devices.PaperKind
    number: Annotated[Text, Field(min_length=1, max_length=120)]
    issuer: Annotated[Text, Field(min_length=1, max_length=200)]
    valid_from: Day
    valid_to: Day | None = None


class PaperPublic(Paper):
    """A stored paper; a revoked one is never valid."""

    id: int
    revoked_at: datetime | None
    revoked_reason: str


@router.get("/nodes")
def nodes(session: ReadSessionDep, _viewer: Viewer, now: Now) -> list[NodePublic]:
    """All nodes."""
    return [NodePublic.of(node, now) for node in service.list_nodes(session)]


@router.post("/nodes", status_code=201)
def add_node(session: SessionDep, manager: Manager, now: Now, body: Enrolment) -> NodePublic:
    """Enrols a node, or a new key of an enrolled node."""
    return NodePublic.of(enrolment.enrol(session, body, now, manager.actor), now)


@router.post("/nodes/{node_id}/revocation", status_code=204)
def revoke_node(session: SessionDep, manager: Manager, now: Now, node_id: NodeName, body: Revocation) -> None:
    """Revokes all keys of a node."""
    enrolment.revoke(session, node_id, body.reason, now, manager.actor)


@router.get("/nodes/{node_id}/health", response_model=list[HealthPublic])
def node_health(
    session: ReadSessionDep,
    _viewer: Viewer,
    node_id: NodeName,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[HealthRecord]:
    """The latest health reports of a node, newest first."""
    return service.health_history(session, node_id, limit)


@router.get("/cameras")
def cameras(
    session: ReadSessionDep,
    _viewer: Viewer,
    now: Now,
    node: Annotated[Text | None, Query(max_length=63)] = None,
) -> list[CameraPublic]:
    """All cameras, or those of one node."""
    return [
        CameraPublic(**camera.model_dump() | {"state": state})
        for camera, state in service.camera_states(session, now, node)
    ]


@router.get("/cameras/{node_id}/{camera_id}/papers", response_model=list[PaperPublic])
def papers(
    session: ReadSessionDep, _viewer: Viewer, node_id: NodeName, camera_id: CameraName
) -> list[DevicePaper]:
    """The papers of a camera as an enforcement device, revoked ones too, in the order they begin."""
    return devices.papers(session, node_id, camera_id)


@router.post("/cameras/{node_id}/{camera_id}/papers", status_code=201, response_model=PaperPublic)
def add_paper(
    session: SessionDep, manager: Manager, now: Now, node_id: NodeName, camera_id: CameraName, body: Paper
) -> DevicePaper:
    """Enters a paper; a renewed certificate is a new one beside the old, which holds for its own days."""
    valid = devices.Interval(body.valid_from, body.valid_to)
    paper = devices.Paper(body.kind, body.number, body.issuer, valid)
    return devices.add_paper(session, node_id, camera_id, paper, manager.actor, now)


@router.post("/papers/{paper_id}/revocation", response_model=PaperPublic)
def revoke_paper(
    session: SessionDep, manager: Manager, now: Now, paper_id: Id, body: Revocation
) -> DevicePaper:
    """Takes a paper out of force for all its days: entered wrongly, or withdrawn by who issued it."""
    return devices.revoke_paper(session, paper_id, body.reason, manager.actor, now)


@router.get("/alarms")
def open_alarms(request: Request, session: ReadSessionDep, _viewer: Viewer) -> list[AlarmPublic]:
    """The open alarms."""
    return [AlarmPublic.of(alarm, language(request)) for alarm in alarms.list_open(session)]


@router.delete("/alarms/{alarm_id}", status_code=204)
def clear_alarm(
    session: SessionDep,
    manager: Manager,
    now: Now,
    alarm_id: Id,
    note: Annotated[Text, Query(max_length=300)] = "",
) -> None:
    """Clears an alarm; `note` says what was done."""
    alarms.acknowledge(session, alarm_id, now, manager.actor, note)
