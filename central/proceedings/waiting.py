"""Work lists: for each case the next steps, the desk responsible, and the nearest deadline.

The rows are derived from the step tables (`waiting_steps`, pure) and updated after every step of a case, so
that a desk needs one index lookup however many cases there are.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from central.deadlines import service as deadlines
from central.proceedings import engine
from central.proceedings.conditions import OF_ONE_PERSON
from central.proceedings.dossier import Attempt, Dossier
from central.proceedings.limits import DEADLINES_OF
from central.proceedings.loading import Loaded
from central.proceedings.models import DecisionAct, Proceeding, WaitingStep
from central.proceedings.tracks import DECISION_TRACKS, Actor, Track
from contract.local_time import local_day

Holds = Callable[[Dossier], bool]


def _is(track: Track, *states: str) -> Holds:
    return lambda dossier: dossier.is_at(track, *states)


def _always(_dossier: Dossier) -> bool:
    return True


def _to_verify(dossier: Dossier) -> bool:
    disputed = dossier.is_at(Track.ANSWER, "contested", "denied", "stolen")
    return disputed and dossier.is_at(Track.VERIFICATION, "idle")


def _to_identify(dossier: Dossier) -> bool:
    verified = dossier.is_at(Track.VERIFICATION, "done")
    settled = dossier.is_at(Track.ANSWER, "admitted", "organisation_silent", "silent")
    alerted = dossier.is_at(Track.ANSWER, "waiting") and dossier.is_at(Track.ALERT, "raised")
    heard = not dossier.is_at(Track.ANSWER, "waiting", "in_session", "returned")
    return settled or alerted or (verified and heard)


def _leads_nowhere(dossier: Dossier) -> bool:
    """The notice was withdrawn for good, the plate is cloned, the device's pictures support no sanction, or
    the other authority returned the case: somebody has to end it in writing.
    """
    withdrawn = dossier.is_at(Track.NOTICE, "withdrawn") and dossier.is_at(Track.RECORD, "none")
    sent_back = dossier.is_at(Track.HANDOVER, "returned")
    return withdrawn or sent_back or not dossier.device_valid or dossier.is_at(Track.CLONE, "confirmed")


def _explained(dossier: Dossier) -> bool:
    return dossier.is_at(Track.EXPLANATION, "not_open", "given", "over")


WORK: Mapping[Actor, Mapping[str, Holds]] = {
    Actor.DEVICE_USER: {"sign_result": _always},
    Actor.CASE_OFFICER: {
        "find_owner": _always,
        "clear_clone": _always,
        "hand_over": _always,
        "handover_answered": _always,
        "draw_notice": _is(Track.RECORD, "none"),
        "publish": _always,
        "open_session": _is(Track.ANSWER, "returned"),
        "admit": _is(Track.ANSWER, "in_session"),
        "replace_owner": _is(Track.ANSWER, "sold"),
        "invite_driver": _is(Track.ANSWER, "named_driver"),
        "start_verification": _to_verify,
        "finish_verification": _always,
        "identify_violator": _to_identify,
        "make_record": _always,
        "sign_record": _always,
        "set_hearing": _always,
        "hear": _always,
        "propose_decision": _explained,
        "raise_alert": _always,
        "lift_alert": _always,
        "update_publication": _always,
        "take_down": _always,
        "deduct_points": _always,
        "carry_out_confiscation": _always,
        "give_points_back": _always,
        "accept_complaint": _always,
        "court_upholds": _always,
        "back_from_criminal": _always,
        "ask_information": _is(Track.PAYMENT, "overdue"),
        "note_information": _always,
        "enforcement_done": _always,
        "close": _always,
    },
    Actor.SIGNER: {
        "sign_notice": _always,
        "requalify": _always,
        "sign_decision": _always,
        "decide_no_sanction": _leads_nowhere,
        "refuse_relief": _always,
        "settle_complaint": _always,
        "settle_second": _always,
        "order_enforcement": _always,
        "resume": _is(Track.COMPLAINT, "settled", "second_settled", "withdrawn"),
    },
    Actor.CLERK: {
        "send_notice": _always,
        "send_decision": _always,
        "deliver": _always,
        "send_enforcement": _always,
    },
    Actor.COMMUNE: {"accept_transfer": _always},
    Actor.TREASURY: {"pay_part": _is(Track.PAYMENT, "due", "partly", "overdue"), "pay_back": _always},
}
"""The steps that advance a case, by desk, and when they are needed: not every possible step is waiting
work.
"""

_BROUGHT = frozenset({"find_owner", "identify_violator", "invite_driver", "sign_result"})
_BY_THEIR_FORM = frozenset({"owner_unknown", "violator_unknown", "device_not_valid"})
"""Requirements that these steps' own forms meet, or that the desk shows before they are tried."""

_PRESSING = (*DEADLINES_OF[Track.NOTICE], "record", *DEADLINES_OF[Track.DECISION], "limitation")
"""The deadline of a step of the case without its own: the next one that the case has to meet."""


@dataclass(frozen=True)
class Waits:
    """One step that waits at a desk, from a day on (None: at once)."""

    desk: Actor
    action: str
    not_before: date | None = None


def waiting_steps(dossier: Dossier, today: date) -> Iterator[Waits]:
    """The waiting steps by desk, now or from a day that is already known. Pure."""
    appearance = dossier.limits.appearance
    later = appearance + timedelta(days=1) if appearance is not None and appearance >= today else None
    for desk, actions in WORK.items():
        for action, called_for in actions.items():
            if not called_for(dossier):
                continue
            if _possible(dossier, desk, action, today):
                yield Waits(desk, action)
            elif later is not None and _possible(dossier, desk, action, later):
                yield Waits(desk, action, later)


def _possible(dossier: Dossier, desk: Actor, action: str, day: date) -> bool:
    """Whether somebody at that desk could take the step on that day: a person with every power, not affected
    by any rule that requires two people.
    """
    attempt = Attempt(person=0, actors=frozenset({desk}), day=day, today=day, reason=True)
    problems = set(engine.problems_of(dossier, action, attempt)) - OF_ONE_PERSON
    return not (problems - _BY_THEIR_FORM if action in _BROUGHT else problems)


def sync(session: Session, loaded: Loaded, now: datetime) -> None:
    """Updates the rows of a case; an unchanged row keeps its start of waiting."""
    proceeding = loaded.proceeding
    assert proceeding.id is not None
    wanted = {(waits.desk.value, waits.action): waits for waits in _of_case(session, loaded, now)}
    due = _due(session, proceeding.case_id)
    present = session.exec(select(WaitingStep).where(WaitingStep.proceeding_id == proceeding.id)).all()
    for row in present:
        waits = wanted.pop((row.desk, row.action), None)
        if waits is None:
            session.delete(row)
        else:
            row.not_before, row.due_at = waits.not_before, due.get(row.action)
    for (desk, action), waits in wanted.items():
        session.add(
            WaitingStep(
                proceeding_id=proceeding.id,
                case_id=proceeding.case_id,
                desk=desk,
                action=action,
                since=now,
                not_before=waits.not_before,
                due_at=due.get(action),
            )
        )
    proceeding.waiting_at = now
    session.flush()


def _of_case(session: Session, loaded: Loaded, now: datetime) -> Iterator[Waits]:
    """A decision on several cases waits at the first of them only."""
    first = True
    if loaded.decision is not None:
        acts = select(func.min(DecisionAct.proceeding_id)).where(
            DecisionAct.decision_id == loaded.decision.id
        )
        first = session.exec(acts).one() == loaded.proceeding.id
    for waits in waiting_steps(loaded.dossier, local_day(now)):
        if first or engine.STEPS[waits.action].track not in DECISION_TRACKS:
            yield waits


def _due(session: Session, case_id: int) -> dict[str, datetime]:
    """When each step is due: by the most urgent deadline of its track."""
    rows = {row.code: row for row in deadlines.of_case(session, case_id) if row.met_on is None}
    found: dict[str, datetime] = {}
    for action in (action for actions in WORK.values() for action in actions):
        track = engine.STEPS[action].track
        codes = DEADLINES_OF.get(track, ()) + (() if track in DECISION_TRACKS else _PRESSING)
        row = next((rows[code] for code in codes if code in rows), None)
        if row is not None:
            found[action] = row.due_at
    return found


@dataclass(frozen=True)
class Whose:
    """Cases assigned to one person, or unassigned (None)."""

    handler_id: int | None

    def holds(self) -> ColumnElement[bool]:
        """Whether a row is one of them."""
        mine = select(Proceeding.id).where(Proceeding.handler_id == self.handler_id)
        return col(WaitingStep.proceeding_id).in_(mine)


def counts(session: Session, desk: Actor, today: date, whose: Whose | None = None) -> dict[str, int]:
    """How many cases wait at a desk, by step; of everybody, or of one person."""
    query = select(WaitingStep.action, func.count()).where(*_at(desk, today, whose))
    found = dict(session.exec(query.group_by(col(WaitingStep.action))).all())
    return {action: found[action] for action in WORK[desk] if action in found}


def at_desk(
    session: Session,
    desk: Actor,
    now: datetime,
    action: str | None = None,
    skip: int = 0,
    limit: int = 50,
    whose: Whose | None = None,
) -> list[WaitingStep]:
    """Waiting steps at a desk, of everybody or of one person: first those still in time, the nearest first;
    then the late ones, the latest late first; then those without a deadline.
    """
    query = select(WaitingStep).where(*_at(desk, local_day(now), whose))
    if action is not None:
        query = query.where(WaitingStep.action == action)
    late = col(WaitingStep.due_at) <= now
    ahead = query.where(~late).order_by(col(WaitingStep.due_at), col(WaitingStep.id))
    behind = query.where(late).order_by(col(WaitingStep.due_at).desc(), col(WaitingStep.id))
    never = query.where(col(WaitingStep.due_at).is_(None)).order_by(col(WaitingStep.id))
    found: list[WaitingStep] = []
    for part in (ahead, behind, never):
        wanted = skip + limit - len(found)
        if wanted > 0:
            found += session.exec(part.limit(wanted)).all()
    return found[skip : skip + limit]


def _at(desk: Actor, today: date, whose: Whose | None) -> tuple[ColumnElement[bool], ...]:
    begun = col(WaitingStep.not_before).is_(None) | (col(WaitingStep.not_before) <= today)
    here = (col(WaitingStep.desk) == desk.value, begun)
    return here if whose is None else (*here, whose.holds())
