"""The figures of a report, group by group, and the rows they are counted from.

A case is counted by the day it arrived, a review or a decision by its day, a step of the proceedings by the
day it is said to have happened.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.sql.selectable import FromClause
from sqlmodel import Session

from central.accounts.models import User
from central.cases.lifecycle import OPEN, Action
from central.cases.models import REAL, Case, CaseEvent
from central.cases.statistics import hour_and_weekday
from central.db import table_of
from central.devices.models import Device, DevicePaper
from central.documents.models import Document
from central.fleet.models import Camera, Node
from central.offences.models import Offence
from central.payments.models import Refund
from central.proceedings.engine import STEPS
from central.proceedings.models import Decision, DecisionAct, DecisionPayment, ProceedingStep
from central.proceedings.tracks import Track
from central.reports import keeping, passages, people, rights
from central.reports.counting import CASES as _CASE
from central.reports.counting import Counting, Share
from central.reports.values import Figure, Unit

_EVENT = table_of(CaseEvent)
_STEP = table_of(ProceedingStep)
_DECISION = table_of(Decision)
_PAID = table_of(DecisionPayment)
_REFUND = table_of(Refund)
_PAPER = table_of(Document)
_OFFENCE = table_of(Offence)
_CAMERA = table_of(Camera)
_NODE = table_of(Node)
_DEVICE = table_of(Device)
_DEVICE_PAPER = table_of(DevicePaper)
_USER = table_of(User)
_ACT = table_of(DecisionAct)
_LOOKED, _SEEN = _CASE.c.operator_at, _CASE.c.received_at
_REJECTED = _CASE.c.state == "rejected"
_RULE, _SITE = ("rule", _CASE.c.rule), ("site", _CASE.c.site_name)


def _cases(group: str, key: str, when: ColumnElement[Any], *by: tuple[str, Any], where: Any = ()) -> Counting:
    return Counting(group, key, _CASE, when, by, tuple(where))


def _steps(group: str, key: str, *tracks: Track) -> Counting:
    """Steps of the proceedings on these tracks, by step."""
    actions = sorted(step.action for step in STEPS.values() if step.track in tracks)
    action = _STEP.c.action
    return Counting(
        group,
        key,
        _STEP,
        _STEP.c.day,
        (("step", action),),
        (action.in_(actions),),
    )


def _acts() -> FromClause:
    decided = _ACT.join(_DECISION, _ACT.c.decision_id == _DECISION.c.id)
    return decided.join(_OFFENCE, _ACT.c.offence_id == _OFFENCE.c.id)


_IN_FORCE = _DECISION.c.ended_on.is_(None)
_CASE_STEPS = [
    Action.OWNER_FOUND,
    Action.OWNER_NOT_FOUND,
    Action.OWNER_MISMATCH,
    Action.CONFIRM,
    Action.REFUSE,
    Action.RETURN,
    Action.TAKE_BACK,
    Action.RECORD,
    Action.EXPIRE,
    Action.WITHDRAW,
]

COUNTINGS = (
    _cases("B", "candidates", _SEEN),
    _cases("B", "candidates_by_rule", _SEEN, _RULE, ("vehicle", _CASE.c.vehicle_kind_seen)),
    _cases("B", "candidates_by_site", _SEEN, _SITE),
    _cases("B", "undecided_by_rule", _SEEN, _RULE, where=[_CASE.c.node_decision == "undecidable"]),
    _cases("B", "seen_by_rule", _SEEN, _RULE),
    _cases("B", "plates_read", _SEEN, where=[_CASE.c.plate_read.is_not(None)]),
    _cases("B", "reviewed_by_rule", _LOOKED, _RULE),
    _cases("B", "rejected_by_rule", _LOOKED, _RULE, where=[_REJECTED]),
    _cases("B", "reviewed_by_camera", _LOOKED, ("camera", _CASE.c.camera)),
    _cases("B", "rejected_by_camera", _LOOKED, ("camera", _CASE.c.camera), where=[_REJECTED]),
    _cases("C", "reviewed", _LOOKED),
    _cases("C", "accepted", _LOOKED, where=[_CASE.c.state != "rejected"]),
    _cases("C", "rejected", _LOOKED, ("reason", _CASE.c.reason), where=[_REJECTED]),
    Counting(
        "C",
        "case_steps",
        _EVENT,
        _EVENT.c.at,
        (("event", _EVENT.c.action),),
        (_EVENT.c.action.in_([action.value for action in _CASE_STEPS]),),
    ),
    _steps("C", "results", Track.RESULT, Track.HANDOVER, Track.CLONE),
    _steps("C", "notices", Track.NOTICE, Track.PUBLICATION),
    _steps("C", "transfers", Track.TRANSFER),
    _steps("C", "answers", Track.ANSWER, Track.PERSON, Track.VERIFICATION),
    _steps("C", "records", Track.RECORD, Track.EXPLANATION),
    _steps("C", "decision_steps", Track.DECISION, Track.CASE),
    Counting(
        "D",
        "acts_decided",
        _acts(),
        _DECISION.c.signed_on,
        (
            ("rule", _OFFENCE.c.rule),
            ("vehicle", _OFFENCE.c.vehicle_class),
            ("organisation", _DECISION.c.organisation),
        ),
        (_IN_FORCE,),
    ),
    Counting("D", "decisions", _DECISION, _DECISION.c.signed_on, where=(_IN_FORCE,)),
    Counting(
        "D",
        "fines_decided",
        _DECISION,
        _DECISION.c.signed_on,
        where=(_IN_FORCE,),
        amount=_DECISION.c.fine,
        unit="dong",
    ),
    Counting(
        "D",
        "points_decided",
        _DECISION,
        _DECISION.c.signed_on,
        where=(_IN_FORCE,),
        amount=_DECISION.c.points,
        unit="points",
    ),
    Counting(
        "D",
        "confiscations",
        _DECISION,
        _DECISION.c.signed_on,
        where=(_IN_FORCE, _DECISION.c.confiscation.is_not(None)),
    ),
    Counting(
        "D",
        "money_by_source",
        _PAID,
        _PAID.c.paid_on,
        (("source", _PAID.c.source),),
        amount=_PAID.c.amount,
        unit="dong",
    ),
    Counting(
        "D",
        "late_fees",
        _PAID,
        _PAID.c.paid_on,
        amount=_PAID.c.fee,
        unit="dong",
    ),
    _steps("D", "delivery", Track.DELIVERY),
    _steps("D", "payment", Track.PAYMENT, Track.RELIEF),
    _steps("D", "points_steps", Track.POINTS),
    _steps("D", "enforcement", Track.ENFORCEMENT),
    _steps("E", "alerts", Track.ALERT),
    _steps("F", "complaints", Track.COMPLAINT, Track.COURT),
    _steps("F", "annulments", Track.FORCE, Track.SUSPENSION),
    Counting("F", "money_back", _REFUND, _REFUND.c.done_at, amount=_REFUND.c.amount, unit="dong"),
    Counting(
        "I",
        "papers_signed",
        _PAPER,
        _PAPER.c.signed_at,
        (("paper", _PAPER.c.kind),),
        (_PAPER.c.signed_at.is_not(None),),
    ),
    *people.COUNTINGS,
    *passages.COUNTINGS,
    *keeping.COUNTINGS,
    *rights.COUNTINGS,
)

SHARES = (
    Share("B", "undecided_share", "undecided_by_rule", "seen_by_rule"),
    Share("B", "plates_read_share", "plates_read", "candidates"),
    Share("B", "false_share_by_rule", "rejected_by_rule", "reviewed_by_rule"),
    Share("B", "false_share_by_camera", "rejected_by_camera", "reviewed_by_camera"),
    *people.SHARES,
    *passages.SHARES,
    *keeping.SHARES,
    *rights.SHARES,
)

INNER = (
    people.INNER
    | keeping.INNER
    | frozenset(
        {"undecided_by_rule", "seen_by_rule", "rejected_by_rule", "rejected_by_camera", "plates_read"}
    )
)
"""Counted only to compute a share."""

OF_THE_DAY = frozenset(
    {"candidates_by_hour", "candidates_by_weekday", "candidates_by_light", "plates_read_by_light"}
)
COUNTED = frozenset({each.key for each in (*COUNTINGS, *SHARES)} - INNER) | OF_THE_DAY | rights.REQUESTS
"""Keys of a period's lines that are computed from these."""


def moments(session: Session) -> list[Counting]:
    """Times of the acts of the cases received, and of those whose plate was read."""
    hour, weekday = hour_and_weekday(session)
    table = table_of(Case)
    by, read = (("hour", hour), ("weekday", weekday)), table.c.plate_read.is_not(None)
    return [
        Counting("B", key, table, table.c.received_at, by, (REAL, *where), apart="moments")
        for key, where in ((_MOMENTS, ()), (_MOMENTS_READ, (read,)))
    ]


_MOMENTS, _MOMENTS_READ = "moments", "moments_read"


def of_the_day(counted: list[Figure]) -> list[Figure]:
    """The cases received by the time of the act: by hour, by weekday, by daylight (6 to 18 o'clock), and how
    many of their plates were read; from their `moments`.
    """
    hours, days, read = _zeros(range(24)), _zeros(range(1, 8)), _zeros(range(24))
    for figure in counted:
        numbers = tuple(
            int(each or 0) for each in (figure.this, figure.before, figure.last_year, figure.year)
        )
        if figure.key == _MOMENTS:
            hour, day = (int(value) for _, value in figure.by)
            hours[hour], days[day] = _added(hours[hour], numbers), _added(days[day], numbers)
        elif figure.key == _MOMENTS_READ:
            hour = int(figure.by[0][1])
            read[hour] = _added(read[hour], numbers)
    light = {name: _sum(hours, span) for name, span in _LIGHT.items()}
    return [
        *_figures("candidates_by_hour", "hour", {f"{hour:02d}": told for hour, told in hours.items()}),
        *_figures("candidates_by_weekday", "weekday", {str(day): told for day, told in days.items()}),
        *_figures("candidates_by_light", "light", light),
        *_figures(
            "plates_read_by_light",
            "light",
            {name: _shares(_sum(read, span), light[name]) for name, span in _LIGHT.items()},
            "share",
        ),
    ]


def _zeros(keys: Iterable[int]) -> dict[int, tuple[int, ...]]:
    return dict.fromkeys(keys, (0, 0, 0, 0))


_LIGHT = {"day": range(6, 18), "night": (*range(6), *range(18, 24))}


def _added(one: Iterable[int], other: Iterable[int]) -> tuple[int, ...]:
    return tuple(map(sum, zip(one, other, strict=True)))


def _sum(lines: dict[int, tuple[int, ...]], span: Iterable[int]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(lines[each] for each in span), strict=True)))


def _shares(parts: tuple[int, ...], wholes: tuple[int, ...]) -> tuple[float | None, ...]:
    pairs = zip(parts, wholes, strict=True)
    return tuple(round(part / whole, 4) if whole else None for part, whole in pairs)


def _figures(
    key: str, name: str, lines: Mapping[str, tuple[float | None, ...]], unit: Unit = "count"
) -> list[Figure]:
    return [
        Figure(
            group="B",
            key=key,
            by=((name, value),),
            unit=unit,
            this=told[0],
            before=told[1],
            last_year=told[2],
            year=told[3],
        )
        for value, told in lines.items()
    ]


def standings(session: Session, today: date) -> list[Figure]:
    """Present values: backlogs and states at this moment."""
    return [
        *_programme(session, today),
        *people.connections(session),
        _standing("C", "open_cases", _one(session, _CASE, _CASE.c.state.in_(OPEN))),
        _standing("K", "accounts_disabled", _one(session, _USER, _USER.c.disabled_at.is_not(None))),
    ]


def _programme(session: Session, today: date) -> list[Figure]:
    cameras, devices = _CAMERA, _DEVICE
    sites = select(func.count(func.distinct(_CAMERA.c.site)))
    valid = [
        _standing("A", "papers_valid", _valid_papers(session, kind, today), ("device_paper", kind))
        for kind in ("approval", "certificate", "site_decision")
    ]
    return [
        _standing("A", "nodes", _one(session, _NODE)),
        _standing("A", "nodes_online", _one(session, _NODE, _NODE.c.state == "online")),
        _standing("A", "sites", session.execute(sites).scalar_one()),
        _standing("A", "cameras", _one(session, cameras)),
        _standing("A", "cameras_armed", _one(session, cameras, _CAMERA.c.armed)),
        _standing("A", "devices", _one(session, devices)),
        *valid,
        _standing("A", "without_sign_photo", _one(session, devices, _DEVICE.c.sign_photo.is_(None))),
    ]


def _valid_papers(session: Session, kind: str, today: date) -> int:
    """Devices with a paper of that kind that is valid today."""
    until = _DEVICE_PAPER.c.valid_to
    valid = (
        select(_DEVICE_PAPER.c.node_id, _DEVICE_PAPER.c.camera_id)
        .where(
            _DEVICE_PAPER.c.kind == kind,
            _DEVICE_PAPER.c.revoked_at.is_(None),
            _DEVICE_PAPER.c.valid_from <= today,
            until.is_(None) | (until >= today),
        )
        .distinct()
    )
    number: int = session.execute(select(func.count()).select_from(valid.subquery())).scalar_one()
    return number


def _one(session: Session, table: FromClause, *where: ColumnElement[bool]) -> int:
    number: int = session.execute(select(func.count()).select_from(table).where(*where)).scalar_one()
    return number


def _standing(group: str, key: str, number: int, *by: tuple[str, str]) -> Figure:
    return Figure(group=group, key=key, by=by, standing=True, this=number)
