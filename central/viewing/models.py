"""The table of viewing copies."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class ViewingCopy(SQLModel, table=True):
    """The H.264 copy of a clip with another codec; each of its pictures is marked as a copy and names the
    original.
    """

    __tablename__ = "viewing_copy"

    original_sha256: str = Field(max_length=64, primary_key=True)
    copy_sha256: str = Field(max_length=64)
    made_at: datetime
