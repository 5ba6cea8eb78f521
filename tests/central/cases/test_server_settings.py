"""What a server sorts by, and the hours it keeps, change nothing that the centre finds or counts."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import Engine, text

from central import migrations
from central.audit import service as audit
from central.cases.queries import CaseFilter, list_cases
from central.db import make_engine, reading, transaction
from contract.types import format_utc
from tests.central import databases
from tests.central.people import add_case

pytestmark = pytest.mark.postgres

VIETNAMESE = (
    "LC_COLLATE 'vi_VN.UTF-8' LC_CTYPE 'vi_VN.UTF-8'",
    "LOCALE_PROVIDER icu ICU_LOCALE 'vi' LOCALE 'C.UTF-8'",
)
"""A database that sorts as Vietnamese do: by the system's own rules, by ICU's where it has none."""
PLATES = ("98A00001", "98A99999", "98B00001", "98MD100001", "97Z99999", "99A00001")


def migrated(url: str) -> Engine:
    engine = make_engine(url)
    migrations.upgrade(engine)
    return engine


@pytest.fixture(params=VIETNAMESE)
def vietnamese(request: pytest.FixtureRequest) -> Iterator[Engine]:
    databases.need_postgres()
    try:
        with databases.throwaway_postgres(f"TEMPLATE template0 ENCODING 'UTF8' {request.param}") as url:
            engine = migrated(url)
            yield engine
            engine.dispose()
    except psycopg.errors.WrongObjectType as problem:  # what the server says of a locale it has not
        pytest.skip(str(problem))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("98A", {"98A00001", "98A99999"}),
        ("98A0", {"98A00001"}),
        ("98MD1", {"98MD100001"}),
        ("98M", {"98MD100001"}),
        ("98A00001", {"98A00001"}),
        ("98", {plate for plate in PLATES if plate.startswith("98")}),
        ("98C", set()),
    ],
)
def test_the_beginning_of_a_plate_finds_the_same_on_a_vietnamese_database(
    vietnamese: Engine, now: datetime, typed: str, found: set[str]
) -> None:
    with transaction(vietnamese) as session:
        for number, plate in enumerate(PLATES, start=1):
            add_case(session, now, number, plate={"text": plate})
    with reading(vietnamese) as session:
        assert {case.plate for case in list_cases(session, CaseFilter(plate=typed))} == found
        assert session.scalar(text("SELECT pg_collation_for(plate) FROM case_file LIMIT 1")) == '"C"'


def test_a_server_in_another_zone_keeps_times_deadlines_and_the_audit_log(
    monkeypatch: pytest.MonkeyPatch, sqlite_engine: Engine
) -> None:
    """The hour that New York has twice, on 1 November 2026, is two hours here."""
    now = datetime(2026, 11, 2, tzinfo=UTC)
    moments = [datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6)]

    def kept(engine: Engine) -> list[tuple[object, ...]]:
        with transaction(engine) as session:
            for number, moment in enumerate(moments, start=1):
                add_case(session, now, number, occurred_at=format_utc(moment))
        with reading(engine) as session:
            assert audit.verify_chain(session).broken_at is None
            return [
                (case.occurred_at, case.notice_due_at, case.limitation_at, case.received_at)
                for case in list_cases(session, CaseFilter(), order="oldest")
            ]

    wanted = kept(sqlite_engine)
    databases.need_postgres()
    with databases.migrated_postgres() as url, psycopg.connect(url, autocommit=True) as server:
        server.execute(f"ALTER DATABASE \"{url.rsplit('/', 1)[1]}\" SET timezone = 'America/New_York'")
        monkeypatch.setenv("TZ", "America/New_York")
        time.tzset()
        try:
            engine = make_engine(url)
            with reading(engine) as session:
                assert session.scalar(text("SHOW timezone")) == "America/New_York"
            found = kept(engine)
            engine.dispose()
        finally:
            monkeypatch.undo()
            time.tzset()
    assert found == wanted
    assert [row[0] for row in found] == moments
    assert found[1][1] - found[0][1] <= timedelta(hours=1)  # type: ignore[operator]
