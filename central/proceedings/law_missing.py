"""What a new law table would leave without an answer, and who still needs the answer: shown before it is
activated, because the usual mistake is a table with the new rows only.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from central.cases.statistics import reasons_given
from central.deadlines.service import cases_running_over, count_running
from central.law import service as law
from central.law.service import table_of
from central.offences.service import ids_by_law
from central.proceedings import law_impact
from central.proceedings.law_impact import captured_in, count_open, undecided
from central.proceedings.models import Decision, Proceeding, ProceedingStep, Proposal, SignerPower
from configs.law_missing import Missing, missing_rows
from configs.law_rows import (
    Act,
    Circumstance,
    Day,
    Deadline,
    Finding,
    Offence,
    Reason,
    Row,
    Sanctions,
    Signer,
)
from configs.law_tables import shipped

Where = Literal[
    "review", "open", "deadlines", "powers", "decisions", "proposals", "given", "steps", "programme"
]
"""Who needs a row: cases under review, open cases, running deadlines, people's powers to sign, decisions in
force, officers' proposals, cases and steps it was given for, the programme itself.
"""


@dataclass(frozen=True)
class Need:
    """How many of a kind need a row that would be missing."""

    where: Where
    n: int


@dataclass(frozen=True)
class Lost:
    """A row, the days on which nothing stands in for it, and who needs it: nobody was found if empty."""

    missing: Missing
    needs: tuple[Need, ...]


def lost_rows(session: Session, table_id: int, today: date) -> list[Lost]:
    """What would be missing if a version replaced the table in use; what is needed comes first."""
    table = table_of(session, table_id)
    present = getattr(law.book(session), f"{table.name}_table")
    missing = missing_rows(present, law.parsed(table))
    given = _given(session, [each.row.code for each in missing if isinstance(each.row, Reason)])
    found = [Lost(each, tuple(_needs(session, each, today, given))) for each in missing]
    return sorted(found, key=lambda lost: not lost.needs)


Given = dict[tuple[Where, str], int]


def _given(session: Session, codes: Collection[str]) -> Given:
    """How often each reason was given for ending a case, and for a step."""
    found: Given = {}
    if codes:
        found |= {("given", code): n for code, n in reasons_given(session, codes).items()}
        of_steps = col(ProceedingStep.reason)
        query = select(of_steps, func.count()).where(of_steps.in_(codes)).group_by(of_steps)
        found |= {("steps", code): n for code, n in session.exec(query)}
    return found


def _needs(session: Session, missing: Missing, today: date, given: Given) -> Iterable[Need]:
    counts = _counts(session, missing.row, (missing.first, missing.last), given)
    yield from (Need(where, n) for where, n in counts.items() if n)
    now = missing.first <= today <= missing.last
    if isinstance(missing.row, Deadline) and now and missing.row.code in shipped().deadlines(today):
        yield Need("programme", 1)


def _counts(session: Session, row: Row, days: law_impact.Days, given: Given) -> dict[Where, int]:
    match row:
        case Offence():
            charged = col(Proceeding.offence_id).in_(ids_by_law({row.code}, ()))
            return _of_acts(session, {row.act}, days) | {"open": _open(session, charged, days)}
        case Act():
            return _of_acts(session, {row.act}, days)
        case Finding():
            return {"review": law_impact.under_review(session, {row.rule}, [days])}
        case Deadline():
            return {"deadlines": count_running(session, row.code, *days)}
        case Signer():
            return {"powers": _powers(session, row.title, days)}
        case Sanctions():
            in_force = col(Decision.ended_on).is_(None) & col(Decision.signed_on).between(*days)
            decisions = session.exec(select(func.count()).select_from(Decision).where(in_force)).one()
            return {"open": _open(session, None, days), "decisions": decisions}
        case Circumstance():
            return {"proposals": _proposals(session, row.code)}
        case Day():
            running = cases_running_over(row.day, row.day)
            return {"open": count_open(session, col(Proceeding.case_id).in_(running))}
        case Reason():
            kinds: tuple[Where, ...] = ("given", "steps")
            return {where: given.get((where, row.code), 0) for where in kinds}
    return {}


def _of_acts(session: Session, acts: set[str], days: law_impact.Days) -> dict[Where, int]:
    return {"review": law_impact.under_review(session, law_impact.rules_of(session, acts), [days])}


def _open(session: Session, wanted: ColumnElement[bool] | None, days: law_impact.Days) -> int:
    undecided_then = undecided() & captured_in([days])
    return count_open(session, undecided_then if wanted is None else wanted & undecided_then)


def _powers(session: Session, title: str, days: law_impact.Days) -> int:
    first, last = days
    ends = col(SignerPower.valid_to)
    within = (col(SignerPower.valid_from) <= last) & (ends.is_(None) | (ends >= first))
    held = (SignerPower.title == title, col(SignerPower.revoked_at).is_(None), within)
    return session.exec(select(func.count()).select_from(SignerPower).where(*held)).one()


def _proposals(session: Session, code: str) -> int:
    of_open = select(Proceeding.id).where(undecided())
    query = select(Proposal.circumstances).where(col(Proposal.proceeding_id).in_(of_open))
    return sum(code in circumstances for circumstances in session.exec(query))
