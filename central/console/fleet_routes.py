"""All cameras at a glance, each with its latest picture, and the page of one node."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.alarms import service as alarms
from central.console.pages import render
from central.db import reading
from central.devices import service as devices
from central.devices.models import DevicePaper
from central.errors import NotFoundError
from central.fleet import configuration, joining, pictures
from central.fleet import service as fleet
from central.fleet.models import Camera, CameraRevision, CameraSetting, Node
from central.ingest import sent_tests
from central.keys import load_key
from central.media.sights import Sight, show
from central.settings import CentralSettings
from central.values import Text
from central.web.files import ShownFile
from central.web.people import Now, ReadSessionDep, SessionDep, check_permission, require
from central.web.services import services
from contract.joining import Invitation
from contract.local_time import local_day

router = APIRouter()

Viewer = Annotated[User, Depends(require(Permission.VIEW_NODES))]
Manager = Annotated[User, Depends(require(Permission.MANAGE_NODES))]
NodeName = Annotated[Text, Path(max_length=63)]
CameraName = Annotated[Text, Path(max_length=80)]


STALE = timedelta(minutes=20)
"""A picture arrives every five minutes: one older than this is marked."""


@dataclass(frozen=True)
class CameraGlance:
    """A camera in the overview: when its latest picture was taken, and whether that is long ago."""

    camera: Camera
    taken_at: datetime | None
    stale: bool


@dataclass(frozen=True)
class Glance:
    """A node in the overview: its cameras, and how many alarms are open."""

    node: Node
    standing: fleet.Standing
    cameras: list[CameraGlance]
    alarms: int

    @property
    def well(self) -> bool:
        """Whether it needs no attention."""
        return not self.alarms and self.standing == "online"

    @property
    def rank(self) -> tuple[bool, bool, str]:
        """Sort key: alarms first, then cameras with a problem or without a recent picture."""
        fine = all(each.camera.state == "online" and not each.stale for each in self.cameras)
        return self.well, fine, self.node.id

    @property
    def sites(self) -> list[str]:
        """The sites of its cameras, each once."""
        return sorted({each.camera.site_name for each in self.cameras})


@dataclass(frozen=True)
class CameraRow:
    """A camera on its node's page: its latest picture, papers, the file in force and the last order."""

    camera: Camera
    taken_at: datetime | None
    papers: list[DevicePaper]
    setting: CameraSetting | None
    revision: CameraRevision | None


@router.get("/cameras")
def glance(request: Request, session: ReadSessionDep, user: Viewer, now: Now) -> Response:
    """Every node with the last picture of each camera; those that something is wrong with first."""
    taken = pictures.taken(session)
    open_alarms: Counter[str] = Counter()
    for (node_id, _), count in alarms.count_open(session).items():
        open_alarms[node_id] += count
    cameras = fleet.cameras_by_node(session)
    glances = [
        Glance(
            node,
            fleet.standing_of(node, now),
            [
                _camera_glance(camera, taken.get((node.id, camera.id)), now)
                for camera in cameras.get(node.id, [])
            ],
            open_alarms[node.id],
        )
        for node in fleet.list_nodes(session)
    ]
    glances.sort(key=lambda one: one.rank)
    well = sum(one.well for one in glances)
    may_invite = user.may(Permission.MANAGE_NODES)
    return render(
        request,
        "cameras.html",
        user,
        glances=glances,
        well=well,
        may_invite=may_invite,
        camera_state=fleet.camera_state,
    )


def _camera_glance(camera: Camera, taken_at: datetime | None, now: datetime) -> CameraGlance:
    return CameraGlance(camera, taken_at, taken_at is not None and now - taken_at > STALE)


@router.post("/nodes")
def invite(
    request: Request,
    session: SessionDep,
    user: Manager,
    now: Now,
    node: Annotated[Text, Form(max_length=63)],
) -> Response:
    """An invitation for a node, shown once."""
    settings: CentralSettings = request.app.state.settings
    if settings.nodes.address is None:
        return render(request, "invitation.html", user, 409, code="", node=node)
    secret = joining.invite(session, node, now, user.actor)
    key = load_key(settings.centre_key_file).public.text
    code = Invitation(node=node, address=settings.nodes.address, centre_key=key, secret=secret).code
    return render(request, "invitation.html", user, code=code, node=node)


@router.get("/nodes/{node_id}")
def node_page(
    request: Request, session: ReadSessionDep, user: Viewer, now: Now, node_id: NodeName
) -> Response:
    """One node: health, cameras with papers and configuration, keys."""
    node = fleet.get_node(session, node_id)
    taken = pictures.taken(session)
    cameras = [
        CameraRow(
            camera,
            taken.get((node_id, camera.id)),
            devices.papers(session, node_id, camera.id),
            next(iter(configuration.settings(session, node_id, camera.id, 1)), None),
            next(iter(configuration.revisions(session, node_id, camera.id, 1)), None),
        )
        for camera in fleet.list_cameras(session, node_id)
    ]
    return render(
        request,
        "node.html",
        user,
        node=node,
        standing=fleet.standing_of(node, now),
        camera_state=fleet.camera_state,
        rows=cameras,
        alarms=alarms.list_open(session, 1000, node_id=node_id),
        keys=joining.keys(session, node_id),
        tests=sent_tests.newest(session, node_id),
        today=local_day(now),
        may_manage=user.may(Permission.MANAGE_NODES),
        may_see_plates=user.may(Permission.SEE_PLATES),
    )


@router.get("/nodes/{node_id}/cameras/{camera_id}/picture")
def picture(session: ReadSessionDep, _user: Viewer, node_id: NodeName, camera_id: CameraName) -> Response:
    """The last small picture of a camera."""
    found = pictures.of_camera(session, node_id, camera_id)
    headers = {"Cache-Control": "private, max-age=300"}
    return Response(found.jpeg, media_type="image/jpeg", headers=headers)


@router.get("/nodes/{node_id}/tests/{event_id}/picture")
def sent_test_picture(
    request: Request,
    user: Viewer,
    node_id: NodeName,
    event_id: Annotated[Text, Path(max_length=80)],
) -> Response:
    """The picture of a test that was sent from a camera's set-up page, which shows plates as evidence does;
    the access goes into the audit log.
    """
    engine = request.app.state.engine
    with reading(engine) as session:
        file = sent_tests.of_event(session, node_id, event_id).manifest.shown("over")
    check_permission(user, Permission.SEE_PLATES)
    if file is None:
        raise NotFoundError("media")
    sight = Sight(user.username, f"event:{event_id}", file.name, file.sha256)
    path = show(engine, services(request).media, sight)
    return ShownFile(path, media_type=file.media_type, headers={"Cache-Control": "no-store"})


@router.post("/nodes/{node_id}/keys/{key_id}/revocation")
def revoke_key(
    session: SessionDep,
    user: Manager,
    now: Now,
    node_id: NodeName,
    key_id: Annotated[Text, Path(max_length=32)],
    reason: Annotated[Text, Form(min_length=5, max_length=200)],
) -> Response:
    """Takes one key out of use: nothing signed with it is believed any more."""
    joining.revoke_key(session, node_id, key_id, reason, now, user.actor)
    return RedirectResponse(f"/nodes/{node_id}", status_code=303)
