"""Camera files of the nodes: the file each camera runs, the centre's orders, and their results.

Each node reports its cameras' files (`contract.configuration.Standing`). An order is a whole file, checked
here as the node will check it, based on the file the camera runs now. It is sent with each sign of life of
the node until the node answers.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from sqlmodel import Session, col, func, select

from central.accounts.models import User
from central.alarms import service as alarms
from central.audit import service as audit
from central.errors import ConflictError, InvalidError, NotFoundError
from central.fleet.models import Camera, CameraRevision, CameraSetting
from central.fleet.service import announce_camera
from configs.camera import CameraConfig
from configs.camera_check import load_camera
from configs.loading import ConfigError
from contract.canonical import sha256_hex
from contract.configuration import LARGEST_CAMERA_FILE, Revision, Standing
from contract.reasons import Reason
from contract.reports import CameraInfo
from contract.what_if import Answer, Question

_MOST_FAULTS = 20
_ALARMS = {"refused": "configuration.refused", "rolled_back": "configuration.rolled_back"}


class CameraFileError(InvalidError):
    """The camera file can't be used; `problems` lists every error, with lines and keys."""

    code: ClassVar[str] = "camera_file"


def order(
    session: Session,
    camera: tuple[str, str],
    content: str,
    base_sha256: str,
    why: str,
    by: User,
    now: datetime,
    *,
    ask: bool = False,
) -> CameraRevision:
    """Orders a file for a camera (node, camera); an unanswered order is replaced. With `ask` nothing is
    ordered: the node is asked what the file would change.

    Raises:
        NotFoundError: there is no such camera, or its node has not reported its file yet.
        ConflictError: the camera runs another file than the one this is based on, or already runs this one.
        CameraFileError: the file can't be used.
    """
    node_id, camera_id = camera
    present = setting_of(session, node_id, camera_id)
    content = content.replace("\r\n", "\n").rstrip() + "\n"
    check(content, camera_id)
    if present.sha256 != base_sha256:
        raise ConflictError("camera_file_moved", camera=camera_id)
    if content == present.content:
        raise ConflictError("camera_file_same", camera=camera_id)
    state = "asked" if ask else "offered"
    _supersede(session, camera, state, now)
    revision = CameraRevision(
        node_id=node_id,
        camera_id=camera_id,
        number=_last_number(session, node_id, camera_id) + 1,
        base_sha256=base_sha256,
        sha256=sha256_hex(content.encode()),
        content=content,
        author=_author(by),
        why=why,
        ordered_at=now,
        state=state,
    )
    session.add(revision)
    session.flush()
    _record(session, by, "camera.ask" if ask else "camera.configure", revision)
    return revision


def activate(session: Session, revision_id: int, by: User, now: datetime) -> CameraRevision:
    """Orders a file whose differences the node has reported. Raises NotFoundError, and ConflictError if it
    has not, or the camera runs another file by now.
    """
    revision = revision_of(session, revision_id)
    camera = (revision.node_id, revision.camera_id)
    if revision.state != "compared":
        raise ConflictError("camera_revision_answered", id=revision.number)
    if setting_of(session, *camera).sha256 != revision.base_sha256:
        raise ConflictError("camera_file_moved", camera=revision.camera_id)
    _supersede(session, camera, "offered", now)
    last = _last_number(session, *camera)
    if revision.number != last:  # the node accepts no number below one it has processed
        revision.number = last + 1
    revision.state, revision.ordered_at, revision.answered_at = "offered", now, None
    revision.author = _author(by)
    session.flush()
    _record(session, by, "camera.configure", revision)
    return revision


def _author(by: User) -> str:
    return f"{by.full_name} ({by.username})"[:200]


def _supersede(session: Session, camera: tuple[str, str], state: str, now: datetime) -> None:
    for waiting in _waiting(session, state, *camera):
        waiting.state, waiting.answered_at = "superseded", now


def check(content: str, camera_id: str) -> None:
    """Raises CameraFileError for a file the camera's node would refuse."""
    if len(content.encode()) > LARGEST_CAMERA_FILE:
        raise CameraFileError("too_large", most=LARGEST_CAMERA_FILE)
    try:
        config = load_camera(Path(f"{camera_id}.yaml"), content.encode())
    except ConfigError as problem:
        raise CameraFileError("content", problems=problem.first(_MOST_FAULTS)) from problem
    if config.id != camera_id:
        raise CameraFileError("other_camera", camera=camera_id, named=config.id)
    if config.detect_stream is None:
        raise CameraFileError("no_stream")


def revision_of(session: Session, revision_id: int) -> CameraRevision:
    """One order. Raises NotFoundError."""
    revision = session.get(CameraRevision, revision_id)
    if revision is None:
        raise NotFoundError("camera_revision", id=revision_id)
    return revision


def withdraw(session: Session, revision_id: int, by: User, now: datetime) -> CameraRevision:
    """Withdraws an order that no node has answered yet, or a comparison request. Raises NotFoundError,
    ConflictError.
    """
    revision = revision_of(session, revision_id)
    if revision.state not in ("offered", "asked", "compared"):
        raise ConflictError("camera_revision_answered", id=revision.number)
    revision.state, revision.answered_at = "withdrawn", now
    _record(session, by, "camera.withdraw", revision)
    return revision


def setting_of(session: Session, node_id: str, camera_id: str) -> CameraSetting:
    """The file a camera runs now. Raises NotFoundError."""
    if session.get(Camera, (node_id, camera_id)) is None:
        raise NotFoundError("camera", node=node_id, camera=camera_id)
    found = settings(session, node_id, camera_id, limit=1)
    if not found:
        raise NotFoundError("camera_file", node=node_id, camera=camera_id)
    return found[0]


def settings(session: Session, node_id: str, camera_id: str, limit: int = 50) -> Sequence[CameraSetting]:
    """The history of a camera's files, each with the time it came into force, newest first."""
    query = select(CameraSetting).where(
        CameraSetting.node_id == node_id, CameraSetting.camera_id == camera_id
    )
    return session.exec(query.order_by(col(CameraSetting.id).desc()).limit(limit)).all()


def changed_between(
    session: Session, camera: tuple[str, str], first: datetime, last: datetime
) -> Sequence[CameraSetting]:
    """Files of a camera (node, camera) that came into force within a period, oldest first: an alarm about its
    findings should name them.
    """
    node_id, camera_id = camera
    ours = (CameraSetting.node_id == node_id) & (CameraSetting.camera_id == camera_id)
    query = select(CameraSetting).where(ours, col(CameraSetting.since).between(first, last))
    return session.exec(query.order_by(col(CameraSetting.since))).all()


def revisions(
    session: Session, node_id: str, camera_id: str | None = None, limit: int = 50
) -> Sequence[CameraRevision]:
    """Orders for a camera, or for all of a node, newest first."""
    query = select(CameraRevision).where(CameraRevision.node_id == node_id)
    if camera_id is not None:
        query = query.where(CameraRevision.camera_id == camera_id)
    return session.exec(query.order_by(col(CameraRevision.id).desc()).limit(limit)).all()


def offered(session: Session, node_id: str) -> list[Revision]:
    """Orders waiting for a node's answer, in wire format."""
    return [_message(revision) for revision in _waiting(session, "offered", node_id)]


def asked(session: Session, node_id: str) -> list[Question]:
    """Comparison requests a node has not answered yet, in wire format."""
    return [
        Question(
            node=revision.node_id,
            camera=revision.camera_id,
            number=revision.number,
            base_sha256=revision.base_sha256,
            content=revision.content,
            at=revision.ordered_at,
        )
        for revision in _waiting(session, "asked", node_id)
    ]


def note_answer(session: Session, answer: Answer, now: datetime) -> None:
    """Stores a node's report of what a file would change; ignores one that was not requested."""
    for revision in _waiting(session, "asked", answer.node, answer.camera):
        if (revision.number, revision.sha256) != (answer.number, answer.sha256):
            continue
        revision.answered_at = now
        revision.state = "refused" if answer.reason else "compared"
        revision.reason = answer.reason.model_dump(mode="json") if answer.reason else None
        revision.difference = answer.model_dump(mode="json", include={"clips", "same", "rows"})


def note_standing(session: Session, standing: Standing, now: datetime) -> None:
    """Stores a node's report of a camera's file and of the result of an order."""
    _note_outcome(session, standing, now)
    if standing.content:
        _note_setting(session, standing, now)


def _note_setting(session: Session, standing: Standing, now: datetime) -> None:
    sha256 = sha256_hex(standing.content.encode())
    known = settings(session, standing.node, standing.camera, limit=1)
    if known and (known[0].sha256, known[0].revision) == (sha256, standing.revision):
        return  # reported again at each connection: the file is not parsed each time
    config = _read(standing.content, standing.camera)
    if config is not None:
        site = config.site
        info = CameraInfo(
            id=standing.camera, site=site.id, site_name=site.name, calibration=config.calibration
        )
        announce_camera(session, standing.node, info)
        session.flush()
    elif session.get(Camera, (standing.node, standing.camera)) is None:
        return
    session.add(
        CameraSetting(
            node_id=standing.node,
            camera_id=standing.camera,
            revision=standing.revision,
            sha256=sha256,
            content=standing.content,
            since=standing.since or now,
            heard_at=now,
        )
    )
    session.flush()


def _note_outcome(session: Session, standing: Standing, now: datetime) -> None:
    query = select(CameraRevision).where(
        CameraRevision.node_id == standing.node,
        CameraRevision.camera_id == standing.camera,
        CameraRevision.number == standing.handled,
        CameraRevision.sha256 == standing.handled_sha256,
    )
    revision = session.exec(query).first()
    if revision is not None and revision.state != standing.outcome:
        revision.state, revision.answered_at = standing.outcome, now
        revision.reason = standing.reason.model_dump(mode="json") if standing.reason else None
        _raise_or_clear(session, standing, now)
    # After a restore of this database the node knows numbers that would be issued here again.
    for waiting in _waiting(session, "offered", standing.node, standing.camera):
        if waiting.number <= standing.handled:
            waiting.number = standing.handled + 1


def _raise_or_clear(session: Session, standing: Standing, now: datetime) -> None:
    kind = _ALARMS.get(standing.outcome)
    if kind is None:
        alarms.clear(session, standing.node, list(_ALARMS.values()), now, standing.camera)
        return
    told = standing.reason or Reason(code="outbox.no_reason")
    values = {
        **told.values,
        "on_camera": standing.camera,
        "revision": standing.handled,
        "because": told.code,
    }
    alarms.raise_alarm(session, standing.node, Reason(code=kind, values=values), now, standing.camera)


def _waiting(
    session: Session, state: str, node_id: str, camera_id: str | None = None
) -> Sequence[CameraRevision]:
    query = select(CameraRevision).where(CameraRevision.state == state, CameraRevision.node_id == node_id)
    if camera_id is not None:
        query = query.where(CameraRevision.camera_id == camera_id)
    return session.exec(query.order_by(col(CameraRevision.id))).all()


def _message(revision: CameraRevision) -> Revision:
    return Revision(
        node=revision.node_id,
        camera=revision.camera_id,
        number=revision.number,
        base_sha256=revision.base_sha256,
        content=revision.content,
        author=revision.author,
        why=revision.why,
        at=revision.ordered_at,
    )


def _last_number(session: Session, node_id: str, camera_id: str) -> int:
    query = select(func.max(CameraRevision.number)).where(
        CameraRevision.node_id == node_id, CameraRevision.camera_id == camera_id
    )
    return session.exec(query).one() or 0


def _read(content: str, camera_id: str) -> CameraConfig | None:
    """None for a file that only newer software can read."""
    try:
        return load_camera(Path(f"{camera_id}.yaml"), content.encode())
    except ConfigError:
        return None


def _record(session: Session, by: User, action: str, revision: CameraRevision) -> None:
    subject = f"camera:{revision.node_id}/{revision.camera_id}"
    values = {"number": revision.number, "sha256": revision.sha256, "why": revision.why}
    audit.record(session, by.actor, action, subject, values)
