"""The table of months whose vehicle searches a supervisor has reviewed."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class SearchReview(SQLModel, table=True):
    """One month's review. `month` is `2026-11`; `searches` is the number of searches, `doubtful` how many of
    them the supervisor questions, for the reason in `note`.
    """

    __tablename__ = "search_review"

    month: str = Field(max_length=7, primary_key=True)
    searches: int
    doubtful: int
    note: str = Field(default="", max_length=1000)
    reviewed_by: int = Field(foreign_key="app_user.id")
    reviewed_at: datetime
