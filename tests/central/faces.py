"""The whole application with people and a case, for tests over HTTP."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from central.accounts import service as accounts
from central.accounts.permissions import Role
from central.app import create_app
from central.db import transaction
from central.settings import CentralSettings
from tests.central import databases
from tests.central.people import add_case

OWN = "Một câu dễ nhớ, năm 2026"
SignedIn = Callable[[Role], TestClient]


@pytest.fixture
def signed_in(tmp_path: Path, now: datetime) -> Iterator[SignedIn]:
    """Gives a client that is signed in with a role; the centre holds two cases."""
    databases.migrated_sqlite(tmp_path / "central.db")
    app = create_app(CentralSettings(data_dir=tmp_path, secure_cookies=False, unit="BN"), clock=lambda: now)
    with transaction(app.state.engine) as session:
        for sequence in (1, 2):
            add_case(session, now, sequence)

    def client(role: Role) -> TestClient:
        with transaction(app.state.engine) as session:
            made = accounts.create_user(session, role.value, role.value.title(), role, now, "test")
        browser = TestClient(app, follow_redirects=False)
        browser.post("/sign-in", data={"username": role.value, "password": made.password})
        browser.post("/password", data={"old": made.password, "new": OWN, "again": OWN})
        return browser

    yield client
    app.state.engine.dispose()
