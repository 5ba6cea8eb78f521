"""Recording offences: the law of the day frozen in, numbers without gaps, no act charged twice."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Session, col, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from central.accounts.models import User
from central.audit import service as audit
from central.cases.intake import SAME_ACT
from central.cases.models import Case
from central.db import insert
from central.errors import ConflictError, NotFoundError
from central.offences.charging import AS_PROVEN, Choice, chosen, class_of, options_for
from central.offences.models import NumberSeries, Offence, OffenceChange
from configs.law_tables import Option
from contract.local_time import local_day


class DuplicateOffenceError(ConflictError):
    """The same plate was already charged with the same act at the same place and time."""

    code: ClassVar[str] = "duplicate_offence"


def record_offence(
    session: Session, case: Case, now: datetime, unit: str, choice: Choice = AS_PROVEN
) -> Offence:
    """Records the offence of a case that two people have charged, in the same transaction as the second
    decision.

    Raises:
        NoOffenceInLawError, ActNotChosenError: see `charging.chosen`.
        DuplicateOffenceError: the act is already recorded.
    """
    option = chosen(options_for(session, case, accident=choice.accident), choice)
    assert case.id is not None
    assert case.plate is not None
    assert case.operator_id is not None
    assert case.officer_id is not None
    year = local_day(now).year
    sequence = _next_in_series(session, unit, year)
    # Checked only now: the series' row is locked, so nobody records the same act between check and insert.
    if _is_recorded(session, case):
        raise DuplicateOffenceError
    offence = Offence(
        case_id=case.id,
        number=f"{unit}-{year}-{sequence:06d}",
        unit=unit,
        year=year,
        sequence=sequence,
        rule=case.rule,
        **_law_of(option, choice.reason),
        vehicle_class=class_of(session, case) or "",
        plate=case.plate,
        plate_colour=case.plate_colour,
        vehicle_kind=case.vehicle_kind,
        site=case.site,
        site_name=case.site_name,
        occurred_at=case.occurred_at,
        recorded_at=now,
        operator_id=case.operator_id,
        officer_id=case.officer_id,
    )
    session.add(offence)
    return offence


def requalify(
    session: Session, offence: Offence, option: Option, by: User, reason: str, now: datetime
) -> None:
    """Charges a recorded offence as another act of the same law (đổi hành vi), before any decision; the
    earlier charge is kept.

    The caller ensures that no decision on it is signed.
    """
    law = _law_of(option, reason) | {"vehicle_class": option.offence.vehicle}
    before = {name: getattr(offence, name) for name in law}
    assert offence.id is not None
    assert by.id is not None
    session.add(OffenceChange(offence_id=offence.id, at=now, by_id=by.id, reason=reason, before=before))
    for name, value in law.items():
        setattr(offence, name, value)
    audit.record(
        session,
        by.actor,
        "offence.requalify",
        f"case:{offence.case_id}",
        {"from": before["law_code"], "to": offence.law_code, "reason": reason},
    )


def _law_of(option: Option, reason: str) -> dict[str, Any]:
    """The values frozen from the law tables."""
    row = option.offence
    return {
        "act": row.act,
        "law_code": row.code,
        "article": row.article,
        "legal_basis": row.legal_basis,
        "act_vi": option.act.name_vi,
        "act_en": option.act.name_en,
        "party": row.party,
        "fine_min": row.fine_min,
        "fine_max": row.fine_max,
        "points": row.points,
        "confiscation": row.confiscation,
        "confidence": row.confidence,
        "proven": option.proven,
        "reason": reason.strip(),
    }


def get(session: Session, offence_id: int) -> Offence:
    """The offence with that id. Raises NotFoundError."""
    offence = session.get(Offence, offence_id)
    if offence is None:
        raise NotFoundError("offence", number=offence_id)
    return offence


def of_case(session: Session, case_id: int) -> Offence | None:
    """The offence of a case."""
    return session.exec(select(Offence).where(Offence.case_id == case_id)).one_or_none()


def changes_of(session: Session, offence_id: int) -> list[OffenceChange]:
    """Earlier charges of an offence, the oldest first."""
    query = select(OffenceChange).where(OffenceChange.offence_id == offence_id)
    return list(session.exec(query.order_by(col(OffenceChange.id))))


def by_number(session: Session, number: str) -> Offence | None:
    """The offence with that case number."""
    return session.exec(select(Offence).where(Offence.number == number)).one_or_none()


def ids_by_law(codes: Collection[str], acts: Collection[str]) -> SelectOfScalar[int | None]:
    """A subquery: the numbers of offences under one of these provisions or of these acts."""
    under = col(Offence.law_code).in_(codes) | col(Offence.act).in_(acts)
    return select(col(Offence.id)).where(under)


def list_offences(session: Session, before: int | None = None, limit: int = 50) -> list[Offence]:
    """Newest first; `before` is the id of the last one of the previous page."""
    query = select(Offence).order_by(col(Offence.id).desc()).limit(limit)
    return list(session.exec(query if before is None else query.where(col(Offence.id) < before)))


def recorded_between(session: Session, begins: datetime, ends: datetime) -> list[tuple[str, str, datetime]]:
    """Rule, site and time of the act of every offence recorded from one moment to before another."""
    query = select(Offence.rule, Offence.site, Offence.occurred_at).where(
        col(Offence.recorded_at) >= begins, col(Offence.recorded_at) < ends
    )
    return list(session.exec(query))


def _next_in_series(session: Session, unit: str, year: int) -> int:
    """Takes the next number; a rollback returns it, so no number is ever missing."""
    start = insert(session, NumberSeries).values(unit=unit, year=year, last=0)
    session.exec(start.on_conflict_do_nothing())
    taken: int = session.exec(
        update(NumberSeries)
        .where(col(NumberSeries.unit) == unit, col(NumberSeries.year) == year)
        .values(last=col(NumberSeries.last) + 1)
        .returning(col(NumberSeries.last))
    ).scalar_one()
    return taken


def _is_recorded(session: Session, case: Case) -> bool:
    same = select(func.count()).where(
        Offence.plate == case.plate, Offence.rule == case.rule, Offence.site == case.site
    )
    near = col(Offence.occurred_at).between(case.occurred_at - SAME_ACT, case.occurred_at + SAME_ACT)
    return session.exec(same.where(near)).one() > 0
