"""Recording offences: the law of the day frozen in, numbers without gaps, nothing charged twice."""

from datetime import datetime
from typing import ClassVar

from sqlmodel import Session, col, func, select, update

from central.cases.intake import SAME_ACT
from central.cases.models import Case
from central.db import insert
from central.errors import ConflictError
from central.offences.models import NumberSeries, Offence
from configs import law_tables
from contract.local_time import local_day
from contract.vehicles import VehicleKind


class NoOffenceInLawError(ConflictError):
    """The law table has no offence for this rule and vehicle on that day: nobody can be charged."""

    code: ClassVar[str] = "no_offence_in_law"
    title: ClassVar[str] = "The law table has no offence for this rule and vehicle"
    title_vi: ClassVar[str] = "Bảng luật không có hành vi cho quy tắc và loại xe này"


class DuplicateOffenceError(ConflictError):
    """The same plate was already charged with the same act at the same place and time."""

    code: ClassVar[str] = "duplicate_offence"
    title: ClassVar[str] = "This act has already been recorded"
    title_vi: ClassVar[str] = "Hành vi này đã được lập hồ sơ"


def charge_for(case: Case) -> law_tables.Offence | None:
    """What the law of the violation's day says of it; None when there is nothing to charge."""
    kind = VehicleKind(case.vehicle_kind)
    try:
        return law_tables.offence(case.rule, kind, case.occurred_at)  # type: ignore[arg-type]
    except law_tables.LawError:
        return None


def record_offence(session: Session, case: Case, now: datetime, unit: str) -> Offence:
    """The offence of a case that two people have charged, in the same transaction as the second decision.

    Raises:
        NoOffenceInLawError: no such offence on that day.
        DuplicateOffenceError: the act is recorded already.
    """
    charge = charge_for(case)
    if charge is None:
        raise NoOffenceInLawError(f"no offence for {case.rule} by {case.vehicle_kind}")
    assert case.id is not None
    assert case.plate is not None
    assert case.operator_id is not None
    assert case.officer_id is not None
    year = local_day(now).year
    sequence = _next_in_series(session, unit, year)
    # Looked for only now: the series' row is locked, so nobody records the same act between look and insert.
    if _is_recorded(session, case):
        raise DuplicateOffenceError("the same plate is charged with the same act at this place and time")
    offence = Offence(
        case_id=case.id,
        number=f"{unit}-{year}-{sequence:06d}",
        unit=unit,
        year=year,
        sequence=sequence,
        rule=case.rule,
        law_code=charge.code,
        legal_basis=charge.legal_basis,
        act_vi=charge.name_vi,
        fine_min=charge.fine_min,
        fine_max=charge.fine_max,
        fine=charge.usual_fine,
        points=charge.points,
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


def of_case(session: Session, case_id: int) -> Offence | None:
    """The offence a case became."""
    return session.exec(select(Offence).where(Offence.case_id == case_id)).one_or_none()


def by_number(session: Session, number: str) -> Offence | None:
    """The offence of that case number."""
    return session.exec(select(Offence).where(Offence.number == number)).one_or_none()


def list_offences(session: Session, before: int | None = None, limit: int = 50) -> list[Offence]:
    """Newest first; `before` is the id of the last one of the page before."""
    query = select(Offence).order_by(col(Offence.id).desc()).limit(limit)
    return list(session.exec(query if before is None else query.where(col(Offence.id) < before)))


def _next_in_series(session: Session, unit: str, year: int) -> int:
    """Takes the next number; a rollback gives it back, so no number is ever missing."""
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
