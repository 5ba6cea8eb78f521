"""The police officer's workplace: the seen vehicle beside the registered one, and a decision."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.cases import queries
from central.cases.comments import comments_of
from central.cases.lifecycle import UNDO_TIME, Action, State
from central.cases.models import Case
from central.cases.service import actions_for, lock_case
from central.console.comparing import comparison_of
from central.console.desk import CaseSight, Desk, Note, Reason, check_look, pictures_of
from central.console.help import OFFICER_KEYS
from central.console.pages import render
from central.console.reasons import reason_choices
from central.console.views import case_view, certificate_of
from central.errors import DomainError
from central.offences.charging import AS_PROVEN, Choice, options_for
from central.proceedings import service as proceedings
from central.registry import service as registry
from central.review import confirmation
from central.review import queue as work_queue
from central.review.decisions import Sight
from central.values import Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id
from configs.rules import RULES

router = APIRouter(prefix="/confirm")

QueueName = Literal["owner_found", "owner_mismatch", "owner_not_found"]
Officer = Annotated[User, Depends(require(Permission.CONFIRM_CASES))]


def _desk(
    request: Request, session: SessionDep, user: Officer, now: Now, queue: QueueName = "owner_found"
) -> Desk:
    return Desk(request, session, user, now, queue)


def _view(
    request: Request, session: ReadSessionDep, user: Officer, now: Now, queue: QueueName = "owner_found"
) -> Desk:
    return Desk(request, session, user, now, queue)


OfficerDesk = Annotated[Desk, Depends(_desk)]
OfficerView = Annotated[Desk, Depends(_view)]
"""The same for read-only requests, which wait for no writer."""


@dataclass(frozen=True)
class Chosen:
    """The officer's choices on a case when the decision was refused."""

    case_id: int
    choice: Choice


@router.get("")
def confirm_page(request: Request, user: Officer, queue: QueueName = "owner_found") -> Response:
    """The page around the case; it asks for the first case by itself."""
    return render(request, "confirm.html", user, queue=queue, keys=OFFICER_KEYS)


@router.post("/next")
def next_case(desk: OfficerDesk) -> Response:
    """Gives the officer their next case."""
    return _pane(desk)


@router.get("/upcoming")
def upcoming(desk: OfficerView) -> Response:
    """Addresses of pictures that will probably be wanted next."""
    assert desk.user.id is not None
    cases = queries.oldest_waiting(desk.session, State(desk.queue), desk.user.id, 3)
    return JSONResponse({"pictures": pictures_of(desk.session, [case.id for case in cases[1:] if case.id])})


@router.get("/{case_id}/law")
def law_of_case(desk: OfficerView, case_id: Id, accident: bool = False) -> Response:
    """What the case may be charged with, and what it costs, when an accident came of it and when none did."""
    case = queries.get_case(desk.session, case_id)
    options = options_for(desk.session, case, accident=accident)
    choice = Choice(accident=accident)
    return render(desk.request, "_law_options.html", desk.user, case=case, options=options, choice=choice)


@router.post("/{case_id}/confirm")
def confirm(
    desk: OfficerDesk,
    sight: CaseSight,
    law_code: Annotated[Text, Form(max_length=40)] = "",
    act_reason: Note = "",
    accident: Annotated[bool, Form()] = False,
) -> Response:
    """Charge the vehicle with the chosen act."""
    choice = Choice(law_code or None, act_reason, accident)
    return _decide(
        desk,
        sight,
        "confirmed",
        lambda: confirmation.confirm(desk.session, desk.user, sight, desk.now, choice),
        choice,
    )


@router.post("/{case_id}/return")
def send_back(
    desk: OfficerDesk, sight: CaseSight, note: Note, rule: Annotated[Text, Form(max_length=40)] = ""
) -> Response:
    """Back to the operators, with a word, and perhaps another rule."""
    return _decide(
        desk,
        sight,
        "returned",
        lambda: confirmation.send_back(desk.session, desk.user, sight, desk.now, note, rule or None),
    )


@router.post("/{case_id}/refuse")
def refuse(desk: OfficerDesk, sight: CaseSight, reason: Reason, note: Note = "") -> Response:
    """End the case for the police."""
    return _decide(
        desk,
        sight,
        "refused",
        lambda: confirmation.refuse(desk.session, desk.user, sight, desk.now, reason, note),
    )


@router.post("/{case_id}/resolve")
def resolve(desk: OfficerDesk, sight: CaseSight, note: Note) -> Response:
    """State why the seen vehicle is the registered one after all."""
    return _decide(
        desk,
        sight,
        "resolved",
        lambda: confirmation.resolve_mismatch(desk.session, desk.user, sight, desk.now, note),
    )


@router.post("/{case_id}/again")
def look_up_again(desk: OfficerDesk, sight: CaseSight) -> Response:
    """Ask the register once more."""
    return _decide(
        desk,
        sight,
        "asked_again",
        lambda: confirmation.look_up_again(desk.session, desk.user, sight, desk.now),
    )


@router.post("/{case_id}/undo")
def undo(desk: OfficerDesk, case_id: Id) -> Response:
    """Take the last decision back, before the offence has its number; shows the queue the case is in."""
    try:
        case = confirmation.take_back(desk.session, desk.user, case_id, desk.now)
    except DomainError as refused:
        desk.session.rollback()
        return _pane(desk, warning=desk.words_for(refused), status=refused.status)
    return _pane(replace(desk, queue=case.state), said=desk.t("outcome.undone"), seen_before=True)


@router.post("/{case_id}/not-special")
def not_special(
    desk: OfficerDesk,
    sight: CaseSight,
    note: Note,
    action: Annotated[Literal["not_military", "not_diplomatic"], Form()],
) -> Response:
    """A case that was set aside by mistake goes back to the operators; from the case's own page."""
    confirmation.not_special(desk.session, desk.user, sight, desk.now, note, Action(action))
    return RedirectResponse(f"/cases/{sight.case_id}", status_code=303)


@router.post("/{case_id}/handing-over")
def hand_over(desk: OfficerDesk, sight: CaseSight) -> Response:
    """Opens the proceeding in which a case that was set aside is handed over; from the case's own page."""
    case = lock_case(desk.session, sight.case_id, sight.version)
    unit = desk.request.app.state.services.unit
    proceedings.open_special(desk.session, case, unit, desk.now)
    return RedirectResponse(f"/proceedings/{sight.case_id}", status_code=303)


@router.post("/{case_id}/lease", status_code=204)
def keep_lease(desk: OfficerDesk, case_id: Id) -> None:
    """The page is still open."""
    work_queue.keep_lease(desk.session, desk.user, case_id, desk.now)


@router.post("/{case_id}/release", status_code=204)
def leave(desk: OfficerDesk, case_id: Id) -> None:
    """The page was closed."""
    work_queue.leave(desk.session, desk.user, case_id, desk.now)


def _decide(
    desk: Desk, sight: Sight, outcome: str, act: Callable[[], object], choice: Choice = AS_PROVEN
) -> Response:
    """Takes a decision and shows the next case; a refusal is rolled back and shown on the page, which keeps
    the choices.
    """
    try:
        check_look(sight)
        act()
    except DomainError as refused:
        desk.session.rollback()
        chosen = Chosen(sight.case_id, choice)
        return _pane(desk, warning=desk.words_for(refused), status=refused.status, chosen=chosen)
    return _pane(desk, said=desk.t(f"outcome.{outcome}"))


def _pane(
    desk: Desk,
    *,
    said: str = "",
    warning: str = "",
    seen_before: bool = False,
    status: int = 200,
    chosen: Chosen | None = None,
) -> Response:
    case = work_queue.claim_for_officer(desk.session, desk.user, State(desk.queue), desk.now)
    undoable = confirmation.last_undoable(desk.session, desk.user, desk.now)
    decided_at = undoable.officer_at if undoable else None
    after = desk.t("outcome.next", id=case.id) if case else desk.t("confirm.empty_title")
    values: dict[str, Any] = {
        "queue": desk.queue,
        "counts": work_queue.officer_counts(desk.session),
        "undoable": undoable,
        "undo_left": desk.seconds_to(decided_at + UNDO_TIME) if decided_at else 0,
        "warning": warning,
        "notice": said,
        "reopen": "",
        "seen_before": seen_before,
        "announce": " ".join(filter(None, [warning, said, after])),
    }
    if case is None:
        values["decided_today"] = desk.decided_today("officer")
        return render(desk.request, "_confirm_empty.html", desk.user, status, **values)
    values["choice"] = chosen.choice if chosen and chosen.case_id == case.id else AS_PROVEN
    values |= _case_values(desk, case, values["choice"])
    return render(desk.request, "_confirm_pane.html", desk.user, status, **values)


def _case_values(desk: Desk, case: Case, choice: Choice) -> dict[str, Any]:
    assert case.id is not None
    answer = registry.latest_answer(desk.session, case.id)
    history = queries.history_of(desk.session, case.id)
    return {
        "view": case_view(desk.session, case, queries.manifest_of(desk.session, case.id), desk.now),
        "answer": answer,
        "registered": registry.registered_vehicle(answer),
        "comparison": comparison_of(case, answer, desk.language),
        "explanation": next((e for e in reversed(history) if e.action == Action.RESOLVE_MISMATCH), None),
        "may_see_owner": True,
        "comments": comments_of(desk.session, case.id),
        "case": case,
        "options": options_for(desk.session, case, accident=choice.accident),
        "rules": list(RULES),
        "reasons": reason_choices(desk.session, "officer", case.rule, desk.language),
        "certificate": certificate_of(desk.session, case),
        "history": history,
        "actions": actions_for(case, desk.user, desk.now),
    }
