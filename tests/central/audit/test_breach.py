"""The breach report: everything that showed personal data in a time, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from central.audit import breach
from central.audit import service as audit
from central.db import transaction

ACTS = [
    ("user:lan", "case.view", "case:1", {}),
    ("user:lan", "case.view", "case:1", {}),
    ("user:lan", "case.search", "case:search", {"plate": "29A12345", "why": "đối chiếu vụ 7"}),
    ("user:hung", "party.read", "party:5", {"purpose": "lập biên bản"}),
    ("user:hung", "owner.view", "case:2", {}),
    ("user:hung", "case.accept", "case:3", {}),
    ("user:quan", "user.create", "user:x", {}),
    ("party:9", "document.show", "document:4", {}),
]


@pytest.fixture
def log(engine: Engine) -> Engine:
    for actor, action, subject, detail in ACTS:
        with transaction(engine) as session:
            audit.record(session, actor, action, subject, detail)
    return engine


def _report(engine: Engine, person: str | None = None, minutes: int = 5) -> breach.BreachReport:
    now = datetime.now(UTC)
    with transaction(engine) as session:
        return breach.report(session, now - timedelta(minutes=minutes), now + timedelta(seconds=5), person)


def test_who_read_what_how_often_and_why(log: Engine) -> None:
    found = _report(log)
    assert [(r.actor, r.action, r.subject, r.count, r.data) for r in found.readings] == [
        ("user:lan", "case.view", "case:1", 2, "plate"),
        ("user:lan", "case.search", "plate:29A12345", 1, "plate"),
        ("user:hung", "party.read", "party:5", 1, "identity"),
        ("user:hung", "owner.view", "case:2", 1, "identity"),
        ("party:9", "document.show", "document:4", 1, "identity"),
    ]
    assert (found.readers, found.subjects("case"), found.subjects("party")) == (3, 2, 1)
    assert found.readings[1].purposes == {"đối chiếu vụ 7"}
    assert found.readings[0].first < found.readings[0].last


def test_one_person_or_another_time(log: Engine) -> None:
    assert {reading.actor for reading in _report(log, "hung").readings} == {"user:hung"}
    with transaction(log) as session:
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        assert not breach.report(session, long_ago, long_ago + timedelta(days=1)).readings
