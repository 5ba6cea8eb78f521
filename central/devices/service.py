"""Whether a camera was a valid enforcement device at the moment of a capture (NĐ 61/2026 Art 10, 12, 13; Law
Art 64).

Evidence from a device outside its approval or certificate, without a decision on its site or without the sign
announcing it supports no sanction: the case can't be confirmed, and no result, record or decision can be
signed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from sqlmodel import Session, col, select

from central.audit import service as audit
from central.devices.models import Device, DevicePaper, DeviceUser
from central.errors import ConflictError, InvalidError, NotFoundError
from contract.local_time import local_day

PaperKind = Literal["approval", "certificate", "site_decision"]
_NEEDED: tuple[PaperKind, ...] = ("approval", "certificate", "site_decision")

LARGEST_PHOTO = 12 * 1024 * 1024
"""Most bytes of the sign's picture: a photo taken with a telephone."""


class DeviceNotValidError(ConflictError):
    """The camera was not a valid enforcement device when it took the pictures: they support no sanction."""

    code: ClassVar[str] = "device_not_valid"


@dataclass(frozen=True)
class Interval:
    """From one day to another, both included; open-ended without `end`."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise InvalidError("interval", field="valid_to")

    def holds(self, day: date) -> bool:
        """True for a day within it."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Validity:
    """The device's papers on a day; `problems` are codes of what it lacked, empty for a valid one."""

    problems: tuple[str, ...]
    papers: tuple[DevicePaper, ...]
    device: Device | None

    @property
    def valid(self) -> bool:
        """True if its pictures may support a sanction."""
        return not self.problems

    def paper(self, kind: PaperKind) -> DevicePaper | None:
        """The valid paper of that kind."""
        return next((paper for paper in self.papers if paper.kind == kind), None)


NOT_REGISTERED = Validity(("not_registered",), (), None)


def validity(session: Session, node_id: str, camera_id: str, at: datetime) -> Validity:
    """The device's validity when it took its pictures."""
    device = session.get(Device, (node_id, camera_id))
    return _validity(device, papers(session, node_id, camera_id), local_day(at))


def validities(session: Session, at: datetime) -> dict[tuple[str, str], Validity]:
    """The same for every registered device, by node and camera."""
    of: dict[tuple[str, str], list[DevicePaper]] = {}
    for paper in session.exec(select(DevicePaper).order_by(col(DevicePaper.valid_from), col(DevicePaper.id))):
        of.setdefault((paper.node_id, paper.camera_id), []).append(paper)
    known = {(device.node_id, device.camera_id): device for device in devices(session)}
    return {key: _validity(device, of.get(key, ()), local_day(at)) for key, device in known.items()}


def _validity(device: Device | None, entered: Iterable[DevicePaper], day: date) -> Validity:
    if device is None:
        return NOT_REGISTERED
    held = [paper for paper in entered if _holds(paper, day)]
    problems = [f"no_{kind}" for kind in _NEEDED if kind not in {paper.kind for paper in held}]
    if device.sign_photo is None or device.sign_photo_on is None or device.sign_photo_on > day:
        problems.append("no_sign")
    return Validity(tuple(problems), tuple(held), device)


def check_valid(session: Session, node_id: str, camera_id: str, at: datetime) -> Validity:
    """The device's validity when it took its pictures. Raises DeviceNotValidError, naming the first missing
    item.
    """
    found = validity(session, node_id, camera_id, at)
    if not found.valid:
        raise DeviceNotValidError(found.problems[0], node=node_id, camera=camera_id)
    return found


CertificateState = Literal["valid", "invalid", "unknown"]


def certificate_state(session: Session, node_id: str, camera_id: str, at: datetime) -> CertificateState:
    """Whether an inspection certificate (giấy kiểm định) of the camera was valid on the day of a capture;
    `unknown` if none was ever entered.
    """
    entered = [paper for paper in papers(session, node_id, camera_id) if paper.kind == "certificate"]
    if not entered:
        return "unknown"
    day = local_day(at)
    return "valid" if any(_holds(paper, day) for paper in entered) else "invalid"


def users_on(session: Session, node_id: str, camera_id: str, at: datetime) -> frozenset[int]:
    """The people appointed and trained for the device on that day."""
    day = local_day(at)
    query = select(DeviceUser).where(DeviceUser.node_id == node_id, DeviceUser.camera_id == camera_id)
    found = session.exec(query.where(col(DeviceUser.revoked_at).is_(None)))
    return frozenset(user.user_id for user in found if Interval(user.valid_from, user.valid_to).holds(day))


def is_expressway(session: Session, node_id: str, camera_id: str) -> bool:
    """Whether the camera watches an expressway."""
    device = session.get(Device, (node_id, camera_id))
    return device is not None and device.expressway


def register(session: Session, device: Device, actor: str, now: datetime) -> Device:
    """Enters a camera as a device, or updates its description."""
    device.entered_at, device.entered_by = now, actor
    present = session.get(Device, (device.node_id, device.camera_id))
    if present is not None and device.sign_photo is None:
        device.sign_photo, device.sign_photo_on = present.sign_photo, present.sign_photo_on
    kept = session.merge(device)
    _audit(session, actor, "device.register", device.node_id, device.camera_id, {"serial": device.serial})
    return kept


def set_sign_photo(
    session: Session, node_id: str, camera_id: str, sha256: str, taken_on: date, actor: str
) -> Device:
    """Sets the picture of the sign at the camera; the file is in the media store. Raises NotFoundError."""
    device = get(session, node_id, camera_id)
    device.sign_photo, device.sign_photo_on = sha256, taken_on
    _audit(session, actor, "device.sign_photo", node_id, camera_id, {"sha256": sha256})
    return device


@dataclass(frozen=True)
class Paper:
    """A paper as entered."""

    kind: PaperKind
    number: str
    issuer: str
    valid: Interval


def add_paper(
    session: Session, node_id: str, camera_id: str, paper: Paper, actor: str, now: datetime
) -> DevicePaper:
    """Enters a paper of a device. Raises NotFoundError, InvalidError."""
    get(session, node_id, camera_id)
    if paper.kind not in _NEEDED:
        raise InvalidError("paper_kind", field="kind")
    row = DevicePaper(
        node_id=node_id,
        camera_id=camera_id,
        kind=paper.kind,
        number=paper.number,
        issuer=paper.issuer,
        valid_from=paper.valid.start,
        valid_to=paper.valid.end,
        entered_at=now,
        entered_by=actor,
    )
    session.add(row)
    session.flush()
    _audit(session, actor, "device.paper", node_id, camera_id, {"kind": paper.kind, "number": paper.number})
    return row


def revoke_paper(session: Session, paper_id: int, reason: str, actor: str, now: datetime) -> DevicePaper:
    """Revokes a paper that was entered wrongly, or withdrawn by its issuer, for all days.

    Raises:
        NotFoundError: there is none of that number.
        ConflictError: it was revoked before; who did it first, when and why stays.
    """
    paper = session.get(DevicePaper, paper_id)
    if paper is None:
        raise NotFoundError("device_paper", id=paper_id)
    if paper.revoked_at is not None:
        raise ConflictError("device_paper_revoked", number=paper.number)
    paper.revoked_at, paper.revoked_reason = now, reason
    _audit(session, actor, "device.revoke_paper", paper.node_id, paper.camera_id, {"id": paper_id})
    return paper


@dataclass(frozen=True)
class Naming:
    """An appointment as user: the decision, the training certificate, from when to when."""

    user_id: int
    decision: str
    training: str
    valid: Interval


def name_user(
    session: Session, node_id: str, camera_id: str, naming: Naming, actor: str, now: datetime
) -> DeviceUser:
    """Appoints a trained person as user of a device. Raises NotFoundError."""
    get(session, node_id, camera_id)
    row = DeviceUser(
        node_id=node_id,
        camera_id=camera_id,
        user_id=naming.user_id,
        decision=naming.decision,
        training=naming.training,
        valid_from=naming.valid.start,
        valid_to=naming.valid.end,
        entered_at=now,
    )
    session.add(row)
    session.flush()
    _audit(session, actor, "device.name_user", node_id, camera_id, {"user": naming.user_id})
    return row


def revoke_user(session: Session, naming_id: int, actor: str, now: datetime) -> DeviceUser:
    """Revokes an appointment for all its days. Raises NotFoundError, and ConflictError if it was revoked
    before."""
    row = session.get(DeviceUser, naming_id)
    if row is None:
        raise NotFoundError("device_user", id=naming_id)
    if row.revoked_at is not None:
        raise ConflictError("device_user_revoked", decision=row.decision)
    row.revoked_at = now
    _audit(session, actor, "device.revoke_user", row.node_id, row.camera_id, {"user": row.user_id})
    return row


def devices(session: Session) -> list[Device]:
    """Every registered device."""
    return list(session.exec(select(Device).order_by(col(Device.node_id), col(Device.camera_id))))


def papers(session: Session, node_id: str, camera_id: str) -> list[DevicePaper]:
    """The papers of a device, including revoked ones, by first day."""
    query = select(DevicePaper).where(DevicePaper.node_id == node_id, DevicePaper.camera_id == camera_id)
    return list(session.exec(query.order_by(col(DevicePaper.valid_from), col(DevicePaper.id))))


def users(session: Session, node_id: str, camera_id: str) -> list[DeviceUser]:
    """All people ever appointed for a device, including revoked appointments."""
    query = select(DeviceUser).where(DeviceUser.node_id == node_id, DeviceUser.camera_id == camera_id)
    return list(session.exec(query.order_by(col(DeviceUser.valid_from), col(DeviceUser.id))))


def _holds(paper: DevicePaper, day: date) -> bool:
    return paper.revoked_at is None and Interval(paper.valid_from, paper.valid_to).holds(day)


def get(session: Session, node_id: str, camera_id: str) -> Device:
    """The device. Raises NotFoundError."""
    device = session.get(Device, (node_id, camera_id))
    if device is None:
        raise NotFoundError("device", node=node_id, camera=camera_id)
    return device


def _audit(
    session: Session, actor: str, action: str, node_id: str, camera_id: str, detail: dict[str, object]
) -> None:
    audit.record(session, actor, action, f"camera:{node_id}/{camera_id}", detail)
