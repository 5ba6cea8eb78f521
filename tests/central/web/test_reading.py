"""Pages that only read wait for nobody who writes: on SQLite one writer holds the whole database."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from central.accounts.permissions import Role
from tests.central.web.conftest import STRANGER, RunningCentre
from tests.central.web.test_hostile import permitted
from tests.central.web.walk import operations

WRITTEN_DOWN = (
    "/api/v1/audit",
    "/api/v1/cases/{case_id}",
    "/api/v1/cases/{case_id}/manifest",
    "/api/v1/cases/{case_id}/signature",
    "/api/v1/media/{sha256}",
    "/api/v1/proceedings/{case_id}",
    "/api/v1/proceedings/{case_id}/papers/{document_id}",
    "/audit",
    "/audit/readings",
    "/audit/readings/list.csv",
    "/audit/readings/report.pdf",
    "/cases/list.{kind}",
    "/cases/{case_id}",
    "/cases/{case_id}/files/{name}",
    "/cases/{case_id}/manifest.json",
    "/connections/{system}",
    "/connections/{system}/questions/{key}",
    "/connections/{system}/waiting.{kind}",
    "/data-requests",
    "/data-requests/{request_id}",
    "/data-requests/{request_id}/file",
    "/incidents/{incident_id}",
    "/incidents/{incident_id}/data.json",
    "/incidents/{incident_id}/{letter}.pdf",
    "/proceedings/{case_id}",
    "/proceedings/{case_id}/file",
    "/proceedings/{case_id}/papers/{document_id}",
    "/proceedings/{case_id}/steps/{action}",
    "/reports/{report_id}/pdf",
    "/reports/{report_id}/xlsx",
    "/searches",
    "/second-factor",
    "/watching/disputes/{case_id}",
)
"""Whoever looks at these, or at the personal data in them, is written into the audit log: they need their
turn to write."""


@pytest.fixture
def written_to(running: RunningCentre) -> Iterator[RunningCentre]:
    """The centre on SQLite while another process holds the only place to write."""
    engine = running.centre.state.engine
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no such place")
    for role in Role:
        running.client(role)
    with _impatient(engine), engine.connect() as writer:
        assert not writer.in_transaction()
        writer.exec_driver_sql("SELECT 1")  # begins, as every transaction of ours does, with the lock
        yield running


@contextmanager
def _impatient(engine: Engine) -> Iterator[None]:
    def quick(connection: object, _entry: object) -> None:
        connection.execute("PRAGMA busy_timeout=50")  # type: ignore[attr-defined]

    engine.dispose()
    event.listen(engine, "connect", quick)
    try:
        yield
    finally:
        event.remove(engine, "connect", quick)
        engine.dispose()


def test_what_only_reads_is_answered_while_somebody_writes(written_to: RunningCentre) -> None:
    walked = [o for o in operations(written_to.centre) if o.method == "GET" and o.path not in WRITTEN_DOWN]
    assert len(walked) > 30
    held_up = []
    for operation in walked:
        identity = next(role for role in Role if role in permitted(operation))
        answer = written_to.clients[identity].get(operation.request().url)
        if answer.status_code >= 500:
            held_up.append(operation.name)
    assert held_up == []


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_watcher_is_answered_while_somebody_writes(written_to: RunningCentre, path: str) -> None:
    assert written_to.clients[STRANGER].get(path).json() == {"status": "ok"}
