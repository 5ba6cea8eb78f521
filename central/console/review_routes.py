"""The operator's workplace: each decision answers with the next case, a refused one with what is true now."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.cases import queries
from central.cases.lifecycle import UNDO_TIME, Action
from central.cases.models import Case
from central.cases.service import actions_for
from central.console.desk import Desk
from central.console.pages import render
from central.console.reasons import reason_choices
from central.console.views import case_view
from central.errors import DomainError
from central.review import decisions
from central.review import queue as work_queue
from central.review.decisions import Correction, Sight
from central.web.people import Now, SessionDep, require
from central.web.values import LARGEST_ID, Id, Text
from contract.plates import PlateColour

router = APIRouter(prefix="/review")

QueueName = Literal["main", "attention"]
Operator = Annotated[User, Depends(require(Permission.REVIEW_CASES))]
Version = Annotated[int, Form(ge=1, le=LARGEST_ID)]
Brightness = Annotated[int, Form(ge=40, le=300)]
Reason = Annotated[Text, Form(max_length=40)]


def _desk(request: Request, session: SessionDep, user: Operator, now: Now, queue: QueueName = "main") -> Desk:
    return Desk(request, session, user, now, queue)


OperatorDesk = Annotated[Desk, Depends(_desk)]


@router.get("")
def review_page(request: Request, user: Operator, queue: QueueName = "main") -> Response:
    """The page around the case; it asks for the first case by itself."""
    return render(request, "review.html", user, queue=queue)


@router.post("/next")
def next_case(desk: OperatorDesk) -> Response:
    """Gives the person their next case."""
    return _pane(desk)


@router.get("/upcoming")
def upcoming(desk: OperatorDesk) -> Response:
    """Addresses of pictures that will probably be wanted next."""
    return JSONResponse({"pictures": _upcoming_pictures(desk.session, desk.queue)})


@router.post("/{case_id}/accept")
def accept(
    desk: OperatorDesk,
    case_id: Id,
    version: Version,
    brightness: Brightness = 100,
    plate: Annotated[Text | None, Form(max_length=24)] = None,
    colour: Annotated[PlateColour | None, Form()] = None,
) -> Response:
    """Accept, or with a plate: correct and accept."""
    entry = Correction(plate or None, colour)
    sight = Sight(case_id, version, brightness)
    return _decide(
        desk, "accepted", lambda: decisions.accept(desk.session, desk.user, sight, desk.now, entry)
    )


@router.post("/{case_id}/reject")
def reject(
    desk: OperatorDesk,
    case_id: Id,
    version: Version,
    reason: Reason,
    note: Annotated[Text, Form(max_length=500)] = "",
    brightness: Brightness = 100,
) -> Response:
    """Reject with a reason code."""
    sight = Sight(case_id, version, brightness)
    return _decide(
        desk, "rejected", lambda: decisions.reject(desk.session, desk.user, sight, desk.now, reason, note)
    )


@router.post("/{case_id}/skip")
def skip(desk: OperatorDesk, case_id: Id, version: Version, reason: Reason) -> Response:
    """Put aside for somebody else."""
    sight = Sight(case_id, version)
    return _decide(desk, "skipped", lambda: decisions.skip(desk.session, desk.user, sight, desk.now, reason))


@router.post("/{case_id}/undo")
def undo(desk: OperatorDesk, case_id: Id) -> Response:
    """Take the last decision back."""
    return _decide(desk, "undone", lambda: decisions.undo(desk.session, desk.user, case_id, desk.now))


@router.post("/{case_id}/lease", status_code=204)
def keep_lease(desk: OperatorDesk, case_id: Id) -> None:
    """The page is still open."""
    work_queue.keep_lease(desk.session, desk.user, case_id, desk.now)


@router.post("/{case_id}/release", status_code=204)
def release(desk: OperatorDesk, case_id: Id) -> None:
    """The page was closed."""
    work_queue.release(desk.session, desk.user, case_id, desk.now)


def _decide(desk: Desk, outcome: str, act: Callable[[], object]) -> Response:
    """Takes a decision and shows what comes next; a refusal is rolled back and told on the page."""
    try:
        act()
    except DomainError as refused:
        desk.session.rollback()
        reopen = "edit" if refused.values.get("field") == "plate" else ""
        return _pane(desk, warning=desk.words_for(refused), reopen=reopen, status=refused.status)
    return _pane(desk, outcome=outcome)


def _pane(
    desk: Desk, *, outcome: str = "", warning: str = "", reopen: str = "", status: int = 200
) -> Response:
    case = work_queue.claim_next(desk.session, desk.user, desk.queue, desk.now)
    undoable = decisions.last_undoable(desk.session, desk.user, desk.now)
    decided_at = undoable.operator_at if undoable else None
    said = [
        warning,
        desk.t(f"outcome.{outcome}") if outcome else "",
        desk.t("outcome.next", id=case.id) if case else desk.t("review.empty_title"),
    ]
    values: dict[str, Any] = {
        "queue": desk.queue,
        "counts": work_queue.counts(desk.session),
        "undoable": undoable,
        "undo_until": decided_at + UNDO_TIME if decided_at else None,
        "warning": warning,
        "reopen": reopen,
        "announce": " ".join(filter(None, said)),
    }
    if case is None:
        return render(desk.request, "_review_empty.html", desk.user, status, **values)
    values |= _case_values(desk, case)
    return render(desk.request, "_review_pane.html", desk.user, status, **values)


def _case_values(desk: Desk, case: Case) -> dict[str, Any]:
    assert case.id is not None
    returns = [e for e in queries.history_of(desk.session, case.id) if e.action == Action.RETURN]
    return {
        "view": case_view(case, queries.manifest_of(desk.session, case.id), desk.now),
        "returned": returns[-1] if returns else None,
        "reasons": reason_choices("operator", desk.language),
        "skip_reasons": decisions.SKIP_REASONS,
        "can_accept": Action.ACCEPT in actions_for(case, desk.user, desk.now),
    }


def _upcoming_pictures(session: Session, queue: str) -> list[str]:
    found = []
    for case in work_queue.upcoming(session, queue):
        assert case.id is not None
        files = queries.manifest_of(session, case.id).files
        found += [f"/cases/{case.id}/files/{file.name}" for file in files if file.role != "clip"]
    return found
