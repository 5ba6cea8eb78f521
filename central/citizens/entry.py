"""Access to the portal: the code on a notice opens its case; wrong codes are counted and lock the notice for
a while.

Number, plate and code are found together by one keyed hash, so a wrong try takes as long as a right one and
does not reveal which of the three was wrong. The code has 40 bits: with these limits guessing one takes
longer than any case lasts.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from central.accounts.sessions import token_hash
from central.audit import service as audit
from central.citizens.models import CitizenSession, CodeTries, OpenedNotice
from central.db import insert, reading, transaction
from central.errors import DomainError, NotFoundError
from central.parties import service as parties
from central.proceedings import access
from central.vault import BlindIndex

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=4)
WINDOW = timedelta(minutes=15)
"""Failures within it add up; a lock lasts as long."""
TRIES_OF_ONE = 5
"""Limit for one notice from one network address."""
TRIES_OF_NOTICE = 20
"""Limit for one notice from everywhere: nobody can lock its owner out from one address alone."""
TRIES_OF_PLACE = 60
"""Limit for one network address, which hundreds of telephones may share."""
_SEEN_STEP = timedelta(minutes=1)


class WrongCodeError(DomainError):
    """Number, plate and code do not match; the error does not say which is wrong."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "wrong_code"
    keeps_writes: ClassVar[bool] = True


class NoticeEndedError(DomainError):
    """All three match, but the notice is no longer valid: its holder is informed that no action is needed."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "notice_ended"


class NoNoticesError(DomainError):
    """There is no notice for the identity that signed in; the writes (who asked) are committed."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "no_notices"
    keeps_writes: ClassVar[bool] = True


class TooManyTriesError(DomainError):
    """Too many wrong codes; `until` is when the lock ends."""

    status: ClassVar[int] = 429
    code: ClassVar[str] = "too_many_tries"
    keeps_writes: ClassVar[bool] = True


@dataclass(frozen=True)
class Key:
    """The details printed on the notice."""

    number: str
    plate: str
    code: str


@dataclass(frozen=True)
class Opened:
    """A case a citizen may see: by which notice (None for one who signed in with an identity), and as which
    party.
    """

    proceeding_id: int
    party_id: int
    document_id: int | None


@dataclass(frozen=True)
class Guest:
    """The visitor of the portal in this browser, and the cases open to them."""

    token_sha256: str
    party_id: int | None
    opened: tuple[Opened, ...]

    def case(self, proceeding_id: int) -> Opened:
        """A case that is open to them. Raises NotFoundError for any other."""
        for case in self.opened:
            if case.proceeding_id == proceeding_id:
                return case
        raise NotFoundError("proceeding", id=proceeding_id)


def enter(
    engine: Engine, index: BlindIndex, key: Key, place: str, now: datetime, token: str | None = None
) -> tuple[str, int]:
    """Opens the case of a notice, in the present session if there is one.

    Returns:
        The session's token, and the number of the proceeding that was opened.

    Args:
        place: the network address of the try.

    Raises:
        TooManyTriesError: locked; nothing was looked up.
        WrongCodeError: counted.
        NoticeEndedError: the notice was withdrawn, or replaced by one to another person.
    """
    with transaction(engine) as session:
        limits = _limits(index, key.number, place)
        rows = [_tries(session, subject, now) for subject in limits]
        _check_locks(rows, now)
        found = access.open_by_code(session, index, key.number, key.plate, key.code)
        if access.has_ended(session, index, key.number, key.plate, key.code):
            raise NoticeEndedError("withdrawn")
        if found is None:
            for row, most in zip(rows, limits.values(), strict=True):
                _count(row, most, now)
            audit.record(session, "citizen", "portal.refused", "notice", {})
            _check_locks(rows, now)
            raise WrongCodeError
        rows[0].failures = 0
        token = _open_session(session, token, now)
        _remember(session, token, found.document_id, now)
        actor = f"party:{found.party_id}"
        audit.record(session, actor, "portal.enter", f"document:{found.document_id}", {})
    return token, found.proceeding_id


def enter_as(
    engine: Engine, index: BlindIndex, identity: str, now: datetime, token: str | None = None
) -> str:
    """Opens every notice of the person with this identity number, authenticated by the identity provider.

    Raises:
        NoNoticesError: there is no notice for this number.
    """
    with transaction(engine) as session:
        party = parties.of_identity(session, index, identity)
        if party is None or party.id is None:
            audit.record(session, "citizen", "portal.unknown", "party", {})
            raise NoNoticesError("identity")
        token = _open_session(session, token, now)
        row = session.get_one(CitizenSession, token_hash(token))
        row.party_id = party.id
        audit.record(session, f"party:{party.id}", "portal.enter", f"party:{party.id}", {})
    return token


def guest_of(engine: Engine, token: str, now: datetime) -> Guest | None:
    """The guest with this token; None when the session has ended."""
    hashed = token_hash(token)
    with reading(engine) as session:
        row = session.get(CitizenSession, hashed)
        if row is None or now >= row.expires_at or now - row.last_seen_at >= IDLE_LIMIT:
            return None
        notices = access.standing(session, _documents(session, hashed))
        if row.party_id is not None:
            notices += access.of_party(session, row.party_id)
        found: dict[int, Opened] = {}
        for paper in access.opened_by(session, notices):  # of each case the first: the notice
            one = Opened(paper.proceeding_id, paper.party_id, paper.document_id)
            found.setdefault(paper.proceeding_id, one)
        opened = tuple(found.values())
    if now - row.last_seen_at >= _SEEN_STEP:
        with transaction(engine) as session:
            present = session.get(CitizenSession, hashed)
            if present is not None:
                present.last_seen_at = now
    return Guest(hashed, row.party_id, opened)


def leave(session: Session, token: str) -> None:
    """Ends the session; no error when there is none."""
    hashed = token_hash(token)
    session.exec(delete(OpenedNotice).where(col(OpenedNotice.token_sha256) == hashed))
    session.exec(delete(CitizenSession).where(col(CitizenSession.token_sha256) == hashed))


def tidy(session: Session, now: datetime) -> int:
    """Deletes sessions and counts that no longer matter; returns how many sessions."""
    over = (col(CitizenSession.expires_at) <= now) | (col(CitizenSession.last_seen_at) <= now - IDLE_LIMIT)
    ended = select(CitizenSession.token_sha256).where(over)
    session.exec(delete(OpenedNotice).where(col(OpenedNotice.token_sha256).in_(ended)))
    session.exec(delete(CodeTries).where(col(CodeTries.since) <= now - 2 * WINDOW))
    return session.exec(delete(CitizenSession).where(over)).rowcount


def _limits(index: BlindIndex, number: str, place: str) -> dict[str, int]:
    return {
        index.of("tries", f"{number.strip()}|{place}"): TRIES_OF_ONE,
        index.of("tries of notice", number.strip()): TRIES_OF_NOTICE,
        index.of("tries of place", place): TRIES_OF_PLACE,
    }


def _tries(session: Session, subject: str, now: datetime) -> CodeTries:
    """The row of a subject, locked; the count restarts when its window is over."""
    new = insert(session, CodeTries).values(subject=subject, failures=0, since=now)
    session.exec(new.on_conflict_do_nothing())
    row = session.exec(select(CodeTries).where(CodeTries.subject == subject).with_for_update()).one()
    if now - row.since >= WINDOW and (row.locked_until is None or row.locked_until <= now):
        row.failures, row.since, row.locked_until = 0, now, None
    return row


def _count(row: CodeTries, most: int, now: datetime) -> None:
    row.failures += 1
    if row.failures >= most:
        row.failures, row.since, row.locked_until = 0, now, now + WINDOW


def _check_locks(rows: list[CodeTries], now: datetime) -> None:
    locked = [row.locked_until for row in rows if row.locked_until is not None and row.locked_until > now]
    if locked:
        raise TooManyTriesError("until", until=max(locked))


def _open_session(session: Session, token: str | None, now: datetime) -> str:
    present = session.get(CitizenSession, token_hash(token)) if token else None
    if token and present is not None and now < present.expires_at and now - present.last_seen_at < IDLE_LIMIT:
        present.last_seen_at = now
        return token
    token = secrets.token_urlsafe(32)
    session.add(
        CitizenSession(
            token_sha256=token_hash(token), created_at=now, last_seen_at=now, expires_at=now + ABSOLUTE_LIMIT
        )
    )
    session.flush()
    return token


def _remember(session: Session, token: str, document_id: int, now: datetime) -> None:
    row = insert(session, OpenedNotice).values(
        token_sha256=token_hash(token), document_id=document_id, at=now
    )
    session.exec(row.on_conflict_do_nothing())


def _documents(session: Session, token_sha256: str) -> list[int]:
    query = select(OpenedNotice.document_id).where(OpenedNotice.token_sha256 == token_sha256)
    return list(session.exec(query.order_by(col(OpenedNotice.at))))
