"""A sample of rejections is looked at; what was wrongly rejected is reviewed again by somebody who doesn't
know."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Role
from central.audit import service as audit
from central.cases.lifecycle import State
from central.cases.models import Case
from central.errors import ConflictError
from central.review import decisions, queue
from central.watching import rejects, second_review
from contract.local_time import local_day, monday_of
from tests.central.people import add_case, add_user, sight


@pytest.fixture
def lan(session: Session, now: datetime) -> User:
    return add_user(session, "lan", Role.OPERATOR, now)


@pytest.fixture
def lead(session: Session, now: datetime) -> User:
    return add_user(session, "dung", Role.SHIFT_LEAD, now)


def rejected(session: Session, lan: User, at: datetime, numbers: range) -> list[Case]:
    found = []
    for number in numbers:
        add_case(session, at, number, occurred_at=at - timedelta(hours=1, minutes=10 * number))
        case = queue.claim_next(session, lan, "main", at)
        assert case is not None
        found.append(decisions.reject(session, lan, sight(case), at, "no_violation"))
    session.flush()
    return found


def test_the_sample_is_a_week_s_and_always_the_same(
    session: Session, lan: User, lead: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejects, "SAMPLE", 3)
    monday = monday_of(local_day(now))
    rejected(session, lan, now, range(1, 9))
    rejected(session, lan, now - timedelta(days=7), range(9, 12))
    first = [case.id for case in rejects.sample(session, monday)]
    assert (len(first), first) == (3, [case.id for case in rejects.sample(session, monday)])
    earlier = rejects.sample(session, monday - timedelta(days=7))
    assert {case.id for case in earlier} == {9, 10, 11}
    rejects.judge(session, lead, first[1] or 0, monday, now, right=True, note=" đúng ")
    session.flush()
    assert [case.id for case in rejects.sample(session, monday)] == [first[0], first[2]]
    (row,) = rejects.of_week(session, monday)
    assert (row.case_id, row.right, row.note, row.rejected_by) == (first[1], True, "đúng", lan.id)


def test_what_was_wrongly_rejected_goes_to_another_operator(
    session: Session, lan: User, lead: User, now: datetime
) -> None:
    mai = add_user(session, "mai", Role.OPERATOR, now)
    monday = monday_of(local_day(now))
    wrong, right = rejected(session, lan, now, range(1, 3))
    rejects.judge(session, lead, wrong.id or 0, monday, now, right=False, note="thấy rõ")
    rejects.judge(session, lead, right.id or 0, monday, now, right=True, note="")
    session.flush()
    assert (wrong.state, right.state) == (State.RECEIVED, State.REJECTED)
    assert queue.claim_next(session, lan, "main", now) is None
    assert queue.claim_next(session, mai, "main", now) is wrong
    review = second_review.of_case(session, wrong.id or 0)
    assert review is not None
    assert (review.first_id, review.first_verdict) == (lan.id, "rejected")
    (week,) = rejects.by_week(session, monday)
    assert (week.of, week.audited, week.wrong, week.share) == (monday, 2, 1, 0.5)
    (reason,) = rejects.by_reason(session, monday)
    assert (reason.of, reason.wrong) == ("no_violation", 1)
    assert rejects.by_week(session, monday + timedelta(days=7)) == []
    session.commit()
    entries = [e for e in audit.list_entries(session) if e.action == "reject.audit"]
    assert [(e.actor, e.detail) for e in entries] == [
        ("user:dung", {"right": True}),
        ("user:dung", {"right": False}),
    ]


def test_only_the_sample_is_judged_and_once(session: Session, lan: User, lead: User, now: datetime) -> None:
    monday = monday_of(local_day(now))
    (case,) = rejected(session, lan, now, range(1, 2))
    number = case.id or 0
    with pytest.raises(ConflictError):
        rejects.judge(session, lead, number, monday - timedelta(days=7), now, right=True, note="")
    rejects.judge(session, lead, number, monday, now, right=True, note="xe ưu tiên")
    session.flush()
    with pytest.raises(ConflictError):
        rejects.judge(session, lead, number, monday, now, right=False, note="")
    rejects.forget(session, number)
    assert [row.note for row in rejects.of_week(session, monday)] == [""]


def test_what_two_rejected_is_not_looked_at_a_third_time(
    session: Session, lan: User, lead: User, now: datetime
) -> None:
    (case,) = rejected(session, lan, now, range(1, 2))
    second_review.begin(session, case, now)
    mai = add_user(session, "mai", Role.OPERATOR, now)
    assert queue.claim_next(session, mai, "main", now) is case
    decisions.reject(session, mai, sight(case), now, "no_violation")
    session.flush()
    monday = monday_of(local_day(now))
    rejects.judge(session, lead, case.id or 0, monday, now, right=False, note="hai người cùng sai")
    assert case.state == State.REJECTED
