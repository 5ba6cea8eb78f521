"""Sampling rules: shares and bounds set by a shift lead, stored with the person and the time. Without a row
nothing is sampled.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from central.accounts.models import User
from central.audit import service as audit
from central.watching.models import WatchingRules

Percent = Annotated[float, Field(ge=0, le=100)]

Draw = Callable[[float], bool]
"""Whether a case is selected for a share, given in percent."""


def by_lot(percent: float) -> bool:
    """A random draw that nobody can predict."""
    return secrets.randbelow(10_000) < percent * 100


class Rules(BaseModel):
    """The rules in force. `second_accepted` and `second_rejected` are the shares, in percent, of accepted and
    rejected cases that another operator reviews again; `known_answers` is the share of their work that are
    cases with a known answer. A decision after less than `shortest_look` seconds is marked; the bound is a
    multiple of a quarter, like the counted viewing times. A camera of which at least `quarantine_cases`
    cases were reviewed in the last `quarantine_days` days, and `quarantine_percent` percent of them
    rejected, is put in quarantine.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    second_accepted: Percent = 0.0
    second_rejected: Percent = 0.0
    known_answers: Percent = 0.0
    quarantine_percent: Annotated[float, Field(ge=1, le=100)] = 50.0
    quarantine_cases: Annotated[int, Field(ge=5, le=100_000)] = 30
    quarantine_days: Annotated[int, Field(ge=1, le=90)] = 14
    shortest_look: Annotated[float, Field(ge=0.5, le=60, multiple_of=0.25)] = 2.0


def present(session: Session) -> Rules:
    """The rules in force now."""
    row = session.exec(select(WatchingRules).order_by(col(WatchingRules.id).desc()).limit(1)).first()
    return Rules.model_validate(row.rules) if row else Rules()


def history(session: Session, limit: int = 20) -> list[WatchingRules]:
    """Earlier and present rules, the latest first."""
    return list(session.exec(select(WatchingRules).order_by(col(WatchingRules.id).desc()).limit(limit)))


def set_rules(session: Session, lead: User, rules: Rules, now: datetime) -> None:
    """Sets new rules, from now on."""
    assert lead.id is not None
    before, values = present(session).model_dump(), rules.model_dump()
    session.add(WatchingRules(set_at=now, set_by=lead.id, rules=values))
    changed = {name: [before[name], value] for name, value in values.items() if before[name] != value}
    audit.record(session, lead.actor, "watching.rules", "watching", changed)
