"""Charging a recorded offence as another act (định lại hành vi): a case officer proposes the row of the law
with the reason, and another person who may sign confirms it.
"""

from datetime import datetime

from sqlmodel import Session

from central.accounts.service import find_by_id
from central.cases.queries import get_case
from central.offences import charging
from central.offences import service as offences
from central.proceedings.loading import requalification
from central.proceedings.models import Proceeding, ProceedingStep
from central.proceedings.people import Mover
from central.proceedings.service import Doing, StepRefusedError, take
from configs.law_tables import Option


def options(session: Session, proceeding: Proceeding) -> list[Option]:
    """The alternative acts to the present charge."""
    if proceeding.offence_id is None:
        return []
    now = offences.get(session, proceeding.offence_id).law_code
    found = charging.options_anew(session, get_case(session, proceeding.case_id))
    return [option for option in found if option.offence.code != now]


def chosen(session: Session, proceeding: Proceeding, law_code: str) -> Option:
    """The act of that row of the law. Raises NoOffenceInLawError: the finding can't be that act."""
    option = _option(session, proceeding, law_code)
    if option is None:
        raise charging.NoOffenceInLawError("law_code", law_code=law_code)
    return option


def proposed(session: Session, proceeding: Proceeding) -> Option | None:
    """The latest proposed act, if it is still possible."""
    step = requalification(session, proceeding)
    return None if step is None else _option(session, proceeding, step.detail.get("law_code"))


def _option(session: Session, proceeding: Proceeding, law_code: object) -> Option | None:
    return next((each for each in options(session, proceeding) if each.offence.code == law_code), None)


def requalify(
    session: Session, proceeding: Proceeding, doing: Doing, by: Mover, now: datetime
) -> ProceedingStep:
    """Applies the proposal on a locked proceeding; the earlier act is kept.

    Raises:
        StepRefusedError: the tables refuse; nothing was proposed.
        NoOffenceInLawError: the law in force has changed, and the act can't be that any more.
    """
    proposal = requalification(session, proceeding)
    if proposal is None or proceeding.offence_id is None:
        raise StepRefusedError("wrong_state", action=doing.action, problems=("wrong_state",))
    option = chosen(session, proceeding, str(proposal.detail["law_code"]))
    offence = offences.get(session, proceeding.offence_id)
    detail = {"law_code": option.offence.code, "was": offence.law_code}
    who = find_by_id(session, by.person) if by.person is not None else None
    assert who is not None, "only a person of the office may take this step"
    offences.requalify(session, offence, option, who, proposal.note or proposal.reason, now)
    session.flush()
    return take(
        session, proceeding, Doing(doing.action, doing.day, doing.reason, doing.note, detail), by, now
    )
