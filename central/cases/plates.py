"""Who sees whole plates (DP-09): leaders and administrators see them shortened, `29A-***.01`. A leader who
needs a whole one says why; that is written down and holds for a while.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.audit import service as audit
from central.errors import ForbiddenError

DISCLOSE = "case.disclose"
HOLDS = timedelta(minutes=30)
"""How long a whole plate stays visible to who said why."""

SHORTEST_PURPOSE = 5
"""Least characters of a stated purpose."""

_HIDDEN, _KEPT = 3, 2
"""Digits of a serial number that are hidden, and most that stay behind them."""


def shortened(plate: str) -> str:
    """A plate without the first three digits of its serial number, printed or as plain characters:
    `29A-123.45` becomes `29A-***.45`, `29A-1234` becomes `29A-***4`. Where letters part the number
    (`80-123-NG-45`), what stands before them is hidden.
    """
    signs, serial = list(plate), _serial(plate)
    for place in serial[-_HIDDEN:]:
        signs[place] = "*"
    return "".join(signs)


def _serial(plate: str) -> list[int]:
    """Where the digits of the serial number stand, the last first: five at most, and at least three before
    letters or a blank end them.
    """
    found: list[int] = []
    for place in range(len(plate) - 1, -1, -1):
        if plate[place].isdigit():
            found.append(place)
        elif len(found) >= _HIDDEN and (plate[place].isalpha() or plate[place].isspace()):
            break
        if len(found) == _HIDDEN + _KEPT:
            break
    return found


def with_short_plate(detail: Mapping[str, Any]) -> dict[str, Any]:
    """The details of an entry of the audit log for its readers, none of whom needs a whole plate."""
    return {name: shortened(value) if name == "plate" else value for name, value in detail.items()}


def with_short_subject(subject: str) -> str:
    """What an entry of the audit log is about, for the same readers: `plate:98A12345` becomes
    `plate:98A***45`.
    """
    kind, colon, rest = subject.partition(":")
    return f"{kind}:{shortened(rest)}" if kind == "plate" else f"{kind}{colon}{rest}"


def shown_to(user: User) -> Callable[[str], str]:
    """How plates are shown in this person's lists: whole or shortened."""
    return str if user.may(Permission.SEE_PLATES) else shortened


def sees_plates_of(session: Session, user: User, case_id: int) -> bool:
    """Whether the person sees the whole plate of this case, and with it the evidence that shows it."""
    return user.may(Permission.SEE_PLATES) or audit.was_done(
        session, user.actor, DISCLOSE, f"case:{case_id}", HOLDS
    )


def check_sees_plates(session: Session, user: User, case_id: int) -> None:
    """Raises ForbiddenError for who sees the plate of this case shortened only."""
    if not sees_plates_of(session, user, case_id):
        raise ForbiddenError("plates")


def disclose(session: Session, user: User, case_id: int, why: str) -> None:
    """The whole plate of a case is shown to the person from now on, for this reason."""
    audit.record(session, user.actor, DISCLOSE, f"case:{case_id}", {"purpose": why.strip()})
