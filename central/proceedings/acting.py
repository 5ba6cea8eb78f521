"""A step as a person takes it on a page or by the API: its input is parsed, the case is locked at the version
they saw, and the service responsible for the step takes it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from central.documents.models import Document
from central.errors import InvalidError, NotFoundError
from central.proceedings import decisions, desk, parties_of_case, payments, requalifying
from central.proceedings import particulars as p
from central.proceedings.clones import Places
from central.proceedings.dossier import Residence
from central.proceedings.engine import STEPS
from central.proceedings.loading import living_decision, settling_decision
from central.proceedings.models import Decision, Proceeding, ProceedingStep
from central.proceedings.papers.sheet import Records
from central.proceedings.people import Mover
from central.proceedings.service import Doing, StepRefusedError, lock, of_case, take
from central.values import in_vietnam
from contract.local_time import local_day

LATEST_APPOINTMENT = timedelta(days=20)
"""TT 73/2024 Art 24.5: the owner is late after twenty days, so no appointment is later."""

Given = TypeVar("Given", bound=p.Particulars)


@dataclass(frozen=True)
class Wanted:
    """A step requested on a case: the action, the version seen, the day it happened (today unless given), the
    reason, and its details (see `particulars`).
    """

    action: str
    version: int
    day: date | None = None
    reason: str = ""
    note: str = ""
    particulars: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Acting:
    """Who acts on which case and when, with the dependencies of papers."""

    records: Records
    proceeding: Proceeding
    wanted: Wanted
    by: Mover
    now: datetime
    places: Places

    def doing(self, detail: Mapping[str, Any] | None = None) -> Doing:
        """The step in the form the tables take it."""
        return Doing(self.wanted.action, self.wanted.day, self.wanted.reason, self.wanted.note, detail or {})

    def plain(self, detail: Mapping[str, Any] | None = None) -> Document | None:
        """Takes the step and draws up its paper."""
        return desk.do(self.records, self.proceeding, self.doing(detail), self.by, self.now, self.places)[1]

    def step(self, detail: Mapping[str, Any] | None = None) -> ProceedingStep:
        """Takes the step without a paper."""
        return take(self.records.session, self.proceeding, self.doing(detail), self.by, self.now)


def perform(
    records: Records, case_id: int, wanted: Wanted, by: Mover, now: datetime, places: Places | None = None
) -> Document | None:
    """Takes the step and returns the paper it drew up, if any.

    Raises:
        NotFoundError: no such case or step.
        InvalidError: a detail of the step is missing or wrong.
        ProceedingChangedError: somebody else changed the case meanwhile.
        StepRefusedError and what else the step's own service raises.
    """
    if wanted.action not in STEPS:
        raise NotFoundError("action", action=wanted.action)
    found = of_case(records.session, case_id)
    if found is None or found.id is None:
        raise NotFoundError("proceeding", id=case_id)
    given = p.read(wanted.action, wanted.particulars)
    acting = Acting(records, lock(records.session, found.id, wanted.version), wanted, by, now, places or {})
    own = _OWN.get(wanted.action)
    if own is not None:
        return own(acting, given)
    return acting.plain(given.model_dump(mode="json", exclude_none=True))


def _of(given: p.Particulars, model: type[Given]) -> Given:
    assert isinstance(given, model)
    return given


def _propose_requalification(acting: Acting, given: p.Particulars) -> Document | None:
    law_code = _of(given, p.Requalification).law_code
    option = requalifying.chosen(acting.records.session, acting.proceeding, law_code)
    return acting.plain({"law_code": law_code, "article": option.offence.article})


def _requalify(acting: Acting, _given: p.Particulars) -> Document | None:
    records = acting.records
    step = requalifying.requalify(records.session, acting.proceeding, acting.doing(), acting.by, acting.now)
    desk.end_what_is_untrue(records, acting.proceeding, step, acting.now)
    return None


def _draw_notice(acting: Acting, given: p.Particulars) -> Document | None:
    come_at = _of(given, p.Appointment).come_at
    if come_at is not None:
        local = in_vietnam(come_at)
        if not acting.now < local <= acting.now + LATEST_APPOINTMENT:
            raise InvalidError("appointment", field="come_at", n=LATEST_APPOINTMENT.days)
        acting.proceeding.appointment_at = local
    return acting.plain()


def _transfer(acting: Acting, given: p.Particulars) -> Document | None:
    handing = _of(given, p.Handing)
    parties_of_case.set_residence(acting.proceeding, Residence(handing.residence), handing.unit)
    return acting.plain({"to": handing.to, "unit": handing.unit})


def _find_owner(acting: Acting, given: p.Particulars) -> Document | None:
    _enter(acting, _of(given, p.Person))
    acting.step()
    return None


def _replace_owner(acting: Acting, given: p.Particulars) -> Document | None:
    _enter(acting, _of(given, p.Person))
    acting.proceeding.violator_id = acting.proceeding.violator_as = acting.proceeding.appointment_at = None
    desk.end_what_is_untrue(acting.records, acting.proceeding, acting.step(), acting.now)
    return None


def _enter(acting: Acting, person: p.Person) -> None:
    parties, case_id = acting.records.parties, acting.proceeding.case_id
    parties_of_case.bring_in(parties, case_id, person.details(), "owner", person.source, acting.now)


def _name_driver(acting: Acting, given: p.Particulars) -> Document | None:
    driver = _of(given, p.Person)
    parties_of_case.name_driver(
        acting.records.session,
        acting.records.parties,
        acting.proceeding,
        driver.details(),
        driver.source,
        acting.by,
        acting.now,
    )
    return None


def _invite_driver(acting: Acting, _given: p.Particulars) -> Document | None:
    records = acting.records
    step = parties_of_case.invite_driver(
        records.session, records.parties, acting.proceeding, acting.by, acting.now
    )
    desk.end_what_is_untrue(records, acting.proceeding, step, acting.now)
    return None


def _identify(acting: Acting, given: p.Particulars) -> Document | None:
    records, note = acting.records, acting.wanted.note
    violator_as = _of(given, p.Violator).violator_as
    parties_of_case.identify_violator(
        records.session, records.parties, acting.proceeding, violator_as, acting.by, acting.now, note
    )
    return None


def _confirm_clone(acting: Acting, _given: p.Particulars) -> Document | None:
    desk.confirm_clone(acting.records, acting.proceeding, acting.wanted.note, acting.by, acting.now)
    return None


def _session(acting: Acting, given: p.Particulars) -> Document | None:
    notes = _of(given, p.SessionNotes)
    shown = [notes.shown] if notes.shown else []
    content = [["Nội dung làm việc", notes.content]]
    return acting.plain({"content": content, "shown": shown, "requests": notes.requests or ""})


def _explanation(acting: Acting, given: p.Particulars) -> Document | None:
    return acting.plain({"content": [["Nội dung giải trình", _of(given, p.Explanation).content]]})


def _propose(acting: Acting, given: p.Particulars) -> Document | None:
    terms, records = _of(given, p.Terms), acting.records
    wanted = decisions.Terms(terms.circumstances, terms.fines, terms.with_cases, acting.wanted.note)
    decisions.propose(records.session, records.parties, acting.proceeding, wanted, acting.by, acting.now)
    return None


def _sign_decision(acting: Acting, given: p.Particulars) -> Document | None:
    power_id = _of(given, p.Signature).power
    return desk.sign_decision(acting.records, acting.proceeding, acting.by, acting.now, power_id)[1]


def _ask_relief(acting: Acting, given: p.Particulars) -> Document | None:
    relief = _of(given, p.Asking).relief
    payments.ask_relief(
        acting.records.session, acting.proceeding, relief, acting.wanted.note, acting.by, acting.now
    )
    return None


def _grant(acting: Acting, given: p.Particulars) -> Document | None:
    grant: payments.Grant | None = None
    if isinstance(given, p.Deferral):
        grant = payments.Grant(until=given.until)
    elif isinstance(given, p.Reduction):
        grant = payments.Grant(reduced_to=given.reduced_to)
    elif isinstance(given, p.Instalments):
        parts = given.parts()
        grant = payments.Grant(until=date.fromisoformat(parts[-1]["due"]), parts=parts)
    return desk.answer_relief(
        acting.records,
        acting.proceeding,
        acting.wanted.action,
        grant,
        acting.wanted.note,
        acting.by,
        acting.now,
    )


def _money_in(acting: Acting, given: p.Particulars) -> Document | None:
    decision = living_decision(acting.records.session, acting.proceeding.id or 0)
    desk.receive_money(
        acting.records, _id_of(acting, decision), _receipt(acting, given), acting.now, acting.by
    )
    return None


def _money_back(acting: Acting, given: p.Particulars) -> Document | None:
    decision = settling_decision(acting.records.session, acting.proceeding.id or 0)
    desk.pay_money_back(
        acting.records, _id_of(acting, decision), _receipt(acting, given), acting.now, acting.by
    )
    return None


def _receipt(acting: Acting, given: p.Particulars) -> payments.Receipt:
    money = _of(given, p.Money)
    day = acting.wanted.day or local_day(acting.now)
    return payments.Receipt(money.reference, money.amount, day, money.source)


def _id_of(acting: Acting, decision: Decision | None) -> int:
    if decision is None or decision.id is None:
        raise StepRefusedError("not_decided", action=acting.wanted.action, problems=("not_decided",))
    return decision.id


_OWN: dict[str, Callable[[Acting, p.Particulars], Document | None]] = {
    "propose_requalification": _propose_requalification,
    "requalify": _requalify,
    "draw_notice": _draw_notice,
    "transfer": _transfer,
    "find_owner": _find_owner,
    "replace_owner": _replace_owner,
    "name_driver": _name_driver,
    "invite_driver": _invite_driver,
    "identify_violator": _identify,
    "confirm_clone": _confirm_clone,
    "open_session": _session,
    "explain": _explanation,
    "hear": _explanation,
    "propose_decision": _propose,
    "sign_decision": _sign_decision,
    "ask_relief": _ask_relief,
    "defer": _grant,
    "reduce": _grant,
    "grant_instalments": _grant,
    "refuse_relief": _grant,
    "pay_part": _money_in,
    "pay_in_full": _money_in,
    "pay_back": _money_back,
}
"""Steps that need more than a row of the tables."""
