"""One camera's configuration at the centre: the file in use, a new file, and the results of earlier ones."""

import difflib
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Path, Query, Request, UploadFile
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.console.pages import language, render
from central.errors import DomainError, InvalidError
from central.fleet import configuration
from central.fleet.models import CameraRevision
from central.values import LARGEST_ID, Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.uploads import text_of
from central.web.values import Id
from central.words.errors import told
from contract.configuration import LARGEST_CAMERA_FILE
from contract.what_if import Differing

router = APIRouter(prefix="/nodes")

Viewer = Annotated[User, Depends(require(Permission.VIEW_NODES))]
Manager = Annotated[User, Depends(require(Permission.MANAGE_NODES))]


SHORTEST_REASON = 5


@dataclass(frozen=True)
class Draft:
    """A camera file being edited; `base` is the hash of the file it started from."""

    content: str
    base: str
    why: str = ""


class AtCamera:
    """The camera in the path."""

    def __init__(
        self,
        node_id: Annotated[Text, Path(max_length=63)],
        camera_id: Annotated[Text, Path(max_length=80)],
    ) -> None:
        self.node, self.camera = node_id, camera_id

    @property
    def address(self) -> str:
        """The address of its page."""
        return f"/nodes/{self.node}/cameras/{self.camera}"


Camera = Annotated[AtCamera, Depends()]


@router.get("/{node_id}/cameras/{camera_id}")
def camera_page(
    request: Request,
    session: ReadSessionDep,
    user: Viewer,
    at: Camera,
    revision: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> Response:
    """The file in force, and the form for another; `revision` begins with an earlier order's file."""
    present = configuration.setting_of(session, at.node, at.camera)
    content = present.content if revision is None else configuration.revision_of(session, revision).content
    return _page(request, session, user, at, Draft(content, present.sha256))


def _page(
    request: Request,
    session: Session,
    user: User,
    at: AtCamera,
    draft: Draft,
    refused: DomainError | None = None,
) -> Response:
    present = configuration.setting_of(session, at.node, at.camera)
    revisions = configuration.revisions(session, at.node, at.camera)
    return render(
        request,
        "camera.html",
        user,
        refused.status if refused else 200,
        at=at,
        largest=LARGEST_CAMERA_FILE,
        present=present,
        draft=draft,
        changes=_changes(present.content, draft.content),
        warning=told(refused, language(request)).sentence if refused else "",
        revisions=revisions,
        differences={each.id: made for each in revisions if (made := _difference(each)) is not None},
        ledger=configuration.settings(session, at.node, at.camera),
        may_manage=user.may(Permission.MANAGE_NODES),
    )


def _difference(revision: CameraRevision) -> list[Differing] | None:
    """The clips in which its node finds a different result under this file; None if it was not asked."""
    if not revision.difference or revision.reason:
        return None
    return [Differing.model_validate(row) for row in revision.difference["rows"]]


def _changes(before: str, after: str) -> list[str]:
    """The changes in a new file, as lines of a unified diff without its head."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return list(lines)[2:]


@router.post("/{node_id}/cameras/{camera_id}")
def order(
    request: Request,
    session: SessionDep,
    user: Manager,
    now: Now,
    at: Camera,
    base: Annotated[Text, Form(pattern=r"^[0-9a-f]{64}$")],
    content: Annotated[Text, Form(max_length=2 * LARGEST_CAMERA_FILE)] = "",
    why: Annotated[Text, Form(max_length=500)] = "",
    file: Annotated[UploadFile | None, File()] = None,
    send: Annotated[bool, Form()] = False,
    ask: Annotated[bool, Form()] = False,
) -> Response:
    """Sends a file to the node, or asks the node what it would change in what it found, or only shows how
    it differs. What is wrong is told with its lines."""
    draft = Draft(content.replace("\r\n", "\n"), base, why.strip())
    try:
        if file is not None and file.filename:
            draft = Draft(text_of(file, LARGEST_CAMERA_FILE, "YAML"), base, draft.why)
        configuration.check(draft.content, at.camera)
        if not (send or ask):
            return _page(request, session, user, at, draft)
        if len(draft.why) < SHORTEST_REASON:
            raise InvalidError("camera_file_why", field="why")
        key = (at.node, at.camera)
        configuration.order(session, key, draft.content, base, draft.why, user, now, ask=ask)
    except DomainError as refused:
        session.rollback()
        return _page(request, session, user, at, draft, refused)
    return RedirectResponse(at.address, status_code=303)


@router.get("/{node_id}/cameras/{camera_id}/file")
def present_file(session: ReadSessionDep, _user: Viewer, at: Camera) -> Response:
    """The file in force."""
    present = configuration.setting_of(session, at.node, at.camera)
    headers = {"Content-Disposition": f'attachment; filename="{at.camera}.yaml"'}
    return PlainTextResponse(present.content, headers=headers)


@router.post("/{node_id}/cameras/{camera_id}/revisions/{revision_id}/activation")
def activate(session: SessionDep, user: Manager, now: Now, at: Camera, revision_id: Id) -> Response:
    """Sends a file whose difference the node has told."""
    configuration.activate(session, revision_id, user, now)
    return RedirectResponse(at.address, status_code=303)


@router.post("/{node_id}/cameras/{camera_id}/revisions/{revision_id}/withdrawal")
def withdraw(session: SessionDep, user: Manager, now: Now, at: Camera, revision_id: Id) -> Response:
    """Takes an order back before its node has answered."""
    configuration.withdraw(session, revision_id, user, now)
    return RedirectResponse(at.address, status_code=303)
