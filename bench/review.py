"""How long the next case, the leaders' pages, lists, the page of deadlines and a weekly report take with a
million cases stored, at the database.

Run: `python -m bench.review [--database postgresql://postgres@127.0.0.1/postgres] [--cases N]`. Without a
database a SQLite file is used. The cases are of one year; three in a hundred still wait for somebody. On
PostgreSQL each recorded one has its proceedings (`bench.province`); on SQLite two deadlines, one of
twenty not met.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import track
from sqlalchemy import Engine, insert
from sqlmodel import Session

from bench import province
from bench.ingest import database, engine_of
from bench.loading import copy, without_indexes
from central.accounts.models import User
from central.accounts.permissions import Role
from central.accounts.service import create_user
from central.cases.dashboard import dashboard
from central.cases.lifecycle import OPEN
from central.cases.models import Case
from central.cases.queries import CaseFilter, Order, count_cases, list_cases, sites_with_cases
from central.cases.statistics import overview
from central.cases.waiting import upcoming
from central.db import insert_new, transaction
from central.deadlines import service as deadlines
from central.deadlines.models import DeadlineRow
from central.proceedings import counter, waiting
from central.proceedings.tracks import Actor
from central.reports import kept
from central.reports.periods import CutOffs, Kind
from central.reports.service import counted_for, drawn
from central.review.decisions import Sight, reject
from central.review.queue import claim_next, counts
from configs.law_tables import shipped
from contract.local_time import local_day

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
PEOPLE = (("lan", Role.OPERATOR), ("binh", Role.OFFICER), ("hoa", Role.OPERATOR))
YEAR = timedelta(days=365)
BATCH = 10_000


def case(number: int, of: int, people: tuple[User, User]) -> dict[str, object]:
    """The values of one case as ingest and operators would have left it, oldest first."""
    at = NOW - YEAR * (1 - number / of)
    waits, refused = number > of - of * 3 // 100, number % 3 == 0
    operator, officer = people
    return {
        "event_id": f"event-{number}",
        "state": "received" if waits else "rejected" if refused else "recorded",
        "version": 1,
        "queue": "attention" if number % 5 == 0 else "main",
        "flags": [],
        "node": f"node-{number % 40}",
        "camera": f"cam-{number % 160}",
        "site": f"site-{number % 40}",
        "site_name": f"Ngã tư số {number % 40}",
        "rule": "solid_line" if number % 4 == 0 else "red_light",
        "node_decision": "violation",
        "occurred_at": at,
        "received_at": at,
        "clock_uncertainty_ms": 20,
        "vehicle_kind_seen": "motorbike",
        "vehicle_kind": "motorbike",
        "plate_read": f"29H1{number}",
        "plate": f"29H1{number}",
        "plate_confidence": 0.97,
        "notice_due_at": at + timedelta(days=10),
        "limitation_at": at + YEAR,
        "operator_id": None if waits else operator.id,
        "operator_at": None if waits else at,
        "officer_id": None if waits or refused else officer.id,
        "officer_at": None if waits or refused else at,
        "reason": "no_violation" if refused and not waits else None,
        "owner_match": None if waits else True,
    }


def deadlines_of(number: int, of: int) -> list[dict[str, object]]:
    """The deadline rows of a recorded case (the number of its row is its own)."""
    at = NOW - YEAR * (1 - number / of)
    if number > of - of * 3 // 100 or number % 3 == 0:
        return []
    found: list[dict[str, object]] = []
    for code, days in (("notice", 10), ("limitation", 365)):
        due = at + timedelta(days=days)
        met = None if number % 20 == 1 else local_day(at + timedelta(days=5))
        found.append(
            {
                "case_id": number, "decision_id": None, "code": code, "whose": "authority",
                "start": local_day(at), "last_day": local_day(due), "due_at": due, "met_on": met,
                "legal_basis": "x", "set_at": at, "ended_at": None, "ended_reason": "",
            }
        )  # fmt: skip
    return found


def fill(engine: Engine, cases: int) -> User:
    """Stores the cases; returns an operator without decisions."""
    with transaction(engine) as session:
        lan, binh, operator = (
            create_user(session, name, name.title(), role, NOW, "bench").user for name, role in PEOPLE
        )
    with without_indexes(engine, Case) if _is_postgresql(engine) else nullcontext():
        for first in track(range(1, cases + 1, BATCH), "storing cases", console=Console(stderr=True)):
            rows = range(first, min(first + BATCH, cases + 1))
            _store(engine, [case(number, cases, (lan, binh)) for number in rows], rows, cases)
    if _is_postgresql(engine):
        province.fill(engine, local_day(NOW).isoformat())
    with engine.connect() as connection:
        tidy = "VACUUM ANALYZE" if _is_postgresql(engine) else "ANALYZE"
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(tidy)
    return operator


def keep_days(engine: Engine) -> None:
    """Counts past days for weeks, as the worker has done long before a report is due."""
    left = True
    while left:
        with transaction(engine) as session:
            kept.keep(session, counted_for(session), NOW)
            left = kept.to_count(session)


def _store(engine: Engine, rows: list[dict[str, object]], numbers: range, cases: int) -> None:
    if _is_postgresql(engine):
        copy(engine, Case, rows)
        return
    with transaction(engine) as session:
        insert_new(session, Case, rows)
        session.execute(insert(DeadlineRow), [row for n in numbers for row in deadlines_of(n, cases)])


def _is_postgresql(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


def decide_and_claim(session: Session, user: User) -> None:
    """Database cost of one key press: decision, next case, prefetched data, the counts."""
    held = claim_next(session, user, "main", NOW)
    assert held is not None
    reject(session, user, _sight(held), NOW, "no_violation")
    assert claim_next(session, user, "main", NOW) is not None
    upcoming(session, "main")
    counts(session)


def _sight(case: Case) -> Sight:
    assert case.id is not None
    return Sight(case.id, case.version)


def draw_report(session: Session) -> None:
    """All figures of the last week."""
    cut_offs = CutOffs(3, 14)
    week = cut_offs.latest(Kind.WEEKLY, local_day(NOW))
    drawn(session, "BN", cut_offs, Kind.WEEKLY, week, NOW)


def page_of(wanted: CaseFilter, order: Order = "newest") -> Callable[[Session], object]:
    """Queries of the list of cases: a page, the number, the places to choose from."""

    def read(session: Session) -> None:
        list_cases(session, wanted, None, 51, order)
        count_cases(session, wanted, 10_000)
        sites_with_cases(session)

    return read


LISTS = {
    "list, all": page_of(CaseFilter()),
    "list, a camera": page_of(CaseFilter(camera=("node-0", "cam-0"))),
    "list, a person": page_of(CaseFilter(person=2)),
    "list, a site and a rule": page_of(CaseFilter(site="site-7", rule="red_light")),
    "list, a week half a year ago": page_of(
        CaseFilter(first=NOW - timedelta(days=180), until=NOW - timedelta(days=173))
    ),
    "list, open by deadline": page_of(CaseFilter(states=OPEN), "due"),
}


def deadline_page(session: Session) -> None:
    """Queries of the deadlines page: the counts, and the first page of near or missed ones."""
    calendar = shipped().calendar
    deadlines.counts(session, calendar, NOW)
    deadlines.to_do(session, calendar, NOW)


def treasury_page(session: Session) -> None:
    """A page of decisions with outstanding payments."""
    counter.open_decisions(session, NOW, limit=51)


def desk_page(session: Session) -> None:
    """The case officer's desk: pending items, and the first page of one step."""
    waiting.counts(session, Actor.CASE_OFFICER, local_day(NOW))
    waiting.at_desk(session, Actor.CASE_OFFICER, NOW, None, 0, 51)


def timed(engine: Engine, work: Callable[[Session], object], rounds: int) -> list[float]:
    """Milliseconds of each round, a transaction each; the first, in which caches fill, is left out."""
    spent = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        with transaction(engine) as session:
            work(session)
        spent.append((time.perf_counter() - began) * 1000)
    return spent[1:]


def main() -> None:
    """Prints median and worst of both."""
    ask = argparse.ArgumentParser(prog="python -m bench.review", description=__doc__)
    ask.add_argument("--database", help="URL of a PostgreSQL database to connect to first")
    ask.add_argument("--cases", type=int, default=1_000_000)
    args = ask.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        database(args.database, Path(name)) as url,
        engine_of(url) as engine,
    ):
        operator = fill(engine, args.cases)
        decided = timed(engine, lambda session: decide_and_claim(session, operator), rounds=50)
        listed = {name: timed(engine, work, rounds=5) for name, work in LISTS.items()}
        dashed = timed(engine, lambda session: dashboard(session, NOW), rounds=10)
        due = timed(engine, deadline_page, rounds=10)
        paid = timed(engine, treasury_page, rounds=10)
        desked = timed(engine, desk_page, rounds=10)
        unkept = timed(engine, draw_report, rounds=1)
        keep_days(engine)
        reported = timed(engine, draw_report, rounds=3)
        looked = timed(engine, lambda session: overview(session, NOW, NOW - timedelta(days=30)), rounds=10)
        sys.stdout.write(f"{engine.dialect.name}, {args.cases} cases stored:\n")
    pages = (
        ("overview", looked),
        ("leaders' dashboard", dashed),
        ("deadlines", due),
        ("treasury", paid),
        ("a desk", desked),
        ("weekly report, no day kept", unkept),
        ("weekly report", reported),
    )
    for what, spent in (("decision and next case", decided), *pages, *listed.items()):
        sys.stdout.write(f"{what}: median {median(spent):.1f} ms, worst {max(spent):.1f} ms\n")


if __name__ == "__main__":
    main()
