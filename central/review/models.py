"""Cases a person skipped: they are not given to that person again for a while, and can be skipped only so
often.
"""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Skip(SQLModel, table=True):
    """One case skipped (để sau) by one person."""

    __tablename__ = "review_skip"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id")
    user_id: int = Field(foreign_key="app_user.id", index=True)
    at: datetime
