"""Tables of legal holds and of deletions."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class LegalHold(SQLModel, table=True):
    """Nothing of a case is deleted while a hold (tạm dừng hủy) is on it; at most one at a time."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        Index(
            "uq_legal_hold_present",
            "case_id",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
            sqlite_where=text("lifted_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    reason: str = Field(max_length=300)
    placed_by: str = Field(max_length=100)
    placed_at: datetime
    lifted_by: str | None = Field(default=None, max_length=100)
    lifted_at: datetime | None = None
    lifted_reason: str = Field(default="", max_length=300)


class Disposal(SQLModel, table=True):
    """A deletion of a case's data under a rule. The hashes stay: of the manifest, of each deleted file, and
    of each that another case still needs (`shared`).
    """

    __tablename__ = "disposal"
    __table_args__ = (
        UniqueConstraint("covers", "case_id"),
        CheckConstraint("covers IN ('media', 'personal_data', 'papers')", name="covers"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id")
    covers: str = Field(max_length=16)
    rule: str = Field(max_length=40)
    at: datetime
    ended_at: datetime
    manifest_sha256: str = Field(max_length=64)
    files: list[str] = Field(default_factory=list, sa_type=JSON)
    shared: list[str] = Field(default_factory=list, sa_type=JSON)
