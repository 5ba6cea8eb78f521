"""A centre with its console, and an office whose people are signed in at it: a case can be worked by
forms."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import select

from central.accounts import passwords
from central.accounts.models import User
from central.app import Centre, create_app
from central.db import transaction
from central.documents.archive import FILE
from central.documents.filing import make_file
from central.jobs.models import Job
from central.keys import create_key
from central.proceedings import service as proceedings
from central.settings import CentralSettings
from contract.local_time import local_day
from tests.central import databases
from tests.central.copying import make_asked_copies
from tests.central.evidence import clip, picture
from tests.central.people import add_case
from tests.central.proceedings.office import Office

PASSWORD = "một mật khẩu đủ dài"


@dataclass
class Casework:
    """The centre, the office's people at their browsers, and the clock they share."""

    centre: Centre
    office: Office
    browsers: dict[str, TestClient] = field(default_factory=dict)

    def at(self, name: str) -> TestClient:
        """The browser of a person, signed in."""
        browser = self.browsers.setdefault(name, TestClient(self.centre, follow_redirects=False))
        if browser.get("/api/v1/session").status_code == 401:
            answer = browser.post("/api/v1/session", json={"username": name, "password": PASSWORD})
            assert answer.status_code == 204, answer.text
        return browser

    def version(self, case_id: int) -> int:
        """The version the page shows."""
        with transaction(self.office.engine) as session:
            found = proceedings.of_case(session, case_id)
            assert found is not None
            return found.version

    def send(self, name: str, case_id: int, action: str, **values: Any) -> Response:
        """A step's form, sent."""
        form = {"version": self.version(case_id), **values}
        return self.at(name).post(f"/proceedings/{case_id}/steps/{action}", data=form)

    def do(self, name: str, case_id: int, action: str, days: float = 0, **values: Any) -> str:
        """A step that is taken, after some days; the page after it."""
        self.office.wait(days)
        answer = self.send(name, case_id, action, **values)
        assert answer.status_code == 200, answer.text
        return answer.text

    def make_files(self) -> int:
        """What the worker does: every file that is asked for, and the owners' copies."""
        engine, archive = self.office.engine, self.centre.state.services.archive
        make_asked_copies(engine, archive.store, self.office.now)
        with transaction(engine) as session:
            asked = session.exec(select(Job).where(Job.kind == FILE)).all()
            for job in asked:
                session.delete(job)
        for job in asked:
            make_file(engine, archive, None, int(job.payload["document"]), self.office.now)
        return len(asked)

    def today(self, days: int = 0) -> str:
        """A day from today on, as forms send it."""
        return (local_day(self.office.now) + timedelta(days=days)).isoformat()


@pytest.fixture
def casework(tmp_path: Path, now: datetime) -> Iterator[Casework]:
    """The office of the proceedings' tests behind a console, on SQLite."""
    databases.migrated_sqlite(tmp_path / "central.db")
    yield from opened(CentralSettings(data_dir=tmp_path, secure_cookies=False, unit="BN"), now)


def with_key(folder: Path, now: datetime) -> Iterator[Casework]:
    """The same in a folder, with the centre's key."""
    databases.migrated_sqlite(folder / "central.db")
    settings = CentralSettings(data_dir=folder, secure_cookies=False, unit="BN")
    create_key(settings.centre_key_file)
    yield from opened(settings, now)


def give_work(office: Office, now: datetime) -> None:
    """Cases at each stage: something waits for everybody."""
    office.to_delivery(office.confirmed())
    office.to_notice(office.confirmed())
    office.confirmed()
    with transaction(office.engine) as session:
        add_case(session, now, 8)


def opened(settings: CentralSettings, now: datetime) -> Iterator[Casework]:
    """The same over any settings."""
    clock: list[Office] = []
    centre = create_app(settings, clock=lambda: clock[0].now if clock else now)
    services = centre.state.services
    office = Office(centre.state.engine, now, vault=services.vault, index=services.index).open()
    clock.append(office)
    hashed = passwords.hash_of(PASSWORD)
    with transaction(office.engine) as session:
        for user in session.exec(select(User)):
            user.password_hash = hashed
    for sequence in range(1, 6):
        services.archive.store.put(BytesIO(picture(sequence)))
        services.archive.store.put(BytesIO(clip(sequence)))
    yield Casework(centre, office)
    centre.state.engine.dispose()
