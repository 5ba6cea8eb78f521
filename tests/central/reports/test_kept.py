"""Counts of days that are kept: always what the rows say, whatever happens to old rows (PostgreSQL)."""

import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnClause, Connection, Engine, Join, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import visitors
from sqlmodel import Session, select

from bench.review import NOW, fill
from central.db import make_engine, transaction
from central.reports import kept, service
from central.reports.counting import Counting, Periods
from central.reports.models import ReportDay
from central.reports.periods import CutOffs, Kind, joined, year_to_date
from central.reports.totals import count
from central.reports.values import Figure
from central.reports.work import take_due
from contract.local_time import local_day
from tests.central import databases

pytestmark = pytest.mark.postgres

OLD = date(2026, 6, 1)
"""A day that is kept."""
CASES = 240


def periods() -> Periods:
    cut_offs = CutOffs(3, 14)
    month = cut_offs.latest(Kind.MONTHLY, local_day(NOW))
    before, last_year = cut_offs.before(Kind.MONTHLY, month), cut_offs.year_before(Kind.MONTHLY, month)
    return month, before, last_year, year_to_date(month)


def keep(engine: Engine) -> int:
    with transaction(engine) as session:
        return kept.keep(session, service.counted_for(session), NOW)


def keep_all(engine: Engine) -> None:
    """As often as it takes: days are entered, then watched, then counted; whoever else has a transaction open
    on the server holds that up."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        keep(engine)
        with transaction(engine) as session:
            if not kept.to_count(session):
                return
    raise TimeoutError("days are left to be counted")


@pytest.fixture(scope="module")
def province() -> Iterator[str]:
    """A database with a year of cases and their proceedings, whose days are kept."""
    databases.need_postgres()
    with databases.migrated_postgres() as url:
        engine = make_engine(url)
        fill(engine, CASES)
        keep_all(engine)
        engine.dispose()
        yield str(make_url(url).database)


@pytest.fixture
def engine(province: str) -> Iterator[Engine]:
    with databases.throwaway_postgres(f'TEMPLATE "{province}"') as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


def both(engine: Engine) -> tuple[list[Figure], list[Figure], int]:
    """What the kept days and the rows say, what the rows alone say, and how many days were kept."""
    with transaction(engine) as session:
        countings = service.counted_for(session)
        known = kept.known(session, countings, joined(periods()))
        told = count(session, countings, periods(), known)
        return told, count(session, countings, periods()), len(known.days)


COLUMNS = {
    "case_file": [
        "received_at", "operator_at", "officer_at", "occurred_at", "state", "rule", "vehicle_kind_seen",
        "vehicle_kind", "site_name", "camera", "node_decision", "plate_read", "reason", "operator_id",
    ],
    "case_event": ["at", "action"],
    "proceeding_step": ["day", "action", "detail", "moved", "decision_id", "proceeding_id"],
    "deadline": ["start", "met_on", "last_day", "code", "ended_reason"],
    "decision": ["signed_on", "ended_on", "organisation", "fine", "points"],
    "decision_act": ["decision_id"],
    "decision_payment": ["paid_on", "amount", "fee", "source", "decision_id"],
    "document": ["signed_at", "kind"],
    "offence": ["rule", "vehicle_class", "law_code", "occurred_at", "site_name"],
    "party": ["area"],
    "case_party": ["party_id", "case_id", "role", "ended_at"],
    "proceeding": ["captured_on"],
}  # fmt: skip
"""What may change of a row."""
ITS_OWN = {"id", "event_id", "key", "reference", "number", "sequence"}
"""Columns in which a copy of a row differs."""

CHANGES = st.one_of(
    st.tuples(
        st.just("change"),
        st.sampled_from([(table, column) for table, columns in COLUMNS.items() for column in columns]),
        st.integers(0, CASES),
        st.integers(0, CASES),
        st.integers(-120, 120),
    ),
    st.tuples(st.just("copy"), st.sampled_from(sorted(COLUMNS)), st.integers(0, CASES)),
    st.tuples(st.just("remove"), st.sampled_from(sorted(COLUMNS)), st.integers(0, CASES)),
    st.just(("keep",)),
)


def change(engine: Engine, what: tuple[Any, ...]) -> None:
    """Makes one change where the rules of the tables allow it."""
    if what[0] == "keep":
        keep(engine)
        return
    try:
        with engine.begin() as connection:
            connection.execute(text(statement(connection, what)))
    except DBAPIError:
        pass


def statement(connection: Connection, what: tuple[Any, ...]) -> str:
    if what[0] == "change":
        _, (table, column), row, other, days = what
        kinds = "SELECT data_type FROM information_schema.columns WHERE table_name = :t AND column_name = :c"
        kind = str(connection.execute(text(kinds), {"t": table, "c": column}).scalar())
        moved = {"date": f"+ {days}", "timestamp with time zone": f"+ interval '{days * 7} hours'"}
        value = f"(SELECT {column} FROM {table} {nth(other)}) {moved.get(kind, '')}"
        return f"UPDATE {table} SET {column} = {value} WHERE id = (SELECT id FROM {table} {nth(row)})"
    _, table, row = what
    if what[0] == "remove":
        return f"DELETE FROM {table} WHERE id = (SELECT id FROM {table} {nth(row)})"
    names = "SELECT column_name FROM information_schema.columns WHERE table_name = :t AND column_name <> 'id'"
    columns = list(connection.execute(text(names), {"t": table}).scalars())
    values = [copied(name) for name in columns]
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} {nth(row)}"


def copied(name: str) -> str:
    if name == "sequence":
        return "sequence + 1000000"
    return f"gen_random_uuid()::text AS {name}" if name in ITS_OWN else name


def nth(row: int) -> str:
    return f"ORDER BY id LIMIT 1 OFFSET {row}"


@settings(max_examples=12, deadline=None)
@given(changes=st.lists(st.lists(CHANGES, min_size=10, max_size=40), min_size=1, max_size=3))
def test_kept_days_and_the_rows_say_the_same_whatever_changes(
    province: str, changes: list[list[tuple[Any, ...]]]
) -> None:
    with databases.throwaway_postgres(f'TEMPLATE "{province}"') as url:
        engine = make_engine(url)
        try:
            for some in changes:
                for each in some:
                    change(engine, each)
                told, of_rows, days = both(engine)
                assert told == of_rows
                assert days > 0
        finally:
            engine.dispose()


def test_the_changes_reach_what_is_counted(engine: Engine) -> None:
    """The comparison above compares something: most kept days have lines, and a change is seen."""
    before, _, days = both(engine)
    assert days > 300
    assert sum(1 for figure in before if figure.year) > 60
    with engine.begin() as connection:
        connection.execute(text("UPDATE decision SET ended_on = signed_on WHERE signed_on < '2026-07-01'"))
    told, of_rows, left = both(engine)
    assert told == of_rows != before
    assert left < days
    keep_all(engine)
    assert both(engine)[2] == days


def change_every_second_day(engine: Engine) -> int:
    """Changes rows of every second day; how many kept days are to be counted again."""
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE proceeding_step SET action = 'publish' WHERE extract(doy FROM day)::int % 2 = 0")
        )
        again = "SELECT count(DISTINCT day) FROM report_day JOIN report_changed_day USING (day)"
        return int(connection.execute(text(again)).scalar_one())


def test_scattered_days_are_read_from_their_rows_and_the_others_are_not(engine: Engine) -> None:
    """Far more ranges than one query reads: the days between changed ones count once."""
    before, _, days = both(engine)
    changed = change_every_second_day(engine)
    told, of_rows, left = both(engine)
    assert changed > 100
    assert told == of_rows != before
    assert days - left > 50
    keep_all(engine)
    told, of_rows, left = both(engine)
    assert told == of_rows
    assert left == days


def test_changed_days_are_all_counted_before_a_report_is_drawn_up(engine: Engine) -> None:
    changed = change_every_second_day(engine)
    turns = 0
    with transaction(engine) as session:
        while take_due(session, "BN", CutOffs(3, 14), NOW):
            turns += 1
            assert service.list_reports(session, None, 9) == []
        assert len(service.list_reports(session, None, 9)) == 2
        assert not kept.to_count(session)
    assert turns == changed // kept.MOST_DAYS


@pytest.mark.parametrize("table", sorted(kept.WATCHED))
def test_a_trigger_looks_at_every_column_that_is_counted_by(engine: Engine, table: str) -> None:
    with transaction(engine) as session:
        looked_at = set(session.execute(text(LOOKED_AT), {"t": table}).scalars())
        used = {name for each in kept.watched(service.counted_for(session)) for name in read_of(each, table)}
    assert used - {"id"} <= looked_at
    assert used


LOOKED_AT = """
SELECT event_object_column FROM information_schema.triggered_update_columns WHERE event_object_table = :t
"""


def read_of(counting: Counting, table: str) -> set[str]:
    """The columns of a table that a count reads."""
    by = [column for _, column in counting.by]
    amount = [counting.amount] if counting.amount is not None else []
    asked = [counting.when, *by, *amount, *counting.where, *conditions(counting.table)]
    parts = [part for each in asked for part in visitors.iterate(each) if isinstance(part, ColumnClause)]
    bases = [base for part in parts for base in part.base_columns]
    return {str(base.name) for base in bases if getattr(base.table, "element", base.table).name == table}


def conditions(table: Any) -> list[Any]:
    """What joins a table's parts."""
    if not isinstance(table, Join):
        return []
    return [table.onclause, *conditions(table.left), *conditions(table.right)]


def test_a_day_is_counted_only_when_nobody_is_left_who_could_have_missed_that_it_is_watched(
    engine: Engine,
) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM report_changed_day"))
        connection.execute(text("DELETE FROM report_day"))
    with Session(engine) as early:
        early.execute(text("UPDATE proceeding_step SET action = 'publish' WHERE day = :day"), {"day": OLD})
        for _ in range(4):
            keep(engine)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(lines) FROM report_day")).scalar() == 0
        early.commit()
    keep_all(engine)
    told, of_rows, days = both(engine)
    assert told == of_rows
    assert days > 300


def test_who_changes_a_day_while_it_is_counted_is_not_overlooked(engine: Engine) -> None:
    with Session(engine) as writer:
        writer.execute(text("UPDATE proceeding_step SET action = 'publish' WHERE day = :day"), {"day": OLD})
        with engine.begin() as connection:
            connection.execute(text("UPDATE report_day SET definition = '' WHERE day = :day"), {"day": OLD})
        assert keep(engine) in (0, 1)
        writer.commit()
    with engine.connect() as connection:
        assert OLD in connection.execute(text("SELECT day FROM report_changed_day")).scalars().all()
    told, of_rows, _ = both(engine)
    assert told == of_rows


def test_days_of_years_that_no_report_tells_of_go(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(ReportDay(day=date(2019, 5, 1)))
    keep(engine)
    with engine.connect() as connection:
        first, last = connection.execute(text("SELECT min(day), max(day) FROM report_day")).one()
    assert first == date(2025, 1, 1)
    assert last == local_day(NOW) - kept.SETTLED


def test_a_database_that_was_restored_elsewhere_keeps_days_too(engine: Engine) -> None:
    far = 2**40
    with engine.begin() as connection:
        connection.execute(text("UPDATE report_day SET definition = '', watched_from = :far"), {"far": far})
    keep_all(engine)
    assert both(engine)[2] > 300


def test_sqlite_keeps_nothing_and_needs_nothing(sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        assert kept.keep(session, service.counted_for(session), NOW + timedelta(days=1)) == 0
        assert session.exec(select(ReportDay)).first() is None
