"""Work as rows: one at a time, never lost, asked for in the caller's transaction."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from central.db import transaction
from central.errors import NotFoundError
from central.jobs import queue
from central.jobs.models import Job
from central.jobs.queue import Claimed
from tests.central.work import waiting

LEASE = timedelta(minutes=2)


def ask(engine: Engine, *keys: str, at: datetime, kind: str = "k") -> None:
    with transaction(engine) as session:
        for key in keys:
            queue.enqueue(session, kind, key, {"id": key}, at)


def claim(engine: Engine, now: datetime, owner: str = "w", kind: str = "k") -> Claimed | None:
    with transaction(engine) as session:
        return queue.claim(session, kind, LEASE, owner, now)


def taken(engine: Engine, now: datetime, owner: str = "w") -> Claimed:
    claimed = claim(engine, now, owner)
    assert claimed is not None
    return claimed


def keys(claims: Sequence[Claimed | None]) -> list[str | None]:
    return [claimed.key if claimed else None for claimed in claims]


def test_the_oldest_first_each_once_and_nothing_early(engine: Engine, now: datetime) -> None:
    ask(engine, "late", at=now)
    ask(engine, "early", at=now - timedelta(minutes=1))
    ask(engine, "not yet", at=now + timedelta(seconds=1))
    assert keys([claim(engine, now) for _ in range(3)]) == ["early", "late", None]


def test_a_lease_is_renewed_by_who_holds_it_only(engine: Engine, now: datetime) -> None:
    ask(engine, "1", at=now)
    first, later = taken(engine, now, "first"), now + LEASE + timedelta(seconds=1)
    with transaction(engine) as session:
        queue.renew(session, first, later + LEASE)
    assert claim(engine, later, "second") is None
    second = taken(engine, later + LEASE, "second")
    with transaction(engine) as session:
        queue.renew(session, first, later + 9 * LEASE)
        assert session.get_one(Job, second.id).lease_until == later + 2 * LEASE


def test_what_the_caller_does_not_commit_was_never_asked_for(engine: Engine, now: datetime) -> None:
    class NevermindError(Exception):
        pass

    def ask_and_fail(session: Session) -> None:
        queue.enqueue(session, "k", "1", {}, now)
        raise NevermindError

    with pytest.raises(NevermindError), transaction(engine) as session:
        ask_and_fail(session)
    assert claim(engine, now) is None


def test_one_row_for_a_key_with_the_latest_time_and_payload(engine: Engine, now: datetime) -> None:
    ask(engine, "1", at=now)
    with transaction(engine) as session:
        queue.enqueue(session, "k", "1", {"id": "newer"}, now + LEASE)
    assert claim(engine, now) is None
    assert taken(engine, now + LEASE).payload == {"id": "newer"}


def test_cancelled_work_is_not_done(engine: Engine, now: datetime) -> None:
    ask(engine, "1", at=now)
    with transaction(engine) as session:
        assert queue.cancel(session, "k", "1")
        assert not queue.cancel(session, "k", "1")
    assert claim(engine, now) is None


def test_done_work_is_gone(engine: Engine, now: datetime) -> None:
    ask(engine, "1", at=now)
    done = taken(engine, now)
    with transaction(engine) as session:
        queue.finish(session, done)
    assert waiting(engine, "k", "1") is None


def test_who_dies_with_work_loses_it_by_the_clock(engine: Engine, now: datetime) -> None:
    ask(engine, "1", at=now)
    first = taken(engine, now, "first")
    assert claim(engine, now + LEASE - timedelta(seconds=1), "second") is None
    second = taken(engine, now + LEASE, "second")
    assert (first.attempt, second.attempt) == (1, 2)


def test_the_late_end_of_a_lost_lease_changes_nothing(engine: Engine, now: datetime) -> None:
    ask(engine, "1", at=now)
    first = taken(engine, now, "first")
    taken(engine, now + LEASE, "second")
    with transaction(engine) as session:
        queue.finish(session, first)
        queue.fail(session, first, "late", None)
    job = waiting(engine, "k", "1")
    assert job is not None
    assert (job.state, job.lease_owner) == ("waiting", "second")


@pytest.mark.parametrize("ends_well", [True, False])
def test_asked_for_again_while_it_is_done_it_is_done_again(
    engine: Engine, now: datetime, ends_well: bool
) -> None:
    ask(engine, "1", at=now)
    done = taken(engine, now)
    ask(engine, "1", at=now)
    assert claim(engine, now) is None
    with transaction(engine) as session:
        if ends_well:
            queue.finish(session, done)
        else:
            queue.fail(session, done, "no", None)
    assert taken(engine, now).attempt == 1


def test_failed_work_comes_back_and_given_up_work_waits_for_a_person(engine: Engine, now: datetime) -> None:
    ask(engine, "1", at=now)
    with transaction(engine) as session:
        queue.fail(session, taken_in(session, now), "busy", now + LEASE)
    assert claim(engine, now) is None
    with transaction(engine) as session:
        queue.fail(session, taken_in(session, now + LEASE), "still busy", None)
    assert claim(engine, now + timedelta(days=1)) is None
    with transaction(engine) as session:
        (dead,) = queue.list_dead(session)
        assert dead.error == "still busy"
        queue.revive(session, dead.id or 0, now, "user:quan")
    assert taken(engine, now).attempt == 1


def taken_in(session: Session, now: datetime) -> Claimed:
    claimed = queue.claim(session, "k", LEASE, "w", now)
    assert claimed is not None
    return claimed


def test_only_given_up_work_can_be_dropped(engine: Engine, now: datetime) -> None:
    ask(engine, "1", at=now)
    job = waiting(engine, "k", "1")
    assert job is not None
    with pytest.raises(NotFoundError), transaction(engine) as session:
        queue.drop(session, job.id or 0, "user:quan")


def test_counts_tell_how_much_there_is_of_each_kind(engine: Engine, now: datetime) -> None:
    ask(engine, "due", "done now", at=now - LEASE)
    ask(engine, "later", at=now + LEASE)
    ask(engine, "x", at=now, kind="other")
    with transaction(engine) as session:
        queue.fail(session, taken_in(session, now), "no", None)
        ask_now = queue.claim(session, "other", LEASE, "w", now)
        assert ask_now is not None
        counted = {count.kind: count for count in queue.counts(session, now)}
    assert (counted["k"].later, counted["k"].due, counted["k"].running, counted["k"].dead) == (1, 1, 0, 1)
    assert counted["k"].due_since == now - LEASE
    assert (counted["other"].due, counted["other"].running) == (0, 1)


def test_many_workers_at_once_take_each_work_once(engine: Engine, now: datetime) -> None:
    ask(engine, *map(str, range(60)), at=now)

    def take_all(worker: int) -> list[str]:
        mine = []
        while (claimed := claim(engine, now, f"w{worker}")) is not None:
            mine.append(claimed.key)
        return mine

    with ThreadPoolExecutor(6) as workers:
        found = [key for mine in workers.map(take_all, range(6)) for key in mine]
    assert sorted(found, key=int) == list(map(str, range(60)))


@given(attempt=st.integers(1, 10_000), spread=st.floats(0.8, 1.2))
def test_pauses_grow_to_a_bound(attempt: int, spread: float) -> None:
    pause = queue.pause_after(attempt, spread)
    assert queue.FIRST_PAUSE * 0.8 <= pause <= queue.LONGEST_PAUSE * 1.2
    assert pause <= queue.pause_after(attempt + 1, spread)
