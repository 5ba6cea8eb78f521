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
"""Kind of what has to reach its party on paper unless it was opened in the portal: a mail alone is no
delivery."""

SEND = "notifications.send"
"""Kind of the jobs that send; their key is the notification's id."""


@dataclass(frozen=True)
class Post:
    """What sending needs. `address`: the portal's, where the reader goes on."""

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
    """Has a party told; once for a key, however often it is asked for. `document_id`: the paper that says
    it, for the post."""
    row = insert(session, Notification).values(
        key=key, party_id=party_id, case_id=case_id, kind=kind, values=dict(values), at=now,
        proof="", problem="", document_id=document_id, post_reference="",
    )  # fmt: skip
    session.exec(row.on_conflict_do_nothing(index_elements=["key"]))
    found = session.exec(select(Notification).where(Notification.key == key)).one()
    if found.sent_at is None and not found.problem:
        jobs.enqueue(session, SEND, str(found.id), {"notification": found.id}, now)


def send(engine: Engine, post: Post | None, notification_id: int, now: datetime) -> None:
    """Sends one notification outside of any transaction; sent already, it does nothing. Where there is no
    mail server (`post` None), the row says so.

    Raises:
        TryAgainError: the mail server did not take it just now.
        PostponedError: the mail server is left alone for a while.
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
    """The proof that it went out, or why it never will: a refusal is an answer of a server that serves us."""
    try:
        return sender.send(to, subject, text), ""
    except RefusedError:
        return "", "refused"


def of_case(session: Session, case_id: int) -> list[Notification]:
    """What was told about a case, the oldest first."""
    query = select(Notification).where(Notification.case_id == case_id)
    return list(session.exec(query.order_by(col(Notification.id))))


def of_party(session: Session, party_id: int, case_ids: Collection[int] | None = None) -> list[Notification]:
    """What a party was told, of these cases or of all, the latest first."""
    query = select(Notification).where(Notification.party_id == party_id)
    if case_ids is not None:
        query = query.where(col(Notification.case_id).in_(case_ids))
    return list(session.exec(query.order_by(col(Notification.id).desc()).limit(200)))


def note_read(session: Session, row: Notification, now: datetime) -> None:
    """Its party opened it in the portal; the first time counts."""
    if row.read_at is None:
        row.read_at = now
        detail = {"kind": row.kind, "case": row.case_id}
        audit.record(session, f"party:{row.party_id}", "notification.read", f"notification:{row.id}", detail)


def to_post(session: Session, limit: int = 100) -> list[Notification]:
    """What has a paper, was neither read in the portal, posted nor handed over, and can't reach its party by
    mail or must not go by mail alone; the oldest first."""
    query = select(Notification).where(*_TO_POST).order_by(col(Notification.id))
    return list(session.exec(query.limit(limit)))


def count_to_post(session: Session) -> int:
    """How many wait for the post."""
    return session.exec(select(func.count()).where(*_TO_POST)).one()


def posted(session: Session, limit: int = 100) -> list[Notification]:
    """What went by post, that without proof first, the latest on top."""
    query = select(Notification).where(col(Notification.posted_on).is_not(None))
    order = (col(Notification.delivered_on).is_not(None), col(Notification.id).desc())
    return list(session.exec(query.order_by(*order).limit(limit)))


def get(session: Session, notification_id: int) -> Notification:
    """One of them. Raises NotFoundError."""
    row = session.get(Notification, notification_id)
    if row is None:
        raise NotFoundError("notification", id=notification_id)
    return row


def by_key(session: Session, key: str) -> Notification | None:
    """The one that was asked for under a key."""
    return session.exec(select(Notification).where(Notification.key == key)).one_or_none()


def note_posted(session: Session, row: Notification, reference: str, on: date, actor: str) -> None:
    """A paper went to the post under a number.

    Raises:
        ConflictError: it was posted before.
    """
    if row.posted_on is not None:
        raise ConflictError("posted", reference=row.post_reference)
    row.posted_on, row.post_reference = on, reference
    detail = {"reference": reference, "on": on.isoformat()}
    audit.record(session, actor, "notification.post", f"notification:{row.id}", detail)


def note_delivered(session: Session, row: Notification, on: date, actor: str) -> None:
    """The post proves that it was handed over.

    Raises:
        ConflictError: it was not posted, or its proof is there.
        InvalidError: before it was posted.
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
    """What it says, in a language."""
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
