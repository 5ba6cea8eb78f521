"""Withdrawals: one act ends everything a camera recorded within a period. The affected cases are shown before
and listed after, and the parties are notified.
"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.cases.queries import cases_by_id
from central.console.pages import language, render
from central.devices import service as devices
from central.documents import archive as documents
from central.errors import DomainError, InvalidError
from central.proceedings import desk, withdrawal
from central.proceedings.people import mover
from central.proceedings.withdrawal import Scope
from central.values import Text, moment_of_form
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.services import services
from central.web.values import Id
from central.words.errors import told
from configs.rules import RULES
from contract.local_time import VIETNAM, local_day

router = APIRouter(prefix="/withdrawals")

Viewer = Annotated[User, Depends(require(Permission.VIEW_WITHDRAWALS))]
Signer = Annotated[User, Depends(require(Permission.SIGN_DECISIONS))]
Sender = Annotated[User, Depends(require(Permission.SEND_PAPERS))]


def _scope(
    camera: Annotated[Text, Form(max_length=150)],
    from_at: Annotated[Text, Form(max_length=25)],
    until_at: Annotated[Text, Form(max_length=25)],
    rule: Annotated[Text, Form(max_length=40)] = "",
) -> Scope:
    """The scope of a withdrawal; times as entered in the form, in Vietnamese time."""
    node_id, separator, camera_id = camera.partition("/")
    if not separator:
        raise InvalidError("particular", field="camera", particular="camera")
    return Scope(node_id, camera_id, _moment("from_at", from_at), _moment("until_at", until_at), rule or None)


def _moment(field: str, text: str) -> datetime:
    try:
        return moment_of_form(text)
    except ValueError:
        raise InvalidError("particular", field=field, particular=field) from None


AskedScope = Annotated[Scope, Depends(_scope)]
Why = Annotated[Text, Form(max_length=500)]


@router.get("")
def withdrawal_list(request: Request, session: ReadSessionDep, user: Viewer) -> Response:
    """Every act, and the form of a new one for those who sign."""
    return _list(request, session, user)


def _list(request: Request, session: SessionDep, user: User, status: int = 200, **values: object) -> Response:
    blank = {"preview": None, "scope": None, "reason": "", "warning": ""} | values
    return render(
        request,
        "withdrawals.html",
        user,
        status,
        acts=withdrawal.acts(session),
        cameras=devices.devices(session),
        rules=list(RULES),
        may_sign=user.may(Permission.SIGN_DECISIONS),
        zone=VIETNAM,
        **blank,
    )


@router.post("/preview")
def preview(
    request: Request, session: SessionDep, user: Signer, scope: AskedScope, reason: Why = ""
) -> Response:
    """What the act would touch, before anybody takes it."""
    found = withdrawal.standing(session, scope)
    return _list(request, session, user, preview=found, scope=scope, reason=reason)


@router.post("")
def withdraw(
    request: Request, session: SessionDep, user: Signer, now: Now, scope: AskedScope, reason: Why = ""
) -> Response:
    """Ends all of it."""
    by = mover(session, user, local_day(now))
    try:
        act, _ = desk.withdraw(services(request).records(session), scope, reason, by, now)
    except DomainError as refused:
        session.rollback()
        warning = told(refused, language(request)).sentence
        return _list(request, session, user, refused.status, scope=scope, reason=reason, warning=warning)
    return RedirectResponse(f"/withdrawals/{act.id}", status_code=303)


@router.get("/{withdrawal_id}")
def withdrawal_page(request: Request, session: ReadSessionDep, user: Viewer, withdrawal_id: Id) -> Response:
    """Every case of an act: where it stood, what goes back, whether its people were told."""
    act = withdrawal.get(session, withdrawal_id)
    rows = withdrawal.listed(session, withdrawal_id)
    papers = {row.paper_id: documents.get(session, row.paper_id) for row in rows if row.paper_id}
    return render(
        request,
        "withdrawal.html",
        user,
        act=act,
        rows=rows,
        papers=papers,
        cases=cases_by_id(session, {row.case_id for row in rows}),
        may_send=user.may(Permission.SEND_PAPERS),
        may_open=user.may(Permission.VIEW_PROCEEDINGS),
    )


@router.post("/{withdrawal_id}/told")
def tell(
    request: Request,
    session: SessionDep,
    _user: Sender,
    now: Now,
    withdrawal_id: Id,
    case_id: Annotated[int, Form(ge=1, le=2**31 - 1)],
    how: Annotated[Literal["post", "in_person", "electronic"], Form()] = "post",
) -> Response:
    """The people of a case have been told."""
    act = withdrawal.get(session, withdrawal_id)
    desk.tell(services(request).records(session), act, case_id, how, now)
    return RedirectResponse(f"/withdrawals/{withdrawal_id}", status_code=303)
