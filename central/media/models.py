"""The table of stored evidence files."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class Media(SQLModel, table=True):
    """A file in the store: complete, hashed and durable since `stored_at`."""

    __tablename__ = "media"

    sha256: str = Field(max_length=64, primary_key=True)
    bytes: int = Field(sa_type=BigInteger)
    media_type: str = Field(max_length=40)
    stored_at: datetime
