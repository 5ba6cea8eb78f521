"""Figures about errors and people's rights: notices withdrawn after being sent, annulled decisions, requests
about one's own data (F); licences without points left (D); acts that caused an accident (J).
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from central.citizens.models import Submission
from central.db import table_of
from central.offences.models import Offence
from central.proceedings.engine import STEPS
from central.proceedings.models import Decision, ProceedingStep
from central.proceedings.tracks import Track
from central.reports.counting import Counting, Periods, Share
from central.reports.values import Figure, Unit
from contract.local_time import local_day

_STEP, _DECISION, _SENT = table_of(ProceedingStep), table_of(Decision), table_of(Submission)
_OFFENCE = table_of(Offence)
_ANSWERED_WITHIN = timedelta(days=10)
"""The shortest of the times NĐ 356/2025 gives for a request about one's own data (10, 15 and 20 days)."""

DATA_REQUEST = "data_request"
_ACCIDENT_CODES = ("ACC-A", "ACC-M", "ACC-S")
"""Law codes of acts that caused an accident (NĐ 168/2024, 6.10, 7.10, 8.8)."""


def _withdraws() -> list[str]:
    """The steps that may withdraw a notice."""
    return sorted(
        step.action
        for step in STEPS.values()
        if (step.track, step.target) == (Track.NOTICE, "withdrawn")
        or any((effect.track, effect.target) == (Track.NOTICE, "withdrawn") for effect in step.effects)
    )


_WITHDRAWN = table_of(ProceedingStep).alias("withdrawn")
"""Steps that are rare but need more columns than the others: counted in a separate query."""
_MOVED = _WITHDRAWN.c.moved
_SENT_WITHDRAWN = (
    _WITHDRAWN.c.action.in_(_withdraws()),
    _MOVED[(Track.NOTICE.value, 0)].as_string() == "sent",
    _MOVED[(Track.NOTICE.value, 1)].as_string() == "withdrawn",
)
_DEDUCTED = _STEP.join(_DECISION, _STEP.c.decision_id == _DECISION.c.id)
_BEFORE = _STEP.c.detail["before"].as_integer()
_IS_DEDUCTED = _STEP.c.action == "deduct_points"
_IS_ANNULLED = _DECISION.c.ended_on.is_not(None)

COUNTINGS = (
    Counting(
        "D", "licences_at_zero", _DEDUCTED, _STEP.c.day, (), (_IS_DEDUCTED, _DECISION.c.points >= _BEFORE)
    ),
    Counting("D", "points_without_balance", _DEDUCTED, _STEP.c.day, (), (_IS_DEDUCTED, _BEFORE.is_(None))),
    Counting("F", "notices_withdrawn", _WITHDRAWN, _WITHDRAWN.c.day, (), _SENT_WITHDRAWN),
    Counting(
        "F",
        "notices_withdrawn_by_step",
        _WITHDRAWN,
        _WITHDRAWN.c.day,
        (("step", _WITHDRAWN.c.action),),
        _SENT_WITHDRAWN,
    ),
    Counting("F", "decisions_annulled", _DECISION, _DECISION.c.ended_on, (), (_IS_ANNULLED,)),
    Counting(
        "J",
        "accident_acts",
        _OFFENCE,
        _OFFENCE.c.occurred_at,
        (("site", _OFFENCE.c.site_name),),
        (_OFFENCE.c.law_code.in_(_ACCIDENT_CODES),),
    ),
)

SHARES = (
    Share("F", "notices_withdrawn_rate", "notices_withdrawn", "notices_sent", 1000, "per_thousand"),
    Share("F", "decisions_annulled_rate", "decisions_annulled", "decisions", 1000, "per_thousand"),
)

REQUESTS = frozenset({"data_requests", "data_requests_answered", "data_requests_in_time_share"})


def requests(session: Session, periods: Periods) -> list[Figure]:
    """Requests of persons about their own data: those of each period, how many of them are answered, and the
    share answered within ten days.
    """
    query = select(_SENT.c.came_on, _SENT.c.replied_at).where(_SENT.c.kind == DATA_REQUEST)
    rows = [(came, local_day(at) if at is not None else None) for came, at in session.execute(query)]
    each = [[row for row in rows if period.first <= row[0] <= period.last] for period in periods]
    answered = [[came for came, at in period if at is not None] for period in each]
    in_time = [
        [came for came, at in period if at is not None and at <= came + _ANSWERED_WITHIN] for period in each
    ]
    shares = [
        round(len(part) / len(all_), 4) if all_ else None for part, all_ in zip(in_time, each, strict=True)
    ]
    return [
        _figure("data_requests", [len(period) for period in each]),
        _figure("data_requests_answered", [len(period) for period in answered]),
        _figure("data_requests_in_time_share", shares, "share"),
    ]


def _figure(key: str, told: Sequence[Any], unit: Unit = "count") -> Figure:
    this, before, last_year, year = told
    return Figure(group="F", key=key, unit=unit, this=this, before=before, last_year=last_year, year=year)
