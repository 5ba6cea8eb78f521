"""Figures about people: the work of the unit's staff (H, for the unit alone), citizens' online actions and
other authorities' answers (I), places of acts (J). No names and no plates; staff by their account.
"""

from itertools import groupby
from typing import Any

from sqlalchemy import func, literal_column, select
from sqlmodel import Session

from central.accounts.models import User
from central.audit.models import AuditEntry
from central.citizens.models import Submission
from central.connections.models import Connection
from central.db import table_of
from central.notifications.models import Notification
from central.payments.inbox import SOURCE
from central.population.models import PopulationAnswer
from central.proceedings.models import DecisionPayment
from central.registry.models import RegistryAnswer
from central.reports.counting import CASES as _CASE
from central.reports.counting import Counting, Share
from central.reports.values import Figure

_USER, _LOG = table_of(User), table_of(AuditEntry)
_SENT, _TOLD, _PAID = table_of(Submission), table_of(Notification), table_of(DecisionPayment)
_VEHICLE, _PERSON, _CONNECTION = table_of(RegistryAnswer), table_of(PopulationAnswer), table_of(Connection)
_BY_OPERATOR, _BY_OFFICER = (("person", _CASE.c.operator_id),), (("person", _CASE.c.officer_id),)
"""By account number, so that the query over all cases needs no join; `named` puts in the names."""
_OPERATOR, _OFFICER = _CASE.c.operator_id.is_not(None), _CASE.c.officer_id.is_not(None)
_UPHELD = _CASE.c.state.in_(("confirmed", "recorded"))
_ONLINE = _PAID.c.source == SOURCE
_CAME_IN = _PAID.c.amount > 0
_BY_PORTAL = _SENT.c.via == "portal"


def _said(problem: Any) -> Any:
    """Result of an authority's answer: found, or the code of the problem."""
    # Written out: a database treats two parameters of equal value as two different grouping expressions.
    return func.coalesce(problem, literal_column("'found'"))


def _acts(action: str) -> tuple[Any, ...]:
    return (_LOG.c.action == action,)


COUNTINGS = (
    Counting("H", "reviewed_by_person", _CASE, _CASE.c.operator_at, _BY_OPERATOR, (_OPERATOR,)),
    Counting("H", "decided_by_officer", _CASE, _CASE.c.officer_at, _BY_OFFICER, (_OFFICER,)),
    Counting("H", "officers_decided", _CASE, _CASE.c.officer_at, (), (_OFFICER,)),
    Counting("H", "upheld", _CASE, _CASE.c.officer_at, (), (_OFFICER, _UPHELD)),
    Counting("H", "sign_ins", _LOG, _LOG.c.at, (), _acts("session.open")),
    Counting("H", "refused_sign_ins", _LOG, _LOG.c.at, (), _acts("session.refused")),
    Counting("I", "owners_verified", _VEHICLE, _VEHICLE.c.at, (("answer", _said(_VEHICLE.c.problem)),)),
    Counting("I", "persons_verified", _PERSON, _PERSON.c.at, (("answer", _said(_PERSON.c.problem)),)),
    Counting("I", "notices_opened", _LOG, _LOG.c.at, (), _acts("portal.enter")),
    Counting("I", "messages_told", _TOLD, _TOLD.c.at, (("message", _TOLD.c.kind),)),
    Counting("I", "messages_read", _TOLD, _TOLD.c.read_at, (), (_TOLD.c.read_at.is_not(None),)),
    Counting("I", "answers_all", _SENT, _SENT.c.at),
    Counting("I", "answers_portal", _SENT, _SENT.c.at, (), (_BY_PORTAL,)),
    Counting("I", "answers_by_kind", _SENT, _SENT.c.at, (("sent", _SENT.c.kind),)),
    Counting("I", "answers_by_identity", _SENT, _SENT.c.at, (), (_SENT.c.signed_by == "identity",)),
    Counting("I", "payments", _PAID, _PAID.c.paid_on, (), (_CAME_IN,)),
    Counting("I", "payments_online", _PAID, _PAID.c.paid_on, (), (_CAME_IN, _ONLINE)),
    Counting("J", "acts_by_site", _CASE, _CASE.c.occurred_at, (("site", _CASE.c.site_name),), (_UPHELD,)),
    Counting(
        "J",
        "acts_by_camera",
        _CASE,
        _CASE.c.occurred_at,
        (("site", _CASE.c.site_name), ("camera", _CASE.c.camera)),
        (_UPHELD,),
    ),
    Counting(
        "J",
        "acts_by_rule",
        _CASE,
        _CASE.c.occurred_at,
        (("rule", _CASE.c.rule), ("vehicle", _CASE.c.vehicle_kind)),
        (_UPHELD,),
    ),
)

SHARES = (
    Share("H", "upheld_share", "upheld", "officers_decided"),
    Share("I", "answers_online_share", "answers_portal", "answers_all"),
    Share("I", "paid_online_share", "payments_online", "payments"),
)

INNER = frozenset({"upheld", "answers_portal", "payments_online"})
"""Counted only to compute a share."""


_OF_PERSONS = frozenset({"reviewed_by_person", "decided_by_officer"})


def named(session: Session, lines: list[Figure]) -> list[Figure]:
    """The lines with account names in place of numbers, sorted by name."""
    accounts = session.execute(select(_USER.c.id, _USER.c.username))
    names = {str(number): name for number, name in accounts}
    found = []
    for key, some in groupby(lines, key=lambda line: line.key):
        told = list(some)
        if key in _OF_PERSONS:
            told = [
                line.model_copy(update={"by": (("person", names.get(line.by[0][1], "?")),)}) for line in told
            ]
            told.sort(key=lambda line: line.by)
        found += told
    return found


def connections(session: Session) -> list[Figure]:
    """Successive failures of each authority that was ever asked, at present."""
    rows = session.execute(select(_CONNECTION.c.name, _CONNECTION.c.failures).order_by(_CONNECTION.c.name))
    return [
        Figure(group="I", key="connection_failures", by=(("system", name),), standing=True, this=failures)
        for name, failures in rows
    ]
