"""A sample of cases rejected by operators, drawn by case number: the same draw gives the same sample."""

from datetime import datetime

from sqlalchemy import BigInteger, cast
from sqlmodel import Session, col, select

from central.cases.lifecycle import State
from central.cases.models import REAL, Case

_PRIME, _FACTOR = 2_147_483_647, 48_271
"""Of Park and Miller's generator: it scatters consecutive numbers."""


def sample_of(session: Session, first: datetime, until: datetime, seed: int, limit: int) -> list[Case]:
    """Of the cases rejected from `first` to before `until`, as many as requested."""
    scattered = (cast(col(Case.id), BigInteger) + seed) * _FACTOR * 16_807 % _PRIME
    rejected = (Case.state == State.REJECTED, col(Case.operator_at) >= first, col(Case.operator_at) < until)
    query = select(Case).where(*rejected, REAL).order_by(scattered, col(Case.id))
    return list(session.exec(query.limit(limit)))
