"""The clock of the centre: the wall clock, which tests replace. A service is given the moment or the clock;
the audit log goes by the clock of the database it is written to (`central.db.make_engine`).
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)
