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

_KEPT, _HIDDEN = 2, 3
"""Digits that stay at the end of a serial number, and most that are hidden before them."""


def shortened(plate: str) -> str:
    """A plate without the middle of its serial number, printed or as plain characters: `29A-123.45` becomes
    `29A-***.45`. Where letters part the number (`80-123-NG-45`), what stands before them is hidden.
    """
    signs, digits = list(plate), 0
    for place in range(len(signs) - 1, -1, -1):
        if signs[place].isdigit():
            digits += 1
            if digits > _KEPT:
                signs[place] = "*"
        elif digits > _KEPT and signs[place].isalpha():
            break
        if digits == _KEPT + _HIDDEN:
            break
    return "".join(signs)


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
