"""The table of notifications."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel


class Notification(SQLModel, table=True):
    """One notification of one party, once for its `key`: in the portal's inbox, by e-mail where there is an
    address, by post where a clerk enters it. `values` hold numbers and days, nothing personal.

    `document_id`: the paper with its content. `proof`: the mail server's answer, with the message's id;
    `problem`: why no mail can be sent. `read_at`: opened in the portal by somebody who may see the case.
    `post_reference`: the item's number; `delivered_on`: the day the paper was handed over, by its proof.
    """

    __tablename__ = "notification"
    __table_args__ = (
        CheckConstraint("delivered_on IS NULL OR posted_on <= delivered_on", name="post_days"),
        Index(
            "ix_notification_to_post",
            "id",
            postgresql_where=text("document_id IS NOT NULL AND posted_on IS NULL"),
            sqlite_where=text("document_id IS NOT NULL AND posted_on IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=100, unique=True)
    party_id: int = Field(foreign_key="party.id", index=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    kind: str = Field(max_length=24)
    values: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime
    sent_at: datetime | None = None
    proof: str = Field(default="", max_length=300)
    problem: str = Field(default="", max_length=100)
    document_id: int | None = Field(default=None, foreign_key="document.id")
    read_at: datetime | None = None
    posted_on: date | None = None
    post_reference: str = Field(default="", max_length=60)
    delivered_on: date | None = None
