"""The operator's workplace: each decision returns the next case, a refused one the current state."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import JSONResponse, Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.cases import queries, waiting
from central.cases.comments import COMMENT
from central.cases.lifecycle import UNDO_TIME, Action
from central.cases.models import Case
from central.cases.service import actions_for
from central.console.desk import CaseSight, Desk, Note, Reason, check_look, pictures_of
from central.console.help import OPERATOR_KEYS
from central.console.pages import render
from central.console.reasons import reason_choices
from central.console.views import case_view
from central.errors import DomainError
from central.review import decisions
from central.review import queue as work_queue
from central.review.decisions import Correction, Sight, typed_plate
from central.values import Text
from central.watching import blind
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id
from configs.rules import RULES
from contract.plates import PlateColour
from contract.vehicles import VehicleKind

router = APIRouter(prefix="/review")

QueueName = Literal["main", "attention"]
Operator = Annotated[User, Depends(require(Permission.REVIEW_CASES))]


def _desk(request: Request, session: SessionDep, user: Operator, now: Now, queue: QueueName = "main") -> Desk:
    return Desk(request, session, user, now, queue)


def _view(
    request: Request, session: ReadSessionDep, user: Operator, now: Now, queue: QueueName = "main"
) -> Desk:
    return Desk(request, session, user, now, queue)


OperatorDesk = Annotated[Desk, Depends(_desk)]
OperatorView = Annotated[Desk, Depends(_view)]
"""The same for read-only requests, which wait for no writer."""


@dataclass(frozen=True)
class Typed:
    """The input in the correction dialog, shown again after a refusal."""

    plate: str
    colour: PlateColour | None
    vehicle: VehicleKind | None
    rule: str


@router.get("")
def review_page(request: Request, user: Operator, queue: QueueName = "main") -> Response:
    """The page around the case; it asks for the first case by itself."""
    return render(request, "review.html", user, queue=queue, keys=OPERATOR_KEYS)


@router.post("/next")
def next_case(desk: OperatorDesk) -> Response:
    """Gives the person their next case."""
    return _pane(desk)


@router.get("/upcoming")
def upcoming(desk: OperatorView) -> Response:
    """Addresses of pictures that will probably be wanted next."""
    cases = waiting.upcoming(desk.session, desk.queue)
    return JSONResponse({"pictures": pictures_of(desk.session, [case.id for case in cases if case.id])})


@router.get("/plate-check")
def plate_check(
    desk: OperatorView,
    plate: Annotated[Text, Query(max_length=64)],
    vehicle: VehicleKind,
    colour: PlateColour = "white",
) -> Response:
    """Whether a text is a plate that is issued, and which, while it is being typed."""
    try:
        found = typed_plate(plate, colour, vehicle)
    except DomainError as problem:
        return JSONResponse({"issued": False, "words": desk.words_for(problem)})
    kind = desk.t(f"plate_kind.{found.kind}")
    province = found.province(desk.now.date()) or ""
    return JSONResponse({"issued": True, "words": " · ".join(filter(None, [found.printed, kind, province]))})


@router.post("/{case_id}/accept")
def accept(
    desk: OperatorDesk,
    sight: CaseSight,
    plate: Annotated[Text | None, Form(max_length=24)] = None,
    colour: Annotated[PlateColour | None, Form()] = None,
    vehicle: Annotated[VehicleKind | None, Form()] = None,
    rule: Annotated[Text, Form(max_length=40)] = "",
) -> Response:
    """Accept; with a plate, a kind of vehicle or a rule: correct and accept."""
    correction = Correction(plate or None, colour, vehicle, rule or None)
    typed = Typed(plate, colour, vehicle, rule) if plate else None
    return _decide(
        desk,
        sight,
        "accepted",
        lambda: decisions.accept(desk.session, desk.user, sight, desk.now, correction),
        typed,
    )


@router.post("/{case_id}/reject")
def reject(desk: OperatorDesk, sight: CaseSight, reason: Reason, note: Note = "") -> Response:
    """Reject with a reason code."""
    return _decide(
        desk,
        sight,
        "rejected",
        lambda: decisions.reject(desk.session, desk.user, sight, desk.now, reason, note),
    )


@router.post("/{case_id}/skip")
def skip(desk: OperatorDesk, sight: CaseSight, reason: Reason) -> Response:
    """Put aside for somebody else."""
    return _decide(
        desk, sight, "skipped", lambda: decisions.skip(desk.session, desk.user, sight, desk.now, reason)
    )


@router.post("/{case_id}/undo")
def undo(desk: OperatorDesk, case_id: Id) -> Response:
    """Take the last decision back."""
    return _decide(desk, None, "undone", lambda: decisions.undo(desk.session, desk.user, case_id, desk.now))


@router.post("/{case_id}/lease", status_code=204)
def keep_lease(desk: OperatorDesk, case_id: Id) -> None:
    """The page is still open."""
    work_queue.keep_lease(desk.session, desk.user, case_id, desk.now)


@router.post("/{case_id}/release", status_code=204)
def leave(desk: OperatorDesk, case_id: Id) -> None:
    """The page was closed."""
    work_queue.leave(desk.session, desk.user, case_id, desk.now)


def _decide(
    desk: Desk, sight: Sight | None, outcome: str, act: Callable[[], object], typed: Typed | None = None
) -> Response:
    """Takes a decision and shows the next case; a refusal is rolled back and shown on the page."""
    try:
        if sight is not None:
            check_look(sight)
        act()
    except DomainError as refused:
        desk.session.rollback()
        reopen = "edit" if refused.values.get("field") == "plate" else ""
        kept = typed if reopen else None
        return _pane(desk, warning=desk.words_for(refused), reopen=reopen, typed=kept, status=refused.status)
    return _pane(desk, outcome=outcome)


def _pane(
    desk: Desk,
    *,
    outcome: str = "",
    warning: str = "",
    reopen: str = "",
    typed: Typed | None = None,
    status: int = 200,
) -> Response:
    case = work_queue.claim_next(desk.session, desk.user, desk.queue, desk.now)
    undoable = decisions.last_undoable(desk.session, desk.user, desk.now)
    decided_at = undoable.operator_at if undoable else None
    said = desk.t(f"outcome.{outcome}") if outcome else ""
    after = desk.t("outcome.next", id=case.id) if case else desk.t("review.empty_title")
    values: dict[str, Any] = {
        "queue": desk.queue,
        "counts": work_queue.counts(desk.session),
        "decided_today": desk.decided_today("operator"),
        "undoable": undoable,
        "undo_left": desk.seconds_to(decided_at + UNDO_TIME) if decided_at else 0,
        "warning": warning,
        "notice": said,
        "reopen": reopen,
        "typed": typed,
        "seen_before": outcome == "undone",
        "announce": " ".join(filter(None, [warning, said, after])),
    }
    if case is None:
        return render(desk.request, "_review_empty.html", desk.user, status, **values)
    return render(desk.request, "_review_pane.html", desk.user, status, **values, **_case_values(desk, case))


def _case_values(desk: Desk, case: Case) -> dict[str, Any]:
    assert case.id is not None
    history = blind.history_for(desk.session, desk.user, case.id)
    returns = [event for event in history if event.action == Action.RETURN]
    can_accept = Action.ACCEPT in actions_for(case, desk.user, desk.now)
    why_not = "" if can_accept and case.plate else "unread" if can_accept else "unproven"
    return {
        "view": case_view(desk.session, case, queries.manifest_of(desk.session, case.id), desk.now),
        "returned": returns[-1] if returns else None,
        "comments": [event for event in history if event.action == COMMENT],
        "reasons": reason_choices(desk.session, "operator", case.rule, desk.language),
        "skip_reasons": decisions.SKIP_REASONS,
        "vehicle_kinds": list(VehicleKind),
        "rules": list(RULES),
        "can_accept": can_accept,
        "why_not": desk.t(f"review.why_not_{why_not}") if why_not else "",
    }
