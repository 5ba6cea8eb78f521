"""A database that is frozen, gone or locked: every face says so in time, and goes on afterwards by itself."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from central import migrations, postgres
from central.accounts import sessions
from central.accounts.permissions import Role
from central.app import Centre, create_app
from central.db import make_engine, transaction
from central.portal.app import create_portal
from central.settings import CentralSettings
from central.web import health
from tests.central import databases
from tests.central.people import add_user
from tests.faults import Cluster, freeze, thaw

WORDS = {"vi": "Cơ sở dữ liệu đang không trả lời", "en": "The database does not answer at the moment"}
ROOM = 20.0
"""Seconds for the slowest machine, beside the limits themselves."""


def browser_of(app: object, *, cookie: str = "") -> TestClient:
    cookies = {"ngatu": cookie} if cookie else {}
    return TestClient(app, base_url="http://localhost", cookies=cookies, follow_redirects=False)  # type: ignore[arg-type]


def cookie_of(username: str, centre: Centre, now: datetime) -> str:
    """The cookie of an officer who signed in then."""
    with transaction(centre.state.engine) as session:
        add_user(session, username, Role.OFFICER, now)
    return sessions.sign_in_vouched(centre.state.engine, username, now)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if Cluster.binaries() is None:
        pytest.skip("no PostgreSQL server to start")
    server = Cluster()
    engine = make_engine(server.url(server.port))
    migrations.upgrade(engine)
    engine.dispose()
    yield server
    server.remove()


Act = Callable[[Cluster], object]


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("away", "back"),
    [
        (lambda cluster: freeze(cluster.processes()), lambda cluster: thaw(cluster.processes())),
        (Cluster.kill, Cluster.start),
    ],
    ids=["frozen", "gone"],
)
def test_a_server_that_is_away_is_told_in_time_and_taken_back(
    cluster: Cluster,
    away: Act,
    back: Act,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setattr(postgres, "SILENCE", 0.3)
    monkeypatch.setattr(postgres, "LEFT_ALONE", ROOM)
    monkeypatch.setattr(health, "READY_SECONDS", 1.0)
    settings = CentralSettings(
        data_dir=tmp_path, database=cluster.url(cluster.port), secure_cookies=False, unit="BN"
    )
    centre, portal = create_app(settings), create_portal(settings)
    cookie = cookie_of(f"officer-{request.node.callspec.id}", centre, datetime.now(UTC))
    with browser_of(centre, cookie=cookie) as browser, browser_of(portal) as owner:
        assert browser.get("/cases").status_code == 200
        away(cluster)
        try:
            began = time.monotonic()
            _all_faces_say_so(browser, owner)
            assert time.monotonic() - began < ROOM
        finally:
            back(cluster)
        monkeypatch.setattr(postgres, "LEFT_ALONE", 0.0)
        assert browser.get("/cases").status_code == 200
        assert browser.get("/readyz").json() == {"status": "ok"}


@pytest.mark.postgres
def test_a_server_that_became_a_standby_serves_who_reads(cluster: Cluster, tmp_path: Path) -> None:
    settings = CentralSettings(
        data_dir=tmp_path, database=cluster.url(cluster.port), secure_cookies=False, unit="BN"
    )
    centre = create_app(settings)
    cookie = cookie_of("officer-standby", centre, datetime.now(UTC))
    wrong = {"username": "officer-standby", "password": "a wrong one"}
    with browser_of(centre, cookie=cookie) as browser:
        cluster.demote()
        try:
            for _ in ("a new connection", "one that was read with"):
                assert browser.get("/cases").status_code == 200
                told = browser.post("/confirm/next", headers={"Accept-Language": "vi"})
                assert (told.status_code, WORDS["vi"] in told.text) == (503, True)
                assert browser.post("/api/v1/session", json=wrong).json()["code"] == "database_away"
                ready = browser.get("/readyz")
                assert (ready.status_code, ready.json()) == (503, {"status": "database is read-only"})
        finally:
            cluster.promote()
        assert browser.get("/readyz").json() == {"status": "ok"}
        assert browser.post("/confirm/next").status_code == 200


def _all_faces_say_so(browser: TestClient, owner: TestClient) -> None:
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").status_code == 503
    with ThreadPoolExecutor(50) as clicks:
        pages = list(clicks.map(lambda n: browser.get("/cases" if n % 2 else "/api/v1/cases"), range(50)))
    assert {page.status_code for page in pages} == {503}
    problem = browser.get("/api/v1/cases", headers={"Accept-Language": "en"})
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert (problem.json()["code"], problem.json()["title"]) == ("database_away", WORDS["en"])
    for language, words in WORDS.items():
        for face, ask in ((browser, browser.get), (owner, _open_notice(owner))):
            face.cookies.set("lang", language)
            told = ask("/cases")
            assert (told.status_code, words in told.text) == (503, True), (face, language)
            assert int(told.headers["Retry-After"]) > 0
            assert WORDS["en" if language == "vi" else "vi"] not in told.text


def _open_notice(owner: TestClient) -> Callable[[str], httpx.Response]:
    return lambda _: owner.post(
        "/open", data={"number": "1/TB", "code": "ABCDEFGHJKMN", "plate": "30A-123.45"}
    )


def test_a_locked_database_refuses_who_writes_and_answers_who_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("central.app.LOCK_SECONDS", 1.0)
    databases.migrated_sqlite(tmp_path / "central.db")
    moment = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    later = moment + sessions._SEEN_STEP
    centre = create_app(
        CentralSettings(data_dir=tmp_path, secure_cookies=False, unit="BN"), clock=lambda: later
    )
    cookie = cookie_of("officer", centre, moment)
    form = {"username": "officer", "password": "wrong"}
    with (
        browser_of(centre) as stranger,
        browser_of(centre, cookie=cookie) as officer,
        closing(sqlite3.connect(tmp_path / "central.db", isolation_level=None)) as writer,
    ):
        writer.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(21) as people:
            storm = [people.submit(stranger.post, "/sign-in", data=form) for _ in range(20)]
            assert stranger.get("/readyz").json() == {"status": "ok"}
            assert officer.get("/cases").status_code == 200
        assert {answer.result().status_code for answer in storm} <= {503, 429}
        assert all(
            WORDS["vi"] in answer.result().text for answer in storm if answer.result().status_code == 503
        )
        writer.execute("COMMIT")
        assert stranger.post("/sign-in", data=form).status_code == 401
    centre.state.engine.dispose()
