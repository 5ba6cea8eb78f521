"""Camera quality: rejection rates, quarantine and release; days with far more or far fewer findings than
usual."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.accounts.service import names_by_id
from central.console.pages import render
from central.errors import InvalidError
from central.fleet import service as fleet
from central.values import Text
from central.watching import quarantine, rules, swings
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id

router = APIRouter(prefix="/watching")

Viewer = Annotated[User, Depends(require(Permission.VIEW_WATCHING))]
Lead = Annotated[User, Depends(require(Permission.LEAD_REVIEWS))]
Why = Annotated[Text, Form(min_length=3, max_length=500)]


@router.get("/cameras")
def camera_list(request: Request, session: ReadSessionDep, user: Viewer, now: Now) -> Response:
    """The share of each camera's cases that was rejected, what is in quarantine and what was."""
    present = quarantine.present(session)
    apart = {(row.node_id, row.camera_id) for row in present}
    return render(
        request,
        "watched_cameras.html",
        user,
        present=present,
        past=quarantine.past(session),
        held=quarantine.held(session),
        known=_said_by_nodes(session, {row.node_id for row in present}),
        reviewed=quarantine.reviewed(session, now),
        apart=apart,
        others=[camera for camera in fleet.list_cameras(session) if (camera.node_id, camera.id) not in apart],
        rules=rules.present(session),
        names=names_by_id(session),
        may_lead=user.may(Permission.LEAD_REVIEWS),
        now=now,
    )


def _said_by_nodes(session: Session, nodes: set[str]) -> set[tuple[str, str]]:
    """The cameras whose nodes report that they know of the quarantine."""
    return {
        (record.node_id, camera["id"])
        for record in fleet.latest_health(session)
        for camera in record.report["cameras"]
        if record.node_id in nodes and camera.get("quarantined")
    }


@router.post("/cameras")
def put_in(
    session: SessionDep, user: Lead, now: Now, camera: Annotated[Text, Form(max_length=150)], why: Why
) -> Response:
    """Somebody doubts a camera."""
    node, _, name = camera.partition("/")
    if (node, name) not in {(each.node_id, each.id) for each in fleet.list_cameras(session)}:
        raise InvalidError("particular", field="camera", particular="camera")
    quarantine.put_in(session, user, (node, name), why, now)
    return RedirectResponse("/watching/cameras", status_code=303)


@router.post("/cameras/{quarantine_id}/release")
def release(session: SessionDep, user: Lead, now: Now, quarantine_id: Id, why: Why) -> Response:
    """Somebody has looked at the camera and lets its cases on."""
    quarantine.release(session, user, quarantine_id, why, now)
    return RedirectResponse("/watching/cameras", status_code=303)


@router.get("/swings")
def swing_list(request: Request, session: ReadSessionDep, user: Viewer) -> Response:
    """Spikes and droughts, what nobody has explained first."""
    return render(
        request,
        "swings.html",
        user,
        swings=swings.latest(session),
        moment=datetime.fromisoformat,
        names=names_by_id(session),
        may_lead=user.may(Permission.LEAD_REVIEWS),
    )


@router.post("/swings/{swing_id}")
def explain(session: SessionDep, user: Lead, now: Now, swing_id: Id, why: Why) -> Response:
    """Somebody has found out what it was."""
    swings.explain(session, user, swing_id, why, now)
    return RedirectResponse("/watching/swings", status_code=303)
