"""Tables of owners, drivers and organisations: no personal data in plain text, every fact with its source and
time.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel


class Party(SQLModel, table=True):
    """A person or organisation (cá nhân, tổ chức) that a case concerns.

    `identity_index`: blind index of the identity number or tax code, the only means of finding a person.
    `area` is the code of the commune where they live, which decides who handles the case. A blocked party,
    which was named by mistake, is shown to nobody.
    """

    __tablename__ = "party"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'organisation')", name="kind"),
        Index(
            "uq_party_identity",
            "identity_index",
            unique=True,
            postgresql_where=text("blocked_at IS NULL"),
            sqlite_where=text("blocked_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=12)
    identity_index: str = Field(max_length=64)
    area: str | None = Field(default=None, max_length=20)
    created_at: datetime
    blocked_at: datetime | None = None
    blocked_reason: str = Field(default="", max_length=300)


class PartyFact(SQLModel, table=True):
    """One field of a party from one source; a correction ends the old fact and keeps it.

    `sealed` opens with the vault in the context `party:<id>:<field>`.
    """

    __tablename__ = "party_fact"
    __table_args__ = (
        Index(
            "uq_party_fact_present",
            "party_id",
            "field",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    party_id: int = Field(foreign_key="party.id", index=True)
    field: str = Field(max_length=24)
    sealed: bytes
    key_id: str = Field(max_length=16, index=True)
    source: str = Field(max_length=120)
    at: datetime
    ended_at: datetime | None = None


class CaseParty(SQLModel, table=True):
    """A party in a role of a case, from one time to another. At most one party per role at a time."""

    __tablename__ = "case_party"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'driver', 'buyer', 'lessee')", name="role"),
        Index(
            "uq_case_party_present",
            "case_id",
            "role",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    party_id: int = Field(foreign_key="party.id", index=True)
    role: str = Field(max_length=8)
    source: str = Field(max_length=120)
    at: datetime
    ended_at: datetime | None = None
