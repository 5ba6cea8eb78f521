"""The province is told in order, once, without anything of a person, whatever is killed or away."""

import json
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import jsonschema
import pytest
from sqlalchemy import Engine
from sqlmodel import select

from central.db import transaction
from central.dispatches import service as dispatches
from central.dispatches.models import Dispatch
from central.dispatches.service import Message
from central.jobs.models import Job
from central.offences.models import Offence
from central.sharing import events
from central.sharing import service as sharing
from central.worker_connections import sharing_handler
from contract.local_time import local_day
from tests.central.proceedings.office import Office
from tests.central.sandboxes.national import National
from tests.central.work import run_due

PUBLISHED = Path(__file__).parents[3] / "docs" / "api" / events.SCHEMA


def taken(folder: Path) -> list[dict[str, object]]:
    """What the platform has taken over."""
    books = folder / "national" / "platform.jsonl"
    return [json.loads(line) for line in books.read_text().splitlines()] if books.exists() else []


def share(office: Office, national: National) -> None:
    """What the worker does."""
    handler = sharing_handler(office.engine, national.peer("platform"), "ngatu/BN", lambda: office.now)
    run_due(office.engine, [handler], lambda: office.now)


def test_the_published_schema_is_that_of_the_code() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == events.schema(), (
        "run: python -m central.sharing.events docs/api"
    )


def test_a_case_is_told_step_by_step_and_names_nobody(
    engine: Engine, now: datetime, national: National, tmp_path: Path
) -> None:
    office = Office(engine, now).open()
    case_id = office.confirmed()
    office.to_delivery(case_id)
    share(office, national)
    told = taken(tmp_path)
    assert [each["type"] for each in told] == ["violation.recorded", "notice.sent", "decision.signed"]
    assert [each["sequence"] for each in told] == [1, 2, 3]
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    for each in told:
        jsonschema.validate(each, schema, format_checker=jsonschema.FormatChecker())
    with transaction(engine) as session:
        offence = session.exec(select(Offence)).one()
        personal = [offence.plate, offence.number, "Nguyễn Văn An", "024000000001", offence.site]
    assert not [word for word in personal if word in json.dumps(told, ensure_ascii=False)]
    page = httpx.get(f"{national.url}/platform/").text
    assert "decision.signed" in page


@pytest.mark.parametrize("way", ["maintenance", "broken", "refuses", "garbage"])
def test_an_outage_is_made_good_in_order(
    engine: Engine, now: datetime, national: National, tmp_path: Path, way: str
) -> None:
    office = Office(engine, now).open()
    national.behave("platform", way)
    for _ in range(3):
        office.confirmed(owner=None)
        share(office, national)
        office.wait(0.1)
    assert taken(tmp_path) == []
    national.behave("platform", "right")
    office.wait(1)
    share(office, national)
    assert [each["sequence"] for each in taken(tmp_path)] == [1, 2, 3]


def test_a_day_is_counted_once_it_is_over_and_only_once(engine: Engine, now: datetime) -> None:
    office = Office(engine, now).open()
    for _ in range(3):
        office.confirmed(owner=None)
    with transaction(engine) as session:
        assert sharing.count_days(session, office.now) == 0
    office.wait(1)
    for expected in (1, 0):
        with transaction(engine) as session:
            assert sharing.count_days(session, office.now) == expected
    with transaction(engine) as session:
        row = session.exec(select(Dispatch).where(Dispatch.kind == "violations.counted")).one()
        counts = events.Counts.model_validate(row.content["data"])
    assert counts.day == local_day(now)
    assert {cell.count for cell in (*counts.by_site, *counts.by_hour)} == {None}  # three are too few


def test_senders_are_killed_and_the_platform_has_everything_once_in_order(
    engine: Engine, now: datetime, national: National, tmp_path: Path
) -> None:
    total = 60
    with transaction(engine) as session:
        for number in range(total):
            data = {"day": "2026-11-24", "rule": "red_light", "vehicle_class": "car"}
            content = {"id": f"{number:032x}", "data": data}
            key, at = f"sharing:{number}", now + timedelta(seconds=number)
            message = Message(events.SYSTEM, sharing.SUBJECT, "fine.paid", key, content=content)
            dispatches.keep(session, message, at)
    database = engine.url.render_as_string(hide_password=False)
    kills, ends_at = 0, time.monotonic() + 240
    while len(taken(tmp_path)) < total and time.monotonic() < ends_at:
        words = [sys.executable, "-m", "tests.central.sharing.sender", database, f"{national.url}/platform"]
        before = len(taken(tmp_path))
        sender = subprocess.Popen(words)
        while len(taken(tmp_path)) < min(before + 11, total) and time.monotonic() < ends_at:
            time.sleep(0.02)
        sender.kill()
        sender.wait()
        kills += 1
        with transaction(engine) as session:  # the dead one's lease would end by the clock
            for job in session.exec(select(Job)):
                job.lease_owner = job.lease_until = None
    assert kills >= 5
    told = taken(tmp_path)
    assert [each["id"] for each in told] == [f"{number:032x}" for number in range(total)]
    assert [each["sequence"] for each in told] == list(range(1, total + 1))
