"""A camera file is asked about: the node's answer stands beside it, then it is ordered or taken back."""

from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from central.accounts.models import User
from central.errors import ConflictError
from central.fleet import configuration
from central.fleet.models import CameraRevision
from contract.canonical import sha256_hex
from contract.reasons import reason
from contract.what_if import Answer
from tests.central.evidence import NODE
from tests.central.fleet.test_configuration import CAMERA, FILE, NEW, admin, answered, order, standing

__all__ = ["admin"]  # the fixture

LOST = {"rule": "solid_line", "decision": "violation", "t": 3.2}


def ask(session: Session, by: User, now: datetime, content: str = NEW) -> CameraRevision:
    base = sha256_hex(FILE.encode())
    return configuration.order(session, (NODE, CAMERA), content, base, "vạch sơn lại", by, now, ask=True)


def answer(revision: CameraRevision, now: datetime, **changes: Any) -> Answer:
    """What the node says: one act of two is lost."""
    row = {"at": now, "lost": [LOST], "gained": []}
    told = {"node": NODE, "camera": CAMERA, "number": revision.number, "sha256": revision.sha256, "at": now}
    return Answer.model_validate(told | {"clips": 2, "same": 1, "rows": [row]} | changes)


def test_what_is_asked_is_not_ordered_until_somebody_who_saw_the_answer_does(
    session: Session, admin: User, now: datetime
) -> None:
    revision = ask(session, admin, now)
    [asked] = configuration.asked(session, NODE)
    assert (asked.number, asked.content, configuration.offered(session, NODE)) == (1, NEW, [])
    with pytest.raises(ConflictError):
        configuration.activate(session, 1, admin, now)
    configuration.note_answer(session, answer(revision, now), now)
    assert configuration.asked(session, NODE) == []
    assert revision.state == "compared"
    assert revision.difference is not None
    assert revision.difference["rows"][0]["lost"] == [LOST]
    configuration.activate(session, 1, admin, now)
    assert [one.content for one in configuration.offered(session, NODE)] == [NEW]
    configuration.note_standing(session, answered(revision, now, "trial"), now)
    assert revision.state == "trial"


def test_one_asked_about_before_another_was_ordered_gets_a_number_the_node_takes(
    session: Session, admin: User, now: datetime
) -> None:
    revision = ask(session, admin, now)
    configuration.note_answer(session, answer(revision, now), now)
    later = order(session, admin, now, FILE.replace("cal-1", "cal-3"))
    configuration.note_standing(session, answered(later, now, "refused"), now)
    assert revision.id is not None
    configuration.activate(session, revision.id, admin, now)
    assert revision.number > later.number


def test_a_file_that_was_compared_with_another_one_is_not_ordered(
    session: Session, admin: User, now: datetime
) -> None:
    revision = ask(session, admin, now)
    configuration.note_answer(session, answer(revision, now), now)
    configuration.note_standing(session, standing(now, content=FILE.replace("cal-1", "cal-9")), now)
    assert revision.id is not None
    with pytest.raises(ConflictError):
        configuration.activate(session, revision.id, admin, now)


def test_a_newer_question_takes_the_place_of_one_that_waits_and_only_its_answer_counts(
    session: Session, admin: User, now: datetime
) -> None:
    first = ask(session, admin, now)
    second = ask(session, admin, now, FILE.replace("cal-1", "cal-3"))
    configuration.note_answer(session, answer(first, now), now)
    assert (first.state, second.state) == ("superseded", "asked")
    why = reason("configuration.other_base")
    configuration.note_answer(session, answer(second, now, reason=why, rows=[]), now)
    assert second.state == "refused"
    assert second.reason is not None


def test_what_was_asked_about_is_taken_back(session: Session, admin: User, now: datetime) -> None:
    revision = ask(session, admin, now)
    assert revision.id is not None
    configuration.withdraw(session, revision.id, admin, now)
    assert configuration.asked(session, NODE) == []
