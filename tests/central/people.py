"""People of the centre's tests, and cases in the state a test begins with."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Role
from central.cases.models import Case
from central.cases.service import open_case
from central.devices import service as devices
from central.devices.models import Device
from central.review import decisions, queue
from central.review.decisions import Correction, Sight
from tests.central.evidence import NODE, evidence


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
    session: Session,
    operator: User,
    now: datetime,
    sequence: int = 1,
    correction: Correction = decisions.NOTHING,
    **changes: object,
) -> Case:
    """A case that an operator has accepted, as it came or corrected."""
    add_case(session, now, sequence, **changes)
    case = queue.claim_next(session, operator, "main", now)
    assert case is not None
    return decisions.accept(session, operator, sight(case), now, correction)


AFTER_UNDO = decisions.UNDO_TIME + timedelta(seconds=1)


def valid_device(
    session: Session, now: datetime, user: User | None = None, camera: tuple[str, str] = (NODE, "cam-1")
) -> None:
    """The camera of the tests' evidence is a valid device; `user` is named and trained
    for it."""
    years = devices.Interval(date(2025, 1, 1), date(2099, 12, 31))
    device = Device(
        node_id=camera[0],
        camera_id=camera[1],
        name="Camera giám sát giao thông",
        serial="SN-0001",
        unit="Phòng CSGT",
        entered_at=now,
        entered_by="test",
    )
    devices.register(session, device, "test", now)
    devices.set_sign_photo(session, *camera, "5" * 64, date(2025, 1, 1), "test")
    for kind in ("approval", "certificate", "site_decision"):
        paper = devices.Paper(kind, f"{kind}/2026", "Bộ Công an", years)  # type: ignore[arg-type]
        devices.add_paper(session, *camera, paper, "test", now)
    if user is not None:
        naming = devices.Naming(user.id or 0, "15/QĐ-CAT", "CC-001", years)
        devices.name_user(session, *camera, naming, "test", now)
