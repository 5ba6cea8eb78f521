"""Lines of a report that the system can't know: entered by hand for a period by the officer responsible for
the report, with the person and the time; the latest entry applies, the earlier ones stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError
from sqlmodel import Session, col, select

from central.audit import service as audit
from central.errors import InvalidError
from central.reports.models import ReportEntry
from central.reports.periods import CutOffs, Kind, Period
from central.reports.values import Entered, Unit
from central.values import Text

LARGEST = 10**15
LONGEST = 1000
_LINE: TypeAdapter[str] = TypeAdapter(Annotated[Text, Field(max_length=LONGEST)])


@dataclass(frozen=True)
class Asked:
    """One line to be entered: its group and its unit (None: text, not a number)."""

    key: str
    group: str
    unit: Unit | None = "count"


ASKED = (
    Asked("cameras_planned", "A"),
    Asked("communes_covered", "A"),
    Asked("money_granted", "A", "dong"),
    Asked("money_spent", "A", "dong"),
    Asked("obstacles", "A", None),
    Asked("proposals", "A", None),
    Asked("data_breaches", "F"),
    Asked("trainings", "H"),
    Asked("people_trained", "H"),
    Asked("effect_of_signs", "J", None),
)
"""Lines of the leaders' report that can't be counted from our tables."""


def of_period(session: Session, kind: Kind, period: Period) -> dict[str, ReportEntry]:
    """The latest entry of each line, by its key."""
    query = select(ReportEntry).where(
        ReportEntry.kind == kind.value,
        ReportEntry.first_day == period.first,
        ReportEntry.last_day == period.last,
    )
    return {row.key: row for row in session.exec(query.order_by(col(ReportEntry.id)))}


def told(session: Session, cut_offs: CutOffs, kind: Kind, period: Period) -> tuple[Entered, ...]:
    """The entered lines of a period, each number beside that of the previous period."""
    now = of_period(session, kind, period)
    before = of_period(session, kind, cut_offs.before(kind, period))
    return tuple(
        Entered(
            group=each.group,
            key=each.key,
            unit=each.unit,
            number=row.number,
            text=row.text,
            before=before[each.key].number if each.key in before else None,
            by=row.entered_by,
            at=row.entered_at,
        )
        for each in ASKED
        if (row := now.get(each.key)) is not None and (row.number is not None or row.text)
    )


def enter(
    session: Session, kind: Kind, period: Period, typed: Mapping[str, str], actor: str, now: datetime
) -> list[str]:
    """Stores changed entries; an empty line clears an earlier entry. Returns the keys of the changed lines.

    Raises:
        InvalidError: not a valid number.
    """
    present = of_period(session, kind, period)
    changed = []
    for each in ASKED:
        number, text = _read(each, typed.get(each.key, ""))
        row = present.get(each.key)
        if (number, text) == ((row.number, row.text) if row is not None else (None, "")):
            continue
        session.add(
            ReportEntry(
                kind=kind.value, first_day=period.first, last_day=period.last, key=each.key,
                number=number, text=text, entered_by=actor, entered_at=now,
            )
        )  # fmt: skip
        changed.append(each.key)
    if changed:
        session.flush()
        detail = {"lines": changed}
        audit.record(session, actor, "report.enter", f"period:{kind.value}:{period.first}", detail)
    return changed


def _read(each: Asked, typed: str) -> tuple[int | None, str]:
    try:
        text = _LINE.validate_python(typed)
    except ValidationError:
        raise InvalidError("report_entry", field=each.key) from None
    if each.unit is None:
        return None, text
    digits = "".join(sign for sign in text if sign not in "., \u00a0")
    if not digits:
        return None, ""
    if not (digits.isascii() and digits.isdigit()) or int(digits) > LARGEST:
        raise InvalidError("report_entry", field=each.key)
    return int(digits), ""
