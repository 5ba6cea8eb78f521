"""Law tables newer than the shipped ones: uploaded, approved row by row where uncertain, activated; none is
ever deleted.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, Text, text
from sqlmodel import Field, SQLModel


class LawTable(SQLModel, table=True):
    """One uploaded version of one table (`name` as in `configs.law_tables`); `content` is the YAML as
    uploaded.

    `approved` holds the unsure rows a lawyer (pháp chế) took responsibility for: row → who and when. At most
    one version of a table is active; without one the shipped table applies.
    """

    __tablename__ = "law_table"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'active', 'replaced', 'dropped')", name="state"),
        CheckConstraint("uploaded_by <> activated_by", name="two_people"),
        Index(
            "uq_law_table_active",
            "name",
            unique=True,
            postgresql_where=text("state = 'active'"),
            sqlite_where=text("state = 'active'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=20)
    sha256: str = Field(max_length=64)
    content: str = Field(sa_type=Text)
    note: str = Field(default="", max_length=500)
    state: str = Field(default="draft", max_length=10)
    approved: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    uploaded_by: int = Field(foreign_key="app_user.id")
    uploaded_at: datetime
    activated_by: int | None = Field(default=None, foreign_key="app_user.id")
    activated_at: datetime | None = None
    replaced_at: datetime | None = None
