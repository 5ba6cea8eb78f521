"""Evidence that comes in after the withdrawal of its period ends, and no withdrawal is read in vain."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event
from sqlmodel import select

from central.cases.lifecycle import State
from central.db import transaction
from central.jobs.models import Job
from central.jobs.runner import Runner
from central.proceedings import withdrawal
from central.proceedings.withdrawal import Scope
from central.worker import late_handler
from tests.central.proceedings.office import Office, case_row


def test_what_was_settled_before_is_not_read_again(office: Office) -> None:
    """The more withdrawals there were, the more a look at each of them every minute would read."""
    with transaction(office.engine) as session:
        by = office.by(session, "truong-phong")
        for month in range(2, 30):
            ends = office.now - timedelta(days=30 * month)
            scope = Scope("nut-1", "cam-1", ends - timedelta(days=2), ends)
            withdrawal.withdraw(session, scope, "vạch sai", by, office.now)
    office.wait(1)
    office.confirmed()
    assert reads(office, office.now) == ["case_file", "withdrawal"]
    office.wait(1)
    assert reads(office, office.now) == ["case_file"]
    late = office.confirmed(occurred_at=office.now - timedelta(days=62, hours=1))
    before = office.now - timedelta(minutes=1)
    assert "withdrawn_case" in reads(office, before)
    with transaction(office.engine) as session:
        assert case_row(session, late).state == State.WITHDRAWN


def reads(office: Office, since: datetime) -> list[str]:
    """The tables read by one sweep that follows one at `since`, in order."""
    found: list[str] = []

    def keep(*told: Any) -> None:
        found.extend(re.findall(r"FROM (\w+)", told[2]))

    event.listen(office.engine, "before_cursor_execute", keep)
    with transaction(office.engine) as session:
        withdrawal.end_late(session, office.now, since)
    event.remove(office.engine, "before_cursor_execute", keep)
    return found


def test_the_worker_remembers_until_when_it_looked(office: Office) -> None:
    runner = Runner(office.engine, [late_handler(office.engine, lambda: office.now)], lambda: office.now)
    for _ in range(2):
        runner.run_due()
        with transaction(office.engine) as session:
            job = session.exec(select(Job).where(Job.kind == "proceedings.withdraw_late")).one()
            assert datetime.fromisoformat(job.payload["until"]) == office.now
        office.wait(1)
