"""How long the next case and the leaders' page take with a million cases stored, at the database.

Run: `python -m bench.review [--database postgresql://postgres@127.0.0.1/postgres] [--cases N]`. Without a
database a SQLite file is used. The cases are of one year; three in a hundred still wait for somebody.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import track
from sqlalchemy import Engine
from sqlmodel import Session

from bench.ingest import database
from central.accounts.models import User
from central.accounts.permissions import Role
from central.accounts.service import create_user
from central.cases.models import Case
from central.cases.statistics import overview
from central.db import insert_new, transaction
from central.review.decisions import Sight, reject
from central.review.queue import claim_next, counts, upcoming

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
PEOPLE = (("lan", Role.OPERATOR), ("binh", Role.OFFICER), ("hoa", Role.OPERATOR))
YEAR = timedelta(days=365)
BATCH = 10_000


def case(number: int, of: int, people: tuple[User, User]) -> dict[str, object]:
    """The values of one case as ingest and people would have left it, oldest first."""
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


def fill(engine: Engine, cases: int) -> User:
    """Stores the cases; returns an operator who has decided none of them."""
    with transaction(engine) as session:
        lan, binh, operator = (
            create_user(session, name, name.title(), role, NOW, "bench").user for name, role in PEOPLE
        )
    for first in track(range(1, cases + 1, BATCH), "storing cases", console=Console(stderr=True)):
        numbers = range(first, min(first + BATCH, cases + 1))
        with transaction(engine) as session:
            insert_new(session, Case, [case(number, cases, (lan, binh)) for number in numbers])
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    return operator


def decide_and_claim(session: Session, user: User) -> None:
    """What a key costs at the database: decision, next case, what is fetched in advance, the counts."""
    held = claim_next(session, user, "main", NOW)
    assert held is not None
    reject(session, user, _sight(held), NOW, "no_violation")
    assert claim_next(session, user, "main", NOW) is not None
    upcoming(session, "main")
    counts(session)


def _sight(case: Case) -> Sight:
    assert case.id is not None
    return Sight(case.id, case.version)


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
    with tempfile.TemporaryDirectory() as name, database(args.database, Path(name)) as engine:
        operator = fill(engine, args.cases)
        decided = timed(engine, lambda session: decide_and_claim(session, operator), rounds=50)
        looked = timed(engine, lambda session: overview(session, NOW, NOW - timedelta(days=30)), rounds=10)
        sys.stdout.write(f"{engine.dialect.name}, {args.cases} cases stored:\n")
    for what, spent in (("decision and next case", decided), ("leaders' page", looked)):
        sys.stdout.write(f"{what}: median {median(spent):.1f} ms, worst {max(spent):.1f} ms\n")


if __name__ == "__main__":
    main()
