"""Exemptions: entered with a reason, in force at their site for their time only, lifted, never removed."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Role
from central.audit import service as audit
from central.errors import ConflictError, InvalidError, NotFoundError
from central.exemptions import service as exemptions
from central.exemptions.service import Entry
from tests.central.people import add_user

HOUR = timedelta(hours=1)


@pytest.fixture
def hung(session: Session, now: datetime) -> User:
    return add_user(session, "hung", Role.OFFICER, now)


def test_it_covers_its_site_and_its_time_and_no_other(session: Session, hung: User, now: datetime) -> None:
    entry = Entry("hang-bai", now, now + HOUR, "lễ hội, CSGT điều khiển")
    row = exemptions.enter(session, entry, hung, now + 2 * HOUR)
    covered = {
        (site, offset): bool(exemptions.covering(session, site, now + offset))
        for site in ("hang-bai", "nga-tu-so")
        for offset in (-timedelta(seconds=1), timedelta(0), HOUR - timedelta(seconds=1), HOUR)
    }
    assert {key for key, found in covered.items() if found} == {
        ("hang-bai", timedelta(0)),
        ("hang-bai", HOUR - timedelta(seconds=1)),
    }
    exemptions.lift(session, row.id or 0, "ghi nhầm nút giao", hung, now + 3 * HOUR)
    assert exemptions.covering(session, "hang-bai", now) == []
    assert [kept.lifted_why for kept in exemptions.list_latest(session, 10)] == ["ghi nhầm nút giao"]
    session.commit()
    acts = [(entry.action, entry.subject) for entry in audit.list_entries(session)]
    assert acts == [("exemption.lift", "site:hang-bai"), ("exemption.enter", "site:hang-bai")]


@pytest.mark.parametrize(
    ("lasts", "why", "reason"),
    [
        (timedelta(0), "lễ hội", "exemption_order"),
        (-HOUR, "lễ hội", "exemption_order"),
        (timedelta(hours=24, seconds=1), "lễ hội", "exemption_long"),
        (HOUR, "   x ", "exemption_why"),
    ],
)
def test_what_makes_no_sense_is_refused(
    lasts: timedelta, why: str, reason: str, session: Session, hung: User, now: datetime
) -> None:
    with pytest.raises(InvalidError) as problem:
        exemptions.enter(session, Entry("hang-bai", now, now + lasts, why), hung, now)
    assert problem.value.reason == reason


def test_it_is_lifted_once(session: Session, hung: User, now: datetime) -> None:
    row = exemptions.enter(session, Entry("hang-bai", now, now + HOUR, "lễ hội"), hung, now)
    exemptions.lift(session, row.id or 0, "ghi nhầm", hung, now)
    with pytest.raises(ConflictError):
        exemptions.lift(session, row.id or 0, "ghi nhầm", hung, now)
    with pytest.raises(NotFoundError):
        exemptions.lift(session, 999, "ghi nhầm", hung, now)
