"""A centre with evidence and people of every role, on SQLite and on PostgreSQL."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from central.accounts import passwords
from central.accounts import service as accounts
from central.accounts.permissions import Role
from central.app import Centre, create_app
from central.db import transaction
from central.fleet.enrolment import enrol
from central.ingest.handler import handle
from central.ingest.process import ingest_tools
from central.keys import create_key
from central.settings import CentralSettings
from tests.central import databases
from tests.central.evidence import chain, enrolment

PASSWORD = "một mật khẩu đủ dài"
STRANGER, ONE_TIME = "stranger", "one-time"
IDENTITIES = (STRANGER, ONE_TIME, *Role)


@dataclass
class RunningCentre:
    """The running centre and a browser for each identity."""

    centre: Centre
    clients: dict[str, TestClient] = field(default_factory=dict)

    def client(self, identity: str) -> TestClient:
        """The browser of a role (named like it), of a stranger, or of one with a one-time password."""
        browser = self.clients[identity]
        if identity != STRANGER and browser.get("/api/v1/session").status_code == 401:
            self._sign_in(browser, identity)
        return browser

    def _sign_in(self, browser: TestClient, identity: str) -> None:
        body = {"username": identity, "password": PASSWORD}
        assert browser.post("/api/v1/session", json=body).status_code == 204


def running_centre(folder: Path, database: str | None, now: datetime) -> Iterator[RunningCentre]:
    """Two cases with their files, one node, a person of each role, in a migrated `database` or a SQLite
    file."""
    settings = CentralSettings(data_dir=folder, database=database, secure_cookies=False, unit="BN")
    if database is None:
        databases.migrated_sqlite(folder / "central.db")
    centre = create_app(settings, clock=lambda: now)
    create_key(settings.centre_key_file)
    with transaction(centre.state.engine) as session:
        for name in IDENTITIES[1:]:
            role = Role(name) if name in set(Role) else Role.OPERATOR
            made = accounts.create_user(session, name, name.title(), role, now, "test")
            made.user.password_hash = passwords.hash_of(PASSWORD)
            made.user.must_change_password = name == ONE_TIME
        accounts.create_user(session, "second.admin", "Second", Role.ADMIN, now, "test")
        enrol(session, enrolment(), now, "test")
    messages = [message for sent in chain(2) for message in sent.messages()]
    with transaction(centre.state.engine) as session:
        handle(session, messages, ingest_tools(settings), now)
    centre.state.rates.clock = itertools.count(step=3600).__next__  # a walk asks more than any person
    running = RunningCentre(centre)
    with TestClient(centre, raise_server_exceptions=False, follow_redirects=False) as first:
        running.clients[STRANGER] = first
        for identity in IDENTITIES[1:]:
            browser = TestClient(centre, raise_server_exceptions=False, follow_redirects=False)
            browser.portal = first.portal  # one event loop for all: a thread for each request would be slow
            running.clients[identity] = browser
        yield running
    centre.state.engine.dispose()


NOW = datetime.fromisoformat("2026-11-24T08:00:00+00:00")


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCentre]:
    """The centre on SQLite, for what no database decides."""
    yield from running_centre(tmp_path_factory.mktemp("running"), None, NOW)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningCentre]:
    """The centre on each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("embedded")
        return
    databases.need_postgres()
    with databases.migrated_postgres() as url:
        yield from running_centre(tmp_path_factory.mktemp("running"), url, NOW)
