"""Spikes and droughts (tăng vọt, giảm bất thường) in a camera's findings by rule, reported with the settings
that came into force before them.

A day is compared with the same weekday of the weeks before: the median, so that a holiday or a few bad weeks
don't move it, and the usual distance from it. Effects on all cameras alike (weather, a holiday) are removed
from each camera's expectation, and judged separately for the whole province. For about three weeks a camera
is not judged, because its usual level is not known yet.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from statistics import median
from typing import Any, Literal

from sqlmodel import Session, col, select

from central.accounts.models import User
from central.alarms import service as alarms
from central.audit import service as audit
from central.cases.errors import words_given
from central.cases.holding import Camera
from central.cases.statistics import Series, by_day
from central.errors import NotFoundError
from central.fleet import configuration
from central.fleet import service as fleet
from central.watching.models import CaseSwing
from contract.local_time import bounds_of_days, local_day
from contract.reasons import reason

WEEKS, LEAST_WEEKS = 8, 3
SIGMAS = 4.0
"""How many times the usual distance a day must deviate."""
_LIKE_DEVIATION = 1.4826 * 1.1
"""Makes a median of distances comparable to a standard deviation, with a margin: the median on which they are
based is itself learnt from only eight days.
"""
LEAST = 10
"""A difference of fewer cases is not significant."""
COMMON = 30
"""The other cameras determine the level of a day if at least so many cases were expected of them."""
BEFORE = timedelta(days=3)
"""Settings that came into force within this time before a swing are named with it."""

Kind = Literal["spike", "drought"]
EVERYWHERE = ("", "")
"""In place of node and camera: all cameras together."""

Days = Mapping[date, int]


@dataclass(frozen=True)
class Usual:
    """The usual count on such a day, and the usual distance from it."""

    cases: float
    distance: float


def usual(days: Days, day: date) -> Usual | None:
    """Computed from the previous weeks, as far as there are data; None if they are not enough.

    The usual count is the median of the same weekday; the usual distance from it is learnt from all weekdays,
    because eight days alone are not enough.
    """
    first = min(days, default=day)
    past = [day - timedelta(days=back) for back in range(1, 7 * WEEKS + 1)]
    weekdays: dict[int, list[int]] = {}
    for each in past:
        if each >= first:
            weekdays.setdefault(each.weekday(), []).append(days.get(each, 0))
    same = weekdays.get(day.weekday(), [])
    if len(same) < LEAST_WEEKS:
        return None
    apart = [abs(count - median(counts)) for counts in weekdays.values() for count in counts]
    return Usual(median(same), _LIKE_DEVIATION * median(apart))


def kind_of(count: int, expected: float, distance: float) -> Kind | None:
    """Whether a day deviates: beyond the usual distance, beyond chance, by a factor and by a significant
    number.

    Almost no cases where there are always some is always a deviation.
    """
    chance = sqrt(expected)
    far = max(SIGMAS * max(distance, chance), LEAST)
    if count - expected >= far and count >= 2 * expected:
        return "spike"
    if expected - count >= far and count <= expected / 3:
        return "drought"
    hardly_any = count <= expected / 10 and expected - count >= max(3 * chance, LEAST)
    return "drought" if hardly_any else None


def look(session: Session, now: datetime) -> int:
    """Judges the previous day; returns how many swings it had. A repeated run uses data that arrived
    since.
    """
    day = local_day(now) - timedelta(days=1)
    counted = by_day(session, *bounds_of_days(day - timedelta(weeks=WEEKS), day))
    silent = {node.id for node in fleet.list_nodes(session) if fleet.standing_of(node, now) != "online"}
    going_on = _going_on(session, day)
    swings = 0
    for series, count, expected, distance in _judged(counted, day):
        kind = kind_of(count, expected, distance)
        if kind == "drought" and series[0] in silent:
            kind = None  # there is already an alarm that the node is offline
        _note(session, going_on.get(series), series, day, kind, (count, expected), now)
        swings += kind is not None
    return swings


def explain(session: Session, lead: User, swing_id: int, why: str, now: datetime) -> CaseSwing:
    """Records a person's explanation; the swing's alarm ends. Raises ReasonRequiredError, NotFoundError."""
    words = words_given(why)
    row = session.get(CaseSwing, swing_id, with_for_update=True)
    if row is None:
        raise NotFoundError("swing", id=swing_id)
    row.explanation, row.explained_by, row.explained_at = words, lead.id, now
    _clear(session, row, now)
    subject = f"camera:{row.node_id}/{row.camera_id}"
    detail = {"rule": row.rule, "first_day": row.first_day.isoformat(), "why": row.explanation}
    audit.record(session, lead.actor, "swing.explain", subject, detail)
    return row


def latest(session: Session, limit: int = 100) -> list[CaseSwing]:
    """Unexplained swings first, then the latest."""
    explained = col(CaseSwing.explained_at).is_not(None)
    query = select(CaseSwing).order_by(explained, col(CaseSwing.last_day).desc(), col(CaseSwing.id).desc())
    return list(session.exec(query.limit(limit)))


def _judged(counted: Mapping[Series, Days], day: date) -> Iterator[tuple[Series, int, float, float]]:
    """Each series with its count, the expected count and the usual distance; also for all cameras."""
    known = {series: found for series, days in counted.items() if (found := usual(days, day))}
    expected, came = defaultdict[Camera, float](float), Counter[Camera]()
    for series, found in known.items():
        expected[series[:2]] += found.cases
        came[series[:2]] += counted[series].get(day, 0)
    all_expected, all_came = sum(expected.values()), came.total()
    for series, found in known.items():
        of_others = all_expected - expected[series[:2]]
        level = (all_came - came[series[:2]]) / of_others if of_others >= COMMON else 1.0
        level = min(max(level, 0.2), 5.0)
        yield series, counted[series].get(day, 0), found.cases * level, found.distance * level
    totals = defaultdict[str, Counter[date]](Counter)
    for (_, _, rule), days in counted.items():
        totals[rule].update(days)
    for rule, total in totals.items():
        everywhere = usual(total, day)
        if everywhere is not None:
            yield (*EVERYWHERE, rule), total[day], everywhere.cases, everywhere.distance


def _going_on(session: Session, day: date) -> dict[Series, CaseSwing]:
    """The last swing of each series that had one on that day or the day before."""
    query = select(CaseSwing).where(col(CaseSwing.last_day) >= day - timedelta(days=1))
    rows = session.exec(query.order_by(col(CaseSwing.id)))
    return {(row.node_id, row.camera_id, row.rule): row for row in rows}


def _note(
    session: Session,
    row: CaseSwing | None,
    series: Series,
    day: date,
    kind: Kind | None,
    figures: tuple[int, float],
    now: datetime,
) -> None:
    """Records a swing, or continues one; a day without a swing ends it."""
    if row is not None and row.kind == kind:
        row.last_day, row.count, row.expected = day, *figures
        return
    if row is not None:
        _clear(session, row, now)
        if row.first_day == day:
            session.delete(row)  # data that arrived since have changed the day's result
    if kind is not None:
        _open(session, series, day, kind, figures, now)


def _open(
    session: Session, series: Series, day: date, kind: Kind, figures: tuple[int, float], now: datetime
) -> None:
    node, camera, rule = series
    row = CaseSwing(
        node_id=node,
        camera_id=camera,
        rule=rule,
        kind=kind,
        first_day=day,
        last_day=day,
        count=figures[0],
        expected=figures[1],
        settings=_settings(session, (node, camera), day),
        found_at=now,
    )
    session.add(row)
    values: dict[str, Any] = {"rule": rule, "day": f"{day:%d/%m/%Y}", "count": figures[0]}
    values["expected"] = round(figures[1])
    if camera:
        values["on_camera"] = camera
    if row.settings:
        values["changes"] = "; ".join(_told(setting) for setting in row.settings)
    alarms.raise_alarm(session, node, reason(_alarm(row), **values), now, _subject(row))


def _settings(session: Session, camera: tuple[str, str], day: date) -> list[dict[str, Any]]:
    """Changes shortly before, with who ordered them and why, if the centre did."""
    begin, end = bounds_of_days(day, day)
    orders = {order.number: order for order in configuration.revisions(session, *camera)}
    found = []
    for setting in configuration.changed_between(session, camera, begin - BEFORE, end):
        order = orders.get(setting.revision)
        who, why = (order.author, order.why) if order else ("", "")
        found.append(
            {"since": setting.since.isoformat(), "revision": setting.revision, "author": who, "why": why}
        )
    return found


def _told(setting: Mapping[str, Any]) -> str:
    since = datetime.fromisoformat(setting["since"])
    words = [f"#{setting['revision']}", f"{local_day(since):%d/%m/%Y}", setting["author"], setting["why"]]
    return " ".join(word for word in words if word)


def _alarm(row: CaseSwing) -> str:
    """The kind of alarm: it depends on whether all cameras are meant and whether a setting changed."""
    if not row.camera_id:
        return f"cases.{row.kind}_everywhere"
    return f"cases.{row.kind}_after_change" if row.settings else f"cases.{row.kind}"


def _clear(session: Session, row: CaseSwing, now: datetime) -> None:
    alarms.clear(session, row.node_id, [_alarm(row)], now, _subject(row))


def _subject(row: CaseSwing) -> str:
    return f"{row.camera_id}/{row.rule}"
