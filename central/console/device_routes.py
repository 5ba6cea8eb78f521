"""The register of enforcement devices: which cameras may be used for sanctioning today, what each lacks, its
papers, users and sign.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, File, Form, Path, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from central.accounts import service as accounts
from central.accounts.models import User
from central.accounts.permissions import Permission
from central.citizens.files import check_picture
from central.console.pages import language, render
from central.db import reading
from central.devices import service as devices
from central.devices.models import Device
from central.devices.service import LARGEST_PHOTO, Interval, Naming, Paper, PaperKind, Validity
from central.errors import DomainError, InvalidError, NotFoundError
from central.fleet import service as fleet
from central.media.content import picture_type
from central.media.sights import Sight, show
from central.values import Day, Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.services import services
from central.web.values import Id
from central.words.errors import told
from contract.local_time import local_day

router = APIRouter(prefix="/devices")

SOON = timedelta(days=30)
"""A paper that ends within this time is shown as ending soon."""

Viewer = Annotated[User, Depends(require(Permission.VIEW_NODES))]
Manager = Annotated[User, Depends(require(Permission.MANAGE_DEVICES))]
Line = Annotated[Text, Form(min_length=1, max_length=120)]
Until = Annotated[Day | Literal[""], Form()]


@dataclass(frozen=True)
class DeviceRow:
    """A camera in the register: what it lacks today, and when the first of its valid papers ends."""

    node_id: str
    camera_id: str
    device: Device | None
    validity: Validity
    ends_on: date | None


@dataclass(frozen=True)
class Camera:
    """The camera in the path."""

    node_id: str
    camera_id: str

    @property
    def address(self) -> str:
        """The address of its page."""
        return f"/devices/{self.node_id}/{self.camera_id}"


def _camera(
    node_id: Annotated[Text, Path(max_length=63)], camera_id: Annotated[Text, Path(max_length=80)]
) -> Camera:
    return Camera(node_id, camera_id)


AtCamera = Annotated[Camera, Depends(_camera)]


@router.get("")
def device_list(request: Request, session: ReadSessionDep, user: Viewer, now: Now) -> Response:
    """Every camera of every node, registered or not; those that are not valid today first."""
    keys = {(camera.node_id, camera.id) for camera in fleet.list_cameras(session)}
    found = devices.validities(session, now)
    rows = [_row(key, found.get(key, devices.NOT_REGISTERED)) for key in sorted(keys | found.keys())]
    rows.sort(key=lambda row: (row.validity.valid, row.ends_on or date.max))
    return render(
        request,
        "devices.html",
        user,
        rows=rows,
        soon=local_day(now) + SOON,
        valid=sum(row.validity.valid for row in rows),
        without_sign=sum("no_sign" in row.validity.problems for row in rows),
    )


def _row(camera: tuple[str, str], found: devices.Validity) -> DeviceRow:
    ends = [paper.valid_to for paper in found.papers if paper.valid_to is not None]
    return DeviceRow(*camera, found.device, found, min(ends, default=None))


@router.get("/{node_id}/{camera_id}")
def device_page(request: Request, session: ReadSessionDep, user: Viewer, now: Now, at: AtCamera) -> Response:
    """One device with all its papers and users, and the forms of those who keep the register."""
    return _page(request, session, user, now, at)


def _page(
    request: Request,
    session: Session,
    user: User,
    now: datetime,
    at: Camera,
    refused: DomainError | None = None,
    taken: date | None = None,
) -> Response:
    """The page; after a refused photo with the reason and the day as typed."""
    key = (at.node_id, at.camera_id)
    row = _row(key, devices.validity(session, *key, now))
    people = {person.id: person for person in accounts.list_users(session)}
    return render(
        request,
        "device.html",
        user,
        refused.status if refused else 200,
        warning=told(refused, language(request)).sentence if refused else "",
        taken=taken,
        largest=LARGEST_PHOTO,
        row=row,
        at=at,
        papers=devices.papers(session, at.node_id, at.camera_id),
        users=devices.users(session, at.node_id, at.camera_id),
        people=people,
        trained=[person for person in people.values() if person.may(Permission.SIGN_RESULTS)],
        may_manage=user.may(Permission.MANAGE_DEVICES),
        today=local_day(now),
    )


@router.post("/{node_id}/{camera_id}")
def register(
    session: SessionDep,
    user: Manager,
    now: Now,
    at: AtCamera,
    name: Line,
    serial: Annotated[Text, Form(min_length=1, max_length=80)],
    unit: Line,
    expressway: Annotated[bool, Form()] = False,
) -> Response:
    """Enters the camera, or brings its description up to date."""
    device = Device(
        node_id=at.node_id,
        camera_id=at.camera_id,
        name=name,
        serial=serial,
        unit=unit,
        expressway=expressway,
        entered_at=now,
        entered_by=user.username,
    )
    devices.register(session, device, user.actor, now)
    return RedirectResponse(at.address, status_code=303)


@router.post("/{node_id}/{camera_id}/papers")
def add_paper(
    session: SessionDep,
    user: Manager,
    now: Now,
    at: AtCamera,
    kind: Annotated[PaperKind, Form()],
    number: Line,
    issuer: Annotated[Text, Form(min_length=1, max_length=200)],
    valid_from: Annotated[Day, Form()],
    valid_to: Until = "",
) -> Response:
    """Enters a paper of the device."""
    paper = Paper(kind, number, issuer, Interval(valid_from, valid_to or None))
    devices.add_paper(session, at.node_id, at.camera_id, paper, user.actor, now)
    return RedirectResponse(at.address, status_code=303)


@router.post("/{node_id}/{camera_id}/papers/{paper_id}/revocation")
def revoke_paper(
    session: SessionDep,
    user: Manager,
    now: Now,
    at: AtCamera,
    paper_id: Id,
    reason: Annotated[Text, Form(min_length=5, max_length=300)],
) -> Response:
    """Takes a wrong or withdrawn paper out of force for all days."""
    devices.revoke_paper(session, paper_id, reason, user.actor, now)
    return RedirectResponse(at.address, status_code=303)


@router.post("/{node_id}/{camera_id}/users")
def name_user(
    session: SessionDep,
    user: Manager,
    now: Now,
    at: AtCamera,
    username: Annotated[Text, Form(min_length=1, max_length=80)],
    decision: Line,
    training: Line,
    valid_from: Annotated[Day, Form()],
    valid_to: Until = "",
) -> Response:
    """Names a trained person as user of the device."""
    named = accounts.get_user(session, username)
    naming = Naming(named.id or 0, decision, training, Interval(valid_from, valid_to or None))
    devices.name_user(session, at.node_id, at.camera_id, naming, user.actor, now)
    return RedirectResponse(at.address, status_code=303)


@router.post("/{node_id}/{camera_id}/users/{naming_id}/revocation")
def revoke_user(session: SessionDep, user: Manager, now: Now, at: AtCamera, naming_id: Id) -> Response:
    """Ends a naming."""
    devices.revoke_user(session, naming_id, user.actor, now)
    return RedirectResponse(at.address, status_code=303)


@router.post("/{node_id}/{camera_id}/sign")
def upload_sign(
    request: Request,
    session: SessionDep,
    user: Manager,
    now: Now,
    at: AtCamera,
    photo: Annotated[UploadFile, File()],
    taken: Annotated[Day, Form()],
) -> Response:
    """The picture that shows the sign at the camera; what is wrong with a file is told on the page."""
    content = photo.file.read(LARGEST_PHOTO + 1)
    try:
        check_picture(content, photo.filename or "", LARGEST_PHOTO)
    except InvalidError as refused:
        return _page(request, session, user, now, at, refused, taken)
    digest = services(request).media.store.put(BytesIO(content))
    devices.set_sign_photo(session, at.node_id, at.camera_id, digest, taken, user.actor)
    return RedirectResponse(at.address, status_code=303)


@router.get("/{node_id}/{camera_id}/sign")
def sign_photo(request: Request, user: Viewer, at: AtCamera) -> Response:
    """The picture of the sign."""
    engine = request.app.state.engine
    with reading(engine) as session:
        sha256 = devices.get(session, at.node_id, at.camera_id).sign_photo
    if sha256 is None:
        raise NotFoundError("media")
    sight = Sight(user.username, f"camera:{at.node_id}/{at.camera_id}", "sign", sha256)
    content = show(engine, services(request).media, sight).read_bytes()
    return Response(content, media_type=picture_type(content))
