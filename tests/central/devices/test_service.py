"""The register of devices: papers hold for their own days, and a case is judged by those of its day."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session

from central.accounts.permissions import Role
from central.devices import service
from central.devices.models import Device
from central.devices.service import Interval, Naming, Paper
from central.errors import ConflictError, InvalidError, NotFoundError
from tests.central.evidence import NODE
from tests.central.people import add_user

CAMERA = (NODE, "cam-1")


@pytest.fixture
def device(session: Session, now: datetime) -> Device:
    """A registered camera without papers."""
    described = {"node_id": NODE, "camera_id": "cam-1", "name": "Camera", "serial": "SN-1", "unit": "CSGT"}
    return service.register(session, Device(**described, entered_at=now, entered_by="test"), "user:an", now)


def certificate(session: Session, number: str, start: date, end: date | None, now: datetime) -> int:
    paper = service.add_paper(
        session, *CAMERA, Paper("certificate", number, "TTKĐ", Interval(start, end)), "user:an", now
    )
    assert paper.id is not None
    return paper.id


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2025-12-31T23:59:59+07:00", "invalid"),  # the day before the first
        ("2026-01-01T00:00:00+07:00", "valid"),
        ("2026-06-30T23:59:59+07:00", "valid"),  # its last day, by the clock of the junction
        ("2026-06-30T20:00:00+00:00", "invalid"),  # which is the next day there
        ("2026-07-31T12:00:00+07:00", "invalid"),  # between two certificates
        ("2026-08-01T00:00:00+07:00", "valid"),
        ("2099-01-01T00:00:00+07:00", "valid"),  # without an end
    ],
)
def test_each_certificate_holds_on_its_own_days(
    session: Session, device: Device, now: datetime, moment: str, expected: str
) -> None:
    certificate(session, "KD-1", date(2026, 1, 1), date(2026, 6, 30), now)
    certificate(session, "KD-2", date(2026, 8, 1), None, now)
    assert service.certificate_state(session, *CAMERA, at(moment)) == expected


def test_a_renewed_certificate_leaves_earlier_violations_as_they_were(
    session: Session, device: Device, now: datetime
) -> None:
    old = certificate(session, "KD-1", date(2026, 1, 1), date(2026, 6, 30), now)
    certificate(session, "KD-2", date(2026, 7, 1), date(2027, 6, 30), now)
    moment = at("2026-03-01T08:00:00+07:00")
    assert service.certificate_state(session, *CAMERA, moment) == "valid"
    assert service.validity(session, *CAMERA, moment).paper("certificate").number == "KD-1"  # type: ignore[union-attr]
    service.revoke_paper(session, old, "entered for another camera", "user:an", now)
    assert service.certificate_state(session, *CAMERA, moment) == "invalid"
    assert service.certificate_state(session, *CAMERA, at("2026-07-01T08:00:00+07:00")) == "valid"


def test_a_paper_is_revoked_once(session: Session, device: Device, now: datetime) -> None:
    paper = certificate(session, "KD-1", date(2026, 1, 1), None, now)
    service.revoke_paper(session, paper, "entered for another camera", "user:an", now)
    with pytest.raises(ConflictError, match="device_paper_revoked"):
        service.revoke_paper(session, paper, "once more", "user:binh", now + timedelta(days=1))
    [kept] = service.papers(session, *CAMERA)
    assert (kept.revoked_at, kept.revoked_reason) == (now, "entered for another camera")


def test_an_appointment_is_revoked_once(session: Session, device: Device, now: datetime) -> None:
    person = add_user(session, "an", Role.OFFICER, now)
    naming = Naming(person.id or 0, "12/QĐ", "CC-1", Interval(date(2026, 1, 1)))
    row = service.name_user(session, *CAMERA, naming, "user:an", now)
    service.revoke_user(session, row.id or 0, "user:an", now)
    with pytest.raises(ConflictError, match="device_user_revoked"):
        service.revoke_user(session, row.id or 0, "user:binh", now + timedelta(days=1))
    assert row.revoked_at == now


def test_without_any_it_is_not_known(session: Session, device: Device, now: datetime) -> None:
    assert service.certificate_state(session, *CAMERA, now) == "unknown"
    assert service.certificate_state(session, NODE, "cam-2", now) == "unknown"


def test_what_can_not_be_entered(session: Session, device: Device, now: datetime) -> None:
    with pytest.raises(InvalidError, match="interval"):
        Interval(date(2026, 1, 2), date(2026, 1, 1))
    paper = Paper("certificate", "KD-1", "TTKĐ", Interval(date(2026, 1, 1)))
    with pytest.raises(NotFoundError, match="device"):
        service.add_paper(session, NODE, "cam-2", paper, "user:an", now)


def test_all_devices_are_judged_as_each_one_is(session: Session, device: Device, now: datetime) -> None:
    certificate(session, "KD-1", date(2026, 1, 1), date(2026, 6, 30), now)
    other = Device(
        node_id=NODE, camera_id="cam-2", name="b", serial="2", unit="c", entered_at=now, entered_by="x"
    )
    service.register(session, other, "user:an", now)
    for moment in (at("2026-06-30T12:00:00+07:00"), at("2026-07-01T12:00:00+07:00")):
        found = service.validities(session, moment)
        assert set(found) == {CAMERA, (NODE, "cam-2")}
        assert found == {key: service.validity(session, *key, moment) for key in found}
