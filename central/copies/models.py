"""The table of copies."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class OwnerCopy(SQLModel, table=True):
    """The masked copy of one file of a case. `statement` is the centre's signed statement of the original,
    `signed_with` the public key (base64url) that checks it.
    """

    __tablename__ = "owner_copy"
    __table_args__ = (UniqueConstraint("case_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id")
    name: str = Field(max_length=80)
    role: str = Field(max_length=20)
    media_type: str = Field(max_length=40)
    original_sha256: str = Field(max_length=64)
    copy_sha256: str = Field(max_length=64, index=True)
    statement: str = Field(max_length=4000)
    signed_with: str = Field(max_length=64)
    made_at: datetime
