"""Cameras in quarantine (tạm dừng xử lý kết quả của camera): too many of its cases were rejected, or somebody
doubts it. Its cases are held, shown and counted, until a person who has checked the camera releases it
with a reason; nothing is lost, deadlines continue and are monitored.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from central.accounts.models import User
from central.alarms import service as alarms
from central.audit import service as audit
from central.cases import holding
from central.cases.errors import words_given
from central.cases.holding import Camera, Reviewed, Waiting
from central.errors import ConflictError, NotFoundError
from central.watching import rules
from central.watching.models import CameraQuarantine
from contract.reasons import reason

IN_QUARANTINE, HELD_LONG = "camera.quarantined", "camera.held_long"
"""Kinds of alarm."""

NEAR = timedelta(days=3)
"""Held cases raise an alarm if a notice is due sooner."""

ONE_TURN = 100


def judge(session: Session, now: datetime) -> int:
    """Puts every camera in quarantine with too many rejected cases; returns how many.

    Decisions before a camera's last release don't count again.
    """
    present = rules.present(session)
    since = now - timedelta(days=present.quarantine_days)
    released, caught = _released_since(session, since), 0
    for each in holding.reviewed_since(session, since):
        found = _since_release(session, each, released.get(each.camera))
        if found.reviewed >= present.quarantine_cases and found.share * 100 >= present.quarantine_percent:
            caught += _open(session, found.camera, now, found)
    return caught


def put_in(session: Session, lead: User, camera: Camera, why: str, now: datetime) -> None:
    """Puts a camera in quarantine at a person's request.

    Raises:
        ReasonRequiredError: no reason.
        ConflictError: it is already in quarantine.
    """
    if not _open(session, camera, now, None, lead, words_given(why)):
        raise ConflictError("in_quarantine", camera=camera[1])


def release(session: Session, lead: User, quarantine_id: int, why: str, now: datetime) -> CameraQuarantine:
    """Releases a camera after a person has checked it; its cases continue.

    Raises:
        ReasonRequiredError: no reason.
        NotFoundError: it is not in quarantine (any more).
    """
    words = words_given(why)
    row = session.get(CameraQuarantine, quarantine_id, with_for_update=True)
    if row is None or row.released_at is not None:
        raise NotFoundError("camera_quarantine", id=quarantine_id)
    row.released_at, row.released_by, row.reason = now, lead.id, words
    _record(session, lead.actor, "camera.release", row, {"why": row.reason})
    alarms.clear(session, row.node_id, [IN_QUARANTINE, HELD_LONG], now, row.camera_id)
    return row


def keep_apart(session: Session, now: datetime) -> bool:
    """Holds one batch of waiting cases of cameras in quarantine, and releases one batch of the others; True
    if there may be more.
    """
    cameras = [(row.node_id, row.camera_id) for row in present(session)]
    held = holding.hold_waiting(session, cameras, now, ONE_TURN)
    let_on = holding.let_on(session, cameras, now, ONE_TURN)
    _watch_held(session, now)
    return ONE_TURN in (held, let_on)


def present(session: Session) -> list[CameraQuarantine]:
    """Cameras in quarantine, the longest first."""
    query = select(CameraQuarantine).where(col(CameraQuarantine.released_at).is_(None))
    return list(session.exec(query.order_by(col(CameraQuarantine.id))))


def of_node(session: Session, node: str) -> list[str]:
    """The cameras of a node that are in quarantine."""
    here = CameraQuarantine.node_id == node
    query = select(CameraQuarantine.camera_id).where(here, col(CameraQuarantine.released_at).is_(None))
    return sorted(session.exec(query))


def past(session: Session, limit: int = 50) -> list[CameraQuarantine]:
    """Past quarantines, the latest end first."""
    query = select(CameraQuarantine).where(col(CameraQuarantine.released_at).is_not(None))
    return list(session.exec(query.order_by(col(CameraQuarantine.released_at).desc()).limit(limit)))


def held(session: Session) -> dict[Camera, Waiting]:
    """Held cases, by camera."""
    return holding.held(session)


def reviewed(session: Session, now: datetime) -> list[Reviewed]:
    """Reviewed cases of each camera within the counted period, the most rejected first."""
    return holding.reviewed_since(session, now - timedelta(days=rules.present(session).quarantine_days))


def _open(
    session: Session,
    camera: Camera,
    now: datetime,
    found: Reviewed | None,
    lead: User | None = None,
    why: str = "",
) -> bool:
    node, name = camera
    here = CameraQuarantine.node_id == node, CameraQuarantine.camera_id == name
    still = select(CameraQuarantine.id).where(*here, col(CameraQuarantine.released_at).is_(None))
    if session.exec(still).first() is not None:
        return False
    row = CameraQuarantine(
        node_id=node,
        camera_id=name,
        since=now,
        put_in_by=lead.id if lead else None,
        why=why,
        reviewed=found.reviewed if found else 0,
        rejected=found.rejected if found else 0,
    )
    session.add(row)
    session.flush()
    figures = {"reviewed": row.reviewed, "rejected": row.rejected}
    _record(session, lead.actor if lead else "system", "camera.quarantine", row, figures)
    told = reason(IN_QUARANTINE, on_camera=name, **figures)
    alarms.raise_alarm(session, node, told, now, name)
    return True


def _watch_held(session: Session, now: datetime) -> None:
    """Raises an alarm for held cases whose notice is due soon: a quarantine must not let a deadline pass
    unnoticed.
    """
    for (node, camera), waiting in holding.held(session).items():
        if waiting.first_due_at - now < NEAR and not alarms.is_open(session, node, HELD_LONG, camera):
            told = reason(HELD_LONG, on_camera=camera, cases=waiting.cases)
            alarms.raise_alarm(session, node, told, now, camera)


def _released_since(session: Session, since: datetime) -> dict[Camera, datetime]:
    """When each camera was last released, for those released since then."""
    camera = (CameraQuarantine.node_id, CameraQuarantine.camera_id)
    query = select(*camera, func.max(CameraQuarantine.released_at)).group_by(*map(col, camera))
    rows: Any = session.exec(query.where(col(CameraQuarantine.released_at) > since))
    return {(node, name): at for node, name, at in rows}


def _since_release(session: Session, found: Reviewed, released_at: datetime | None) -> Reviewed:
    if released_at is None:
        return found
    later = holding.reviewed_since(session, released_at, found.camera)
    return later[0] if later else Reviewed(found.camera, 0, 0)


def _record(
    session: Session, actor: str, action: str, row: CameraQuarantine, detail: Mapping[str, int | str]
) -> None:
    audit.record(session, actor, action, f"camera:{row.node_id}/{row.camera_id}", dict(detail))
