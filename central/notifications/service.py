"""Notifies a party: created in the transaction of the event, sent by a job, proved by the mail server's
answer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from central.audit import purposes
from central.audit import service as audit
from central.connections import circuit
from central.db import insert, transaction
from central.errors import ConflictError, InvalidError, NotFoundError
from central.jobs import queue as jobs
from central.jobs.runner import TryAgainError
from central.notifications.models import Notification
from central.notifications.port import NotSentError, RefusedError, Sender
from central.parties.service import Parties, Reader
from central.vault import BlindIndex, Vault
from central.words.dictionary import translator
from central.words.languages import LANGUAGES, Language

CONNECTION = "mail"

SERVED = "paper"
"""Kind of notifications that must reach their party on paper unless opened in the portal: e-mail alone is not
service.
"""

SEND = "notifications.send"
"""Kind of the jobs that send; their key is the notification's id."""


@dataclass(frozen=True)
class Post:
    """Dependencies of sending. `address`: the portal's, for the link in the message."""

    sender: Sender
    vault: Vault
    index: BlindIndex
    address: str


def tell(
    session: Session,
    key: str,
    party_id: int,
    case_id: int,
    kind: str,
    values: Mapping[str, Any],
    now: datetime,
    document_id: int | None = None,
) -> None:
    """Notifies a party, once for a key however often it is called. `document_id`: the paper with its content,
    for the post.
    """
    row = insert(session, Notification).values(
        key=key, party_id=party_id, case_id=case_id, kind=kind, values=dict(values), at=now,
        proof="", problem="", document_id=document_id, post_reference="",
    )  # fmt: skip
    session.exec(row.on_conflict_do_nothing(index_elements=["key"]))
    found = session.exec(select(Notification).where(Notification.key == key)).one()
    if found.sent_at is None and not found.problem:
        jobs.enqueue(session, SEND, str(found.id), {"notification": found.id}, now)


def send(engine: Engine, post: Post | None, notification_id: int, now: datetime) -> None:
    """Sends one notification outside of any transaction; does nothing if it was sent. Without a mail server
    (`post` None), the row records that.

    Raises:
        TryAgainError: the mail server did not accept it just now.
        PostponedError: requests to the mail server are paused.
    """
    with transaction(engine) as session:
        row = session.get(Notification, notification_id)
        if row is None or row.sent_at is not None or row.problem:
            return
        if post is None:
            row.problem = "no_mail_server"
            return
        reader = Reader("system", purposes.coded(purposes.MESSAGE, row.kind), row.case_id)
        try:
            found = Parties(session, post.vault, post.index).read(row.party_id, reader, ("email",))
        except NotFoundError:
            row.problem = "party_blocked"
            return
        if found.email is None:
            row.problem = "no_address"
            return
        to, kind, values = found.email, row.kind, dict(row.values)
    subject, text = _words(kind, values, post.address)
    try:
        with circuit.watched(engine, CONNECTION, now, NotSentError):
            proof, problem = _told(post.sender, to, subject, text)
    except NotSentError as away:
        raise TryAgainError(str(away)) from away
    with transaction(engine) as session:
        row = session.get_one(Notification, notification_id)
        row.problem, row.proof = problem, proof
        if not problem:
            row.sent_at = now
        detail = {"kind": kind, "proof": proof, "problem": problem}
        audit.record(session, "system", "notification.send", f"notification:{row.id}", detail)


def _told(sender: Sender, to: str, subject: str, text: str) -> tuple[str, str]:
    """The proof of sending, or why it can never be sent: a refusal is an answer from a working server."""
    try:
        return sender.send(to, subject, text), ""
    except RefusedError:
        return "", "refused"


def of_case(session: Session, case_id: int) -> list[Notification]:
    """Notifications about a case, the oldest first."""
    query = select(Notification).where(Notification.case_id == case_id)
    return list(session.exec(query.order_by(col(Notification.id))))


def of_party(session: Session, party_id: int, case_ids: Collection[int] | None = None) -> list[Notification]:
    """Notifications of a party, about these cases or all, the latest first."""
    query = select(Notification).where(Notification.party_id == party_id)
    if case_ids is not None:
        query = query.where(col(Notification.case_id).in_(case_ids))
    return list(session.exec(query.order_by(col(Notification.id).desc()).limit(200)))


def note_read(session: Session, row: Notification, now: datetime) -> None:
    """Records that its party opened it in the portal; only the first time counts."""
    if row.read_at is None:
        row.read_at = now
        detail = {"kind": row.kind, "case": row.case_id}
        audit.record(session, f"party:{row.party_id}", "notification.read", f"notification:{row.id}", detail)


def to_post(session: Session, limit: int = 100) -> list[Notification]:
    """Notifications with a paper that were neither read in the portal, posted nor delivered, and can't be
    sent by e-mail or not by e-mail alone; the oldest first.
    """
    query = select(Notification).where(*_TO_POST).order_by(col(Notification.id))
    return list(session.exec(query.limit(limit)))


def count_to_post(session: Session) -> int:
    """How many notifications wait for the post."""
    return session.exec(select(func.count()).where(*_TO_POST)).one()


def posted(session: Session, limit: int = 100) -> list[Notification]:
    """Posted notifications, those without proof first, the latest at the top."""
    query = select(Notification).where(col(Notification.posted_on).is_not(None))
    order = (col(Notification.delivered_on).is_not(None), col(Notification.id).desc())
    return list(session.exec(query.order_by(*order).limit(limit)))


def get(session: Session, notification_id: int) -> Notification:
    """The notification with that id. Raises NotFoundError."""
    row = session.get(Notification, notification_id)
    if row is None:
        raise NotFoundError("notification", id=notification_id)
    return row


def by_key(session: Session, key: str) -> Notification | None:
    """The notification requested under a key."""
    return session.exec(select(Notification).where(Notification.key == key)).one_or_none()


def note_posted(session: Session, row: Notification, reference: str, on: date, actor: str) -> None:
    """Records that a paper was posted under an item number.

    Raises:
        ConflictError: it was already posted.
    """
    if row.posted_on is not None:
        raise ConflictError("posted", reference=row.post_reference)
    row.posted_on, row.post_reference = on, reference
    detail = {"reference": reference, "on": on.isoformat()}
    audit.record(session, actor, "notification.post", f"notification:{row.id}", detail)


def note_delivered(session: Session, row: Notification, on: date, actor: str) -> None:
    """Records the post's proof of delivery.

    Raises:
        ConflictError: it was not posted, or its proof is already recorded.
        InvalidError: a day before it was posted.
    """
    if row.posted_on is None or row.delivered_on is not None:
        raise ConflictError("not_posted" if row.posted_on is None else "delivered")
    if on < row.posted_on:
        raise InvalidError("delivered_on", field="day")
    row.delivered_on = on
    detail = {"reference": row.post_reference, "on": on.isoformat()}
    audit.record(session, actor, "notification.delivered", f"notification:{row.id}", detail)


_TO_POST = (
    col(Notification.document_id).is_not(None),
    col(Notification.posted_on).is_(None),
    col(Notification.delivered_on).is_(None),
    col(Notification.read_at).is_(None),
    (col(Notification.kind) == SERVED)
    | (col(Notification.sent_at).is_(None) & (col(Notification.problem) != "")),
)


def words_of(row: Notification, language: Language) -> str:
    """Its text, in a language."""
    return _said(row.kind, row.values, language)


def _said(kind: str, values: Mapping[str, Any], language: Language) -> str:
    t = translator(language)
    if "reason" in values:
        values = {**values, "reason": t(f"refusal.{values['reason']}")}
    if "paper" in values:
        values = {**values, "paper": t(f"paper.{values['paper']}")}
    return t(f"notification.{kind}", **values)


def _words(kind: str, values: Mapping[str, Any], address: str) -> tuple[str, str]:
    """Vietnamese first, English below; no name, no plate, no link that asks for money."""
    said = []
    for language in LANGUAGES:
        where = translator(language)("notification.where", address=address)
        said.append(f"{_said(kind, values, language)}\n{where}")
    return _said(kind, values, "vi"), "\n\n".join(said) + "\n"
