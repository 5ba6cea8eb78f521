"""The table of requests of persons concerned."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel


class DataRequest(SQLModel, table=True):
    """One request for the data held about a person (yêu cầu cung cấp dữ liệu cá nhân).

    `sealed`: who asks, with which identity number and plate; it opens with the vault in the context
    `data_request:<key>`, `sealed_file` in `data_request_file:<key>`: the collected file. `reference` is the
    number of the letter. `answered_on`: the first answer, that the request was received and how it is dealt
    with; `ended_on`: the file was given or the request was refused (`outcome`). Sealed content is deleted
    some time after that (`erased_at`); the row stays in the register of requests.
    """

    __tablename__ = "data_request"
    __table_args__ = (
        CheckConstraint("outcome IN ('', 'given', 'refused')", name="outcome"),
        CheckConstraint("(outcome = '') = (ended_on IS NULL)", name="ended"),
        CheckConstraint("outcome <> 'refused' OR note <> ''", name="refused_with_reason"),
        Index("ix_data_request_ended", "ended_on", "erased_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=32, unique=True)
    sealed: bytes
    key_id: str = Field(max_length=16, index=True)
    reference: str = Field(max_length=120)
    received_on: date
    entered_at: datetime
    entered_by: int = Field(foreign_key="app_user.id")
    answer_by: date
    give_by: date
    legal_basis: str = Field(max_length=200)
    answered_on: date | None = None
    collected_at: datetime | None = None
    collected_by: int | None = Field(default=None, foreign_key="app_user.id")
    sealed_file: bytes | None = None
    file_sha256: str = Field(default="", max_length=64)
    ended_on: date | None = None
    outcome: str = Field(default="", max_length=8)
    note: str = Field(default="", max_length=500)
    erased_at: datetime | None = None
