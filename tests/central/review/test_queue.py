"""Giving out cases: to one person at a time, oldest deadline first, also when many ask at once."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from central.accounts.models import User
from central.accounts.permissions import Role
from central.cases.errors import LeaseLostError, LimitationOverError
from central.cases.lifecycle import Action, State
from central.cases.models import Case
from central.cases.queries import get_case, history_of
from central.cases.service import take_step
from central.db import transaction
from central.review import decisions, queue
from tests.central.evidence import OCCURRED
from tests.central.people import accepted_case, add_case, add_user, sight


@pytest.fixture
def lan(session: Session, now: datetime) -> User:
    return add_user(session, "lan", Role.OPERATOR, now)


@pytest.fixture
def mai(session: Session, now: datetime) -> User:
    return add_user(session, "mai", Role.OPERATOR, now)


def test_the_nearest_deadline_comes_first(session: Session, lan: User, now: datetime) -> None:
    add_case(session, now, 1, occurred_at=OCCURRED)
    older = add_case(session, now, 2, occurred_at=OCCURRED - timedelta(days=3))
    claimed = queue.claim_next(session, lan, "main", now)
    assert claimed is not None
    assert claimed.id == older.id
    assert claimed.state == State.IN_REVIEW


def test_asking_again_gives_the_same_case(session: Session, lan: User, now: datetime) -> None:
    add_case(session, now, 1)
    add_case(session, now, 2)
    first = queue.claim_next(session, lan, "main", now)
    again = queue.claim_next(session, lan, "main", now + timedelta(minutes=1))
    assert first is not None
    assert again is first


def test_two_people_get_two_cases_and_then_nothing(
    session: Session, lan: User, mai: User, now: datetime
) -> None:
    cases = {add_case(session, now, sequence).id for sequence in (1, 2)}
    given = {queue.claim_next(session, user, "main", now).id for user in (lan, mai)}  # type: ignore[union-attr]
    assert given == cases
    third = add_user(session, "third", Role.OPERATOR, now)
    assert queue.claim_next(session, third, "main", now) is None


def test_queues_are_apart(session: Session, lan: User, now: datetime) -> None:
    add_case(session, now, decision="borderline")
    assert queue.counts(session) == {"main": 0, "attention": 1}
    assert queue.claim_next(session, lan, "main", now) is None
    assert queue.claim_next(session, lan, "attention", now) is not None


def test_a_lease_that_ends_frees_the_case(session: Session, lan: User, mai: User, now: datetime) -> None:
    case = add_case(session, now)
    queue.claim_next(session, lan, "main", now)
    seen = sight(case)
    assert queue.claim_next(session, mai, "main", now + queue.LEASE - timedelta(seconds=1)) is None
    taken = queue.claim_next(session, mai, "main", now + queue.LEASE)
    assert taken is case
    with pytest.raises(Exception, match="version"):
        decisions.accept(session, lan, seen, now + queue.LEASE)
    assert case.id is not None
    actions = [event.action for event in history_of(session, case.id)]
    assert actions == ["receive", "claim", "release", "claim"]


def test_signs_of_life_keep_a_case(session: Session, lan: User, mai: User, now: datetime) -> None:
    case = add_case(session, now)
    queue.claim_next(session, lan, "main", now)
    assert case.id is not None
    queue.keep_lease(session, lan, case.id, now + timedelta(seconds=90))
    assert queue.claim_next(session, mai, "main", now + timedelta(minutes=3)) is None
    with pytest.raises(LeaseLostError):
        queue.keep_lease(session, mai, case.id, now)


def test_closing_the_page_puts_the_case_back(session: Session, lan: User, mai: User, now: datetime) -> None:
    case = add_case(session, now)
    queue.claim_next(session, lan, "main", now)
    assert case.id is not None
    queue.release(session, mai, case.id, now)
    assert case.state == State.IN_REVIEW
    queue.release(session, lan, case.id, now)
    assert (case.state, case.lease_owner_id) == (State.RECEIVED, None)


def test_many_people_at_once_never_share_a_case(engine: Engine, now: datetime) -> None:
    people, cases = 8, 24
    with transaction(engine) as session:
        users = [add_user(session, f"user{number}", Role.OPERATOR, now) for number in range(people)]
        for sequence in range(1, cases + 1):
            add_case(session, now, sequence, occurred_at=OCCURRED)
    decided: list[int] = []
    problems: list[Exception] = []

    def work(user: User) -> None:
        """Claims and accepts until nothing is left, in a transaction each as requests do."""
        try:
            while True:
                with transaction(engine) as session:
                    case = queue.claim_next(session, user, "main", now)
                if case is None:
                    return
                with transaction(engine) as session:
                    decisions.accept(session, user, sight(case), now)
                decided.append(case.id or 0)
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(decided) == len(set(decided)) == cases
    with transaction(engine) as session:
        claims = [e for id_ in decided for e in history_of(session, id_) if e.action == "claim"]
        assert len(claims) == cases
        assert {get_case(session, id_).state for id_ in decided} == {State.ACCEPTED}


def test_one_person_with_ten_pages_holds_one_case(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        lan = add_user(session, "lan", Role.OPERATOR, now)
        for sequence in range(1, 11):
            add_case(session, now, sequence)
    together = threading.Barrier(10)
    given: list[int | None] = []

    def claim() -> None:
        together.wait(30)
        with transaction(engine) as session:
            case = queue.claim_next(session, lan, "main", now)
            given.append(case.id if case else None)

    pages = [threading.Thread(target=claim) for _ in range(10)]
    for page in pages:
        page.start()
    for page in pages:
        page.join()
    assert len(given) == 10
    assert len(set(given)) == 1


def test_the_database_lets_nobody_hold_two_cases(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        lan = add_user(session, "lan", Role.OPERATOR, now)
        for sequence in (1, 2):
            add_case(session, now, sequence)
    held = text("UPDATE case_file SET state = 'in_review', lease_owner_id = :lan, lease_until = received_at")
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(held, {"lan": lan.id})


def test_what_is_past_its_limitation_is_given_to_nobody(session: Session, lan: User, now: datetime) -> None:
    case = add_case(session, now)
    assert queue.claim_next(session, lan, "main", case.limitation_at) is None
    session.flush()
    with pytest.raises(LimitationOverError):
        take_step(session, case, Action.CLAIM, lan, case.limitation_at, lease_until=now)


def test_two_officers_and_one_with_two_pages(session: Session, lan: User, now: datetime) -> None:
    for sequence in (1, 2, 3):
        accepted_case(session, lan, now, sequence)
    session.flush()
    for case in session.exec(select(Case)).all():
        take_step(session, case, Action.OWNER_FOUND, None, now)
    hung, minh = (add_user(session, name, Role.OFFICER, now) for name in ("hung", "minh"))
    found = [
        queue.claim_for_officer(session, who, State.OWNER_FOUND, now) for who in (hung, minh, hung, minh)
    ]
    ids = [case.id for case in found if case]
    assert ids[:2] == ids[2:]
    assert len(set(ids)) == 2
