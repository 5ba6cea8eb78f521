"""The code on a notice or decision: with the paper's number and the plate it opens the case of a notice, or
the cases that a decision names, to the holder of the paper.

Only a keyed hash of the code is stored. The code of a withdrawn or replaced notice is no longer valid.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from central.proceedings.models import Decision, DecisionAct, NoticeAccess
from central.vault import BlindIndex
from contract.plates import normalise

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I, O, 0 and 1, which people confuse."""


def new_code() -> str:
    """Eight letters and digits in two groups: about 40 bits, for a page that limits tries."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


@dataclass(frozen=True)
class Opened:
    """The case a code opens, for the party the notice was sent to."""

    proceeding_id: int
    party_id: int
    document_id: int


def remember(session: Session, index: BlindIndex, access: NoticeAccess, code: str) -> NoticeAccess:
    """Stores a code's hash with the case it opens."""
    access.code_index = _hash(index, access.number, access.plate, code)
    session.add(access)
    session.flush()
    return access


def open_by_code(session: Session, index: BlindIndex, number: str, plate: str, code: str) -> Opened | None:
    """The case opened by number, plate and code together; None if one of them is wrong or the notice is no
    longer valid.
    """
    hashed = _hash(index, number, normalise(plate), code)
    found = session.exec(
        select(NoticeAccess).where(NoticeAccess.code_index == hashed, col(NoticeAccess.ended_at).is_(None))
    ).one_or_none()
    return Opened(found.proceeding_id, found.party_id, found.document_id) if found is not None else None


def has_ended(session: Session, index: BlindIndex, number: str, plate: str, code: str) -> bool:
    """Whether number, plate and code belong to a notice that is no longer valid."""
    hashed = _hash(index, number, normalise(plate), code)
    query = select(NoticeAccess.document_id).where(
        NoticeAccess.code_index == hashed, col(NoticeAccess.ended_at).is_not(None)
    )
    return session.exec(query).first() is not None


def standing(session: Session, document_ids: Collection[int]) -> list[NoticeAccess]:
    """Those of these notices that are still valid, the oldest first."""
    query = select(NoticeAccess).where(
        col(NoticeAccess.document_id).in_(document_ids), col(NoticeAccess.ended_at).is_(None)
    )
    return list(session.exec(query.order_by(col(NoticeAccess.document_id))))


def of_party(session: Session, party_id: int) -> list[NoticeAccess]:
    """The valid notices to a party, the oldest first."""
    query = select(NoticeAccess).where(
        NoticeAccess.party_id == party_id, col(NoticeAccess.ended_at).is_(None)
    )
    return list(session.exec(query.order_by(col(NoticeAccess.document_id))))


def ever_of_party(session: Session, party_id: int) -> list[NoticeAccess]:
    """The notices to a party, also those no longer valid, the oldest first."""
    query = select(NoticeAccess).where(NoticeAccess.party_id == party_id)
    return list(session.exec(query.order_by(col(NoticeAccess.document_id))))


def opened_by(session: Session, papers: Sequence[NoticeAccess]) -> list[Opened]:
    """The cases these papers open: first each paper's own, then the other cases that a decision in force
    names.
    """
    found = [Opened(paper.proceeding_id, paper.party_id, paper.document_id) for paper in papers]
    by_number = {paper.number: paper for paper in papers}
    named = (
        select(Decision.number, DecisionAct.proceeding_id)
        .join(DecisionAct, col(DecisionAct.decision_id) == col(Decision.id))
        .where(col(Decision.number).in_(by_number), col(DecisionAct.living).is_(True))
        .order_by(col(DecisionAct.id))
    )
    for number, proceeding_id in session.exec(named):
        paper = by_number[number]
        found.append(Opened(proceeding_id, paper.party_id, paper.document_id))
    return found


def end_access(session: Session, proceeding_id: int, now: datetime) -> None:
    """Invalidates the codes of a case's notices."""
    query = select(NoticeAccess).where(
        NoticeAccess.proceeding_id == proceeding_id, col(NoticeAccess.ended_at).is_(None)
    )
    for access in session.exec(query):
        access.ended_at = now


def close(session: Session, number: str) -> None:
    """Invalidates the code of a paper that is now posted in public; the paper itself remains valid."""
    for access in session.exec(select(NoticeAccess).where(NoticeAccess.number == number)):
        access.code_index = secrets.token_hex(32)


def _hash(index: BlindIndex, number: str, plate: str, code: str) -> str:
    plain = code.replace("-", "").replace(" ", "").upper()
    return index.of("notice", f"{number.strip().upper()}|{plate}|{plain}")
