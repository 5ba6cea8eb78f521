"""A device and its papers in a YAML file, with which an administrator adds or changes a register entry by a
command.

    name: Camera giám sát nút giao Hàng Bài
    serial: SN-0001
    unit: Phòng Cảnh sát giao thông
    expressway: false
    sign_photo: {file: sign.jpg, taken: 2026-01-05}
    papers:
      - {kind: approval, number: 12/QĐ-BCA, issuer: Bộ Công an, valid_from: 2026-01-01}
      - {kind: certificate, number: KD-77, issuer: Trung tâm kiểm định,
         valid_from: 2026-01-01, valid_to: 2026-12-31}
      - {kind: site_decision, number: 3/QĐ-CAT, issuer: Công an tỉnh, valid_from: 2026-01-01}
    users:
      - {username: hung, decision: 15/QĐ-CAT, training: CC-001, valid_from: 2026-01-01}
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from central.devices import service
from central.devices.models import Device
from central.devices.service import Interval, Naming, Paper, PaperKind
from central.values import Day, Text
from configs.loading import load_yaml
from contract.canonical import sha256_hex

_Line = Annotated[Text, Field(min_length=1, max_length=120)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SignPhoto(_Part):
    """The picture of the sign at the camera, beside the file."""

    file: Path
    taken: Day


class PaperEntry(_Part):
    """A paper of the device."""

    kind: PaperKind
    number: _Line
    issuer: _Line
    valid_from: Day
    valid_to: Day | None = None


class UserEntry(_Part):
    """A person appointed as user of the device."""

    username: _Line
    decision: _Line
    training: _Line
    valid_from: Day
    valid_to: Day | None = None


class DeviceEntry(_Part):
    """The whole file."""

    name: _Line
    serial: _Line
    unit: _Line
    expressway: bool = False
    sign_photo: SignPhoto | None = None
    papers: tuple[PaperEntry, ...] = ()
    users: tuple[UserEntry, ...] = ()


def read_entry(path: Path) -> DeviceEntry:
    """The file's content. Raises ConfigError with every problem."""
    return load_yaml(path, DeviceEntry)


def enter(
    session: Session,
    camera: tuple[str, str],
    path: Path,
    user_id: Callable[[str], int],
    keep: Callable[[bytes, str], str],
    actor: str,
    now: datetime,
) -> DeviceEntry:
    """Enters a device with its papers and users; existing entries are left as they are.

    `user_id` finds a person by name, `keep` checks and stores a picture, given with its file's name, and
    returns its SHA-256.

    Raises:
        ConfigError: the file can't be used.
        DomainError: an unknown person, or a picture that is none.
        OSError: the picture can't be read.
    """
    entry = read_entry(path)
    node_id, camera_id = camera
    device = Device(
        node_id=node_id,
        camera_id=camera_id,
        name=entry.name,
        serial=entry.serial,
        unit=entry.unit,
        expressway=entry.expressway,
        entered_at=now,
        entered_by=actor,
    )
    service.register(session, device, actor, now)
    if entry.sign_photo is not None:
        photo = (path.parent / entry.sign_photo.file).read_bytes()
        digest = keep(photo, entry.sign_photo.file.name)
        assert digest == sha256_hex(photo)
        service.set_sign_photo(session, node_id, camera_id, digest, entry.sign_photo.taken, actor)
    _enter_papers(session, camera, entry.papers, actor, now)
    _name_users(session, camera, entry.users, user_id, actor, now)
    return entry


def _enter_papers(
    session: Session, camera: tuple[str, str], papers: Iterable[PaperEntry], actor: str, now: datetime
) -> None:
    known = {(paper.kind, paper.number) for paper in service.papers(session, *camera)}
    for paper in papers:
        if (paper.kind, paper.number) not in known:
            valid = Interval(paper.valid_from, paper.valid_to)
            row = Paper(paper.kind, paper.number, paper.issuer, valid)
            service.add_paper(session, *camera, row, actor, now)


def _name_users(
    session: Session,
    camera: tuple[str, str],
    users: Iterable[UserEntry],
    user_id: Callable[[str], int],
    actor: str,
    now: datetime,
) -> None:
    named = {user.decision for user in service.users(session, *camera)}
    for user in users:
        if user.decision not in named:
            valid = Interval(user.valid_from, user.valid_to)
            naming = Naming(user_id(user.username), user.decision, user.training, valid)
            service.name_user(session, *camera, naming, actor, now)
