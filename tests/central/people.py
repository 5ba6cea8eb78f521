"""People of the centre's tests, and cases in the state a test begins with."""

from datetime import datetime, timedelta

from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Role
from central.cases.models import Case
from central.cases.service import open_case
from central.review import decisions, queue
from central.review.decisions import Sight
from tests.central.evidence import evidence


def add_user(session: Session, username: str, role: Role, now: datetime) -> User:
    """A person who can sign in with nothing: tests of services need no password."""
    user = User(
        username=username,
        full_name=username.title(),
        role=role.value,
        password_hash="-",
        must_change_password=False,
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def add_case(session: Session, now: datetime, sequence: int = 1, **changes: object) -> Case:
    """A case as ingest opens it; `changes` overwrite values of the manifest."""
    previous = None if sequence == 1 else "0" * 64
    sent = evidence(sequence, previous, **changes)
    return open_case(session, sent.manifest, sent.token, now)


def sight(case: Case) -> Sight:
    """The case as it stands now."""
    assert case.id is not None
    return Sight(case.id, case.version)


def accepted_case(
    session: Session, operator: User, now: datetime, sequence: int = 1, **changes: object
) -> Case:
    """A case that an operator has accepted."""
    add_case(session, now, sequence, **changes)
    case = queue.claim_next(session, operator, "main", now)
    assert case is not None
    return decisions.accept(session, operator, sight(case), now)


AFTER_UNDO = decisions.UNDO_TIME + timedelta(seconds=1)
