"""Cameras in quarantine: their cases wait and are not lost, a named person lets them on."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from central.accounts.models import User
from central.accounts.permissions import Role
from central.alarms import service as alarms
from central.audit import service as audit
from central.cases.errors import ReasonRequiredError
from central.cases.intake import ATTENTION, HELD, MAIN
from central.cases.lifecycle import Action, State
from central.cases.models import Case
from central.cases.queries import history_of
from central.cases.service import expire_due
from central.errors import ConflictError, NotFoundError
from central.review import decisions, queue
from central.watching import quarantine, rules
from central.watching.quarantine import HELD_LONG, IN_QUARANTINE, NEAR
from central.watching.rules import Rules
from tests.central.evidence import NODE
from tests.central.people import add_case, add_user, sight

CAMERA = (NODE, "cam-1")


@pytest.fixture
def lan(session: Session, now: datetime) -> User:
    return add_user(session, "lan", Role.OPERATOR, now)


@pytest.fixture
def lead(session: Session, now: datetime) -> User:
    lead = add_user(session, "dung", Role.SHIFT_LEAD, now)
    rules.set_rules(session, lead, Rules(quarantine_percent=60, quarantine_cases=5), now)
    session.flush()
    return lead


def review(session: Session, lan: User, now: datetime, decided: str, camera: str = "cam-1") -> None:
    """Cases of a camera, one a letter: `r`ejected or `a`ccepted."""
    first = len(session.exec(select(Case.id)).all()) + 1
    for number, letter in enumerate(decided):
        at = now - timedelta(minutes=10 * (first + number))
        add_case(session, now, first + number, camera=camera, occurred_at=at)
        case = queue.claim_next(session, lan, "main", now)
        assert case is not None
        if letter == "r":
            decisions.reject(session, lan, sight(case), now, "no_violation")
        else:
            decisions.accept(session, lan, sight(case), now)
    session.flush()


def judged(session: Session, now: datetime) -> list[str]:
    quarantine.judge(session, now)
    return [row.camera_id for row in quarantine.present(session)]


@pytest.mark.parametrize(
    ("decided", "caught"), [("rrraa", True), ("rrrra", True), ("rraaa", False), ("rrrr", False), ("", False)]
)
def test_a_camera_whose_cases_are_rejected_too_often(
    session: Session, lan: User, lead: User, now: datetime, decided: str, caught: bool
) -> None:
    assert lead.id is not None
    review(session, lan, now, decided)
    review(session, lan, now, "aaaaa", "cam-2")
    assert judged(session, now) == (["cam-1"] if caught else [])
    assert judged(session, now) == (["cam-1"] if caught else [])  # not twice
    assert alarms.is_open(session, NODE, IN_QUARANTINE, "cam-1") is caught
    assert not alarms.is_open(session, NODE, IN_QUARANTINE, "cam-2")


def test_what_was_long_ago_does_not_count(session: Session, lan: User, lead: User, now: datetime) -> None:
    assert lead.id is not None
    review(session, lan, now - timedelta(days=15), "rrrrr")
    review(session, lan, now, "ra")
    assert judged(session, now) == []


def test_its_cases_wait_and_nobody_is_given_them(
    session: Session, lan: User, lead: User, now: datetime
) -> None:
    waits = add_case(session, now, 1)
    doubtful = add_case(session, now, 2, decision="borderline")
    other = add_case(session, now, 3, camera="cam-2")
    quarantine.put_in(session, lead, CAMERA, "vạch dừng lệch", now)
    session.flush()
    assert not quarantine.keep_apart(session, now)
    assert [case.queue for case in (waits, doubtful, other)] == [HELD, HELD, MAIN]
    assert (waits.state, queue.counts(session)) == (State.RECEIVED, {"main": 1, "attention": 0})
    assert queue.claim_next(session, lan, "main", now) is other
    assert queue.claim_next(session, lan, "attention", now) is other  # still theirs
    decisions.reject(session, lan, sight(other), now, "no_violation")
    assert queue.claim_next(session, lan, "attention", now) is None
    late = add_case(session, now, 4)
    quarantine.keep_apart(session, now)
    assert late.queue == HELD
    waiting = quarantine.held(session)[CAMERA]
    assert (waiting.cases, waiting.first_due_at) == (3, waits.notice_due_at)


def test_a_named_person_releases_it_with_a_reason(
    session: Session, lan: User, lead: User, now: datetime
) -> None:
    review(session, lan, now, "rrrrr")
    waits, doubtful = add_case(session, now, 6), add_case(session, now, 7, decision="borderline")
    assert judged(session, now) == ["cam-1"]
    quarantine.keep_apart(session, now)
    (row,) = quarantine.present(session)
    assert (row.reviewed, row.rejected, row.put_in_by) == (5, 5, None)
    assert row.id is not None
    with pytest.raises(ReasonRequiredError):
        quarantine.release(session, lead, row.id, " ", now)
    later = now + timedelta(hours=3)
    quarantine.release(session, lead, row.id, "đã vẽ lại vạch dừng", later)
    session.flush()
    quarantine.keep_apart(session, later)
    assert [case.queue for case in (waits, doubtful)] == [MAIN, ATTENTION]
    assert [e.action for e in history_of(session, waits.id or 0)] == ["receive", "hold", "let_on"]
    assert queue.claim_next(session, lan, "main", later) is waits
    assert not alarms.is_open(session, NODE, IN_QUARANTINE)
    assert judged(session, later) == []  # what was rejected before counts no more
    with pytest.raises(NotFoundError):
        quarantine.release(session, lead, row.id, "lại", later)
    session.commit()
    acts = {e.action: e for e in audit.list_entries(session) if e.action.startswith("camera.")}
    assert acts["camera.quarantine"].actor == "system"
    assert acts["camera.release"].actor == "user:dung"
    assert acts["camera.release"].detail == {"why": "đã vẽ lại vạch dừng"}


def test_after_a_release_it_is_judged_by_what_came_since(
    session: Session, lan: User, lead: User, now: datetime
) -> None:
    review(session, lan, now, "rrrrr")
    quarantine.judge(session, now)
    (row,) = quarantine.present(session)
    quarantine.release(session, lead, row.id or 0, "xem rồi", now + timedelta(minutes=1))
    review(session, lan, now + timedelta(hours=1), "rrrr")
    assert judged(session, now + timedelta(hours=1)) == []
    review(session, lan, now + timedelta(hours=2), "r")
    assert judged(session, now + timedelta(hours=2)) == ["cam-1"]
    assert [each.id for each in quarantine.past(session)] == [row.id]


def test_a_quarantine_lets_no_deadline_pass_unseen(
    session: Session, lan: User, lead: User, now: datetime
) -> None:
    case = add_case(session, now)
    quarantine.put_in(session, lead, CAMERA, "đèn bị che", now)
    quarantine.keep_apart(session, now)
    assert not alarms.is_open(session, NODE, HELD_LONG)
    quarantine.keep_apart(session, case.notice_due_at - NEAR + timedelta(seconds=1))
    assert alarms.is_open(session, NODE, HELD_LONG, "cam-1")
    assert expire_due(session, case.limitation_at) == 1
    assert case.state == State.EXPIRED
    assert quarantine.held(session) == {}
    assert queue.claim_next(session, lan, "main", now) is None


def test_what_is_on_a_screen_is_decided_there(session: Session, lan: User, lead: User, now: datetime) -> None:
    case = add_case(session, now)
    queue.claim_next(session, lan, "main", now)
    quarantine.put_in(session, lead, CAMERA, "đèn bị che", now)
    quarantine.keep_apart(session, now)
    assert (case.state, case.queue) == (State.IN_REVIEW, MAIN)
    queue.release(session, lan, case.id or 0, now)
    quarantine.keep_apart(session, now)
    assert (case.state, case.queue) == (State.RECEIVED, HELD)
    assert history_of(session, case.id or 0)[-1].action == Action.HOLD


def test_nobody_puts_a_camera_in_twice_or_for_nothing(session: Session, lead: User, now: datetime) -> None:
    with pytest.raises(ReasonRequiredError):
        quarantine.put_in(session, lead, CAMERA, "  ", now)
    quarantine.put_in(session, lead, CAMERA, "đèn bị che", now)
    with pytest.raises(ConflictError):
        quarantine.put_in(session, lead, CAMERA, "đèn bị che", now)


def test_many_cases_take_many_turns(
    session: Session, lead: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "ONE_TURN", 2)
    for sequence in range(1, 4):
        add_case(session, now, sequence)
    quarantine.put_in(session, lead, CAMERA, "đèn bị che", now)
    assert [quarantine.keep_apart(session, now) for _ in range(2)] == [True, False]
    assert quarantine.held(session)[CAMERA].cases == 3
