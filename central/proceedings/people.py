"""Who may take a step: the permissions of a role, and the power by which a person signs."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.accounts.service import find_by_id, list_users
from central.audit import service as audit
from central.errors import ConflictError, InvalidError, NotFoundError
from central.proceedings.models import CITIZEN, SignerPower
from central.proceedings.signers import Power
from central.proceedings.tracks import Actor
from configs.law_tables import LawBook, LawError

PARTS: dict[Permission, frozenset[Actor]] = {
    Permission.SIGN_RESULTS: frozenset({Actor.DEVICE_USER}),
    Permission.HANDLE_PROCEEDINGS: frozenset({Actor.CASE_OFFICER, Actor.EXECUTOR}),
    Permission.SIGN_DECISIONS: frozenset({Actor.SIGNER}),
    Permission.SEND_PAPERS: frozenset({Actor.CLERK}),
    Permission.TAKE_TRANSFERS: frozenset({Actor.COMMUNE}),
    Permission.ENTER_PAYMENTS: frozenset({Actor.TREASURY}),
}
"""The role in the proceedings given by each permission."""


DESKS = (
    Actor.DEVICE_USER,
    Actor.CASE_OFFICER,
    Actor.SIGNER,
    Actor.CLERK,
    Actor.COMMUNE,
    Actor.TREASURY,
)
"""Desks with waiting work; the enforcement role (`executor`) uses the case officer's."""


def desks_of(user: User) -> list[Actor]:
    """The desks of a person."""
    parts = {actor for permission, actors in PARTS.items() if user.may(permission) for actor in actors}
    return [desk for desk in DESKS if desk in parts]


@dataclass(frozen=True)
class Mover:
    """Who wants to take a step: a person with a role, a citizen (by a name for the history), or the
    software.
    """

    name: str
    actors: frozenset[Actor]
    audit_name: str
    person: int | None = None
    powers: tuple[Power, ...] = ()

    @property
    def power(self) -> Power | None:
        """The power by which they sign unless they choose: a title of their own first."""
        return self.powers[0] if self.powers else None

    def signing_by(self, power: Power | None) -> "Mover":
        """The same person, with one of their powers or none."""
        return replace(self, powers=(power,) if power is not None else ())


PROGRAMME = Mover("ngatu", frozenset({Actor.SYSTEM}), "system")
"""The software itself."""


def citizen(party_id: int) -> Mover:
    """The owner or driver acting through the portal; their name stays sealed."""
    return Mover(f"{CITIZEN}{party_id}", frozenset({Actor.CITIZEN}), f"party:{party_id}")


def for_citizen(by: Mover) -> Mover:
    """A person who enters what a citizen did by letter: the step is the citizen's, the entry the person's."""
    return Mover(by.name, frozenset({Actor.CITIZEN}), by.audit_name, by.person)


def mover(session: Session, user: User, day: date) -> Mover:
    """A person as the tables know them, with all their powers to sign on that day."""
    actors = frozenset(
        actor for permission, parts in PARTS.items() if user.may(permission) for actor in parts
    )
    assert user.id is not None
    powers = powers_of(session, user.id, day) if Actor.SIGNER in actors else ()
    return Mover(user.full_name, actors, user.actor, user.id, powers)


def powers_of(session: Session, user_id: int, day: date) -> tuple[Power, ...]:
    """A person's powers to sign on that day: titles of their own before delegations, the latest first. A
    delegation ends with the title of the one who gave it (Law Art 54).
    """
    rows = session.exec(
        select(SignerPower)
        .where(SignerPower.user_id == user_id, col(SignerPower.revoked_at).is_(None))
        .order_by(col(SignerPower.delegation).is_not(None), col(SignerPower.id).desc())
    )
    living = [row for row in rows if not _lapsed(session, row, day)]
    return tuple(power for power in map(_as_power, living) if power.holds(day))


def _lapsed(session: Session, row: SignerPower, day: date) -> bool:
    """Whether the giver of a delegation does not hold the title, on the day or when it begins."""
    giver, day = row.delegated_by, max(day, row.valid_from)
    return giver is not None and not _holds_itself(session, giver, row.title, day)


def _as_power(row: SignerPower) -> Power:
    return Power(row.title, row.delegation, row.valid_from, row.valid_to, row.id, row.delegated_by)


@dataclass(frozen=True)
class Held:
    """A title or delegation that was not revoked: its holder, and whose power was delegated; `lapsed`: the
    giver no longer holds the title, so that nobody may sign by it.
    """

    row: SignerPower
    user: User
    delegator: User | None
    lapsed: bool = False


def held_powers(session: Session, day: date) -> list[Held]:
    """All powers to sign, by name and day; including those that are over, begin later, or have lapsed by that
    day.
    """
    users = {user.id: user for user in list_users(session)}
    rows = session.exec(select(SignerPower).where(col(SignerPower.revoked_at).is_(None)))
    found = [
        Held(row, users[row.user_id], users.get(row.delegated_by), _lapsed(session, row, day)) for row in rows
    ]
    return sorted(found, key=lambda held: (held.user.full_name, held.row.valid_from, held.row.id or 0))


def grant_power(
    session: Session, book: LawBook, user_id: int, power: Power, actor: str, delegated_by: int | None = None
) -> SignerPower:
    """Enters a title a person holds, or a delegation with its number.

    Raises:
        InvalidError: a person who may not sign, no such title on that day, a last day before the first, a
            delegation
            without its number, or by somebody who does not hold the title themselves.
    """
    user = find_by_id(session, user_id)
    if user is None or user.disabled_at is not None or not user.may(Permission.SIGN_DECISIONS):
        raise InvalidError("signer", field="signer")
    if power.valid_to is not None and power.valid_to < power.valid_from:
        raise InvalidError("interval", field="valid_to")
    try:
        book.signer(power.title, power.valid_from)
    except LawError:
        raise InvalidError("title_unknown", field="title") from None
    if delegated_by is not None and not power.delegation:
        raise InvalidError("delegation", field="delegation")
    if delegated_by is not None and not _holds_itself(session, delegated_by, power.title, power.valid_from):
        raise InvalidError("delegator", field="delegated_by")
    row = SignerPower(
        user_id=user_id,
        title=power.title,
        delegation=power.delegation,
        delegated_by=delegated_by,
        valid_from=power.valid_from,
        valid_to=power.valid_to,
    )
    session.add(row)
    session.flush()
    detail = {"user": user_id, "title": power.title, "delegation": power.delegation or ""}
    audit.record(session, actor, "signer.grant", f"user:{user_id}", detail)
    return row


def _holds_itself(session: Session, user_id: int, title: str, day: date) -> bool:
    """Whether somebody holds the title in person on that day."""
    rows = session.exec(
        select(SignerPower).where(
            SignerPower.user_id == user_id,
            SignerPower.title == title,
            col(SignerPower.delegation).is_(None),
            col(SignerPower.revoked_at).is_(None),
        )
    )
    return any(own.holds(day) for own in map(_as_power, rows))


def revoke_power(session: Session, power_id: int, actor: str, now: datetime) -> SignerPower:
    """Ends a title or delegation for good.

    Raises:
        NotFoundError: there is none with that number.
        ConflictError: it was already revoked; the first revocation remains.
    """
    row = session.get(SignerPower, power_id, with_for_update=True)
    if row is None:
        raise NotFoundError("signer_power", id=power_id)
    if row.revoked_at is not None:
        raise ConflictError("power_revoked", id=power_id)
    row.revoked_at = now
    audit.record(session, actor, "signer.revoke", f"user:{row.user_id}", {"id": power_id})
    return row
