"""What a person concerned may not read in their own file: other persons, and officers beyond their role."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from central.accounts.service import list_users
from central.proceedings.models import CITIZEN

OTHER = "another person"
"""Stands for any other person."""

SOFTWARE, CITIZEN_SELF, NODE, UNKNOWN = "software", "you", "camera", "staff"


@dataclass(frozen=True)
class Staff:
    """The roles of everybody who works at the centre, by id and by name."""

    by_id: Mapping[int, str]
    by_name: Mapping[str, str]

    @classmethod
    def of(cls, session: Session) -> "Staff":
        """From the register of users."""
        users = list_users(session)
        return cls(
            {user.id: user.role for user in users if user.id is not None},
            {user.username: user.role for user in users},
        )

    def of_step(self, actor_id: int | None, actor: str, mine: set[int]) -> str:
        """Who took a step: a role, the person concerned, another person, or the software."""
        if actor_id is not None:
            return self.by_id.get(actor_id, UNKNOWN)
        if actor.startswith(CITIZEN):
            return CITIZEN_SELF if actor.removeprefix(CITIZEN) in map(str, mine) else OTHER
        return SOFTWARE

    def of_actor(self, actor: str) -> str:
        """The role of an actor of the audit log (`user:lan`)."""
        kind, _, name = actor.partition(":")
        if kind == "user":
            return self.by_name.get(name, UNKNOWN)
        return {"node": NODE, "system": SOFTWARE}.get(kind, kind)


def stated(row: Any, *names: str) -> dict[str, Any]:
    """These columns of a row; whatever is not named stays out of the file."""
    return {name: getattr(row, name) for name in names}


def withheld(text: str) -> bool:
    """Whether there is a note by staff, whose free text may name others and is therefore not copied."""
    return bool(text.strip())


_OF_A_DRIVER = frozenset({"name", "identity", "address", "phone", "licence_number"})


def without_others(content: dict[str, Any] | None) -> dict[str, Any] | None:
    """A text that was sent, without the data of the driver whom it names; the sender's own words stay."""
    fields = (content or {}).get("fields")
    if content is None or not fields:
        return content
    return {**content, "fields": {k: OTHER if k in _OF_A_DRIVER else v for k, v in fields.items()}}
