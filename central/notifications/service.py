"""Telling a party: asked for in the transaction of what happened, sent by a job, proved by the server."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from central.audit import service as audit
from central.db import insert, transaction
from central.errors import NotFoundError
from central.jobs import queue as jobs
from central.jobs.runner import TryAgainError
from central.notifications.models import Notification
from central.notifications.port import NotSentError, RefusedError, Sender
from central.parties.service import Parties, Reader
from central.vault import BlindIndex, Vault
from central.words.dictionary import translator

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
) -> None:
    """Has a party told; once for a key, however often it is asked for."""
    row = insert(session, Notification).values(
        key=key, party_id=party_id, case_id=case_id, kind=kind, values=dict(values), at=now,
        proof="", problem="",
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
    """
    with transaction(engine) as session:
        row = session.get(Notification, notification_id)
        if row is None or row.sent_at is not None or row.problem:
            return
        if post is None:
            row.problem = "no_mail_server"
            return
        reader = Reader("system", f"thông báo: {row.kind}", row.case_id)
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
        proof, problem = post.sender.send(to, subject, text), ""
    except NotSentError as away:
        raise TryAgainError(str(away)) from away
    except RefusedError:
        proof, problem = "", "refused"
    with transaction(engine) as session:
        row = session.get_one(Notification, notification_id)
        row.problem, row.proof = problem, proof
        if not problem:
            row.sent_at = now
        detail = {"kind": kind, "proof": proof, "problem": problem}
        audit.record(session, "system", "notification.send", f"notification:{row.id}", detail)


def of_case(session: Session, case_id: int) -> list[Notification]:
    """What was told about a case, the oldest first."""
    query = select(Notification).where(Notification.case_id == case_id)
    return list(session.exec(query.order_by(col(Notification.id))))


def _words(kind: str, values: Mapping[str, Any], address: str) -> tuple[str, str]:
    """Vietnamese first, English below; no name, no plate, no link that asks for money."""
    said = []
    for language in ("vi", "en"):
        t = translator(language)
        said.append(f"{t(f'notification.{kind}', **values)}\n{t('notification.where', address=address)}")
    subject = translator("vi")(f"notification.{kind}", **values)
    return subject, "\n\n".join(said) + "\n"
