"""Tables of citizens as visitors of the portal: their sessions, failed tries and submissions."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel


class CitizenSession(SQLModel, table=True):
    """A browser in which a citizen opened something. The token is only in its cookie; here is its SHA-256.

    `party_id`: set for a person signed in with an electronic identity; without it the session shows only
    cases opened by codes.
    """

    __tablename__ = "citizen_session"

    token_sha256: str = Field(max_length=64, primary_key=True)
    party_id: int | None = Field(default=None, foreign_key="party.id")
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class OpenedNotice(SQLModel, table=True):
    """A notice whose code was entered in a session."""

    __tablename__ = "citizen_opened_notice"

    token_sha256: str = Field(max_length=64, primary_key=True, foreign_key="citizen_session.token_sha256")
    document_id: int = Field(primary_key=True, foreign_key="notice_access.document_id")
    at: datetime


class CodeTries(SQLModel, table=True):
    """Wrong codes for one notice or from one network address. `subject` is a keyed hash: no address is
    stored.
    """

    __tablename__ = "citizen_code_tries"

    subject: str = Field(max_length=64, primary_key=True)
    failures: int = 0
    since: datetime
    locked_until: datetime | None = None


class Submission(SQLModel, table=True):
    """A submission of a citizen about a case: an answer, explanation, request or letter. Its text never
    changes.

    `sealed` opens with the vault in the context `submission:<key>`; `sha256` is of the plain content. `via`:
    how it came; `came_on`: the day it was sent or received, for one a clerk entered (`entered_by`).
    `step_id`: the step it became, None if it is not a step, or not yet. `state`: it waits for a clerk, was
    accepted (tiếp nhận), or returned (trả lại) for `refusal`; `reply` is the office's text to the sender.
    """

    __tablename__ = "citizen_submission"
    __table_args__ = (
        CheckConstraint("signed_by IN ('code', 'identity', 'letter')", name="signed_by"),
        CheckConstraint("via IN ('portal', 'post', 'counter', 'email')", name="via"),
        CheckConstraint("state IN ('waiting', 'accepted', 'returned')", name="state"),
        CheckConstraint("(state = 'returned') = (refusal <> '')", name="refusal"),
        Index("ix_citizen_submission_case", "proceeding_id", "id"),
        Index("ix_citizen_submission_state", "state", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=32, unique=True)
    number: str = Field(max_length=40, unique=True)
    proceeding_id: int = Field(foreign_key="proceeding.id")
    party_id: int = Field(foreign_key="party.id", index=True)
    kind: str = Field(max_length=24)
    sealed: bytes
    key_id: str = Field(max_length=16, index=True)
    sha256: str = Field(max_length=64)
    at: datetime
    signed_by: str = Field(max_length=8)
    via: str = Field(default="portal", max_length=8)
    came_on: date
    entered_by: int | None = Field(default=None, foreign_key="app_user.id")
    state: str = Field(default="waiting", max_length=8)
    refusal: str = Field(default="", max_length=24)
    step_id: int | None = Field(default=None, foreign_key="proceeding_step.id")
    replied_at: datetime | None = None
    replied_by: int | None = Field(default=None, foreign_key="app_user.id")
    reply: str = Field(default="", max_length=1000)


class Draft(SQLModel, table=True):
    """An answer that is being written, sealed like a submission in the context `draft:<key>`."""

    __tablename__ = "citizen_draft"

    proceeding_id: int = Field(primary_key=True, foreign_key="proceeding.id")
    party_id: int = Field(primary_key=True, foreign_key="party.id")
    kind: str = Field(primary_key=True, max_length=24)
    key: str = Field(max_length=32, unique=True)
    sealed: bytes
    key_id: str = Field(max_length=16, index=True)
    saved_at: datetime


class Attachment(SQLModel, table=True):
    """A file attached to an answer: checked, re-encoded, and sealed under its own key in the media store.

    Until its answer is sent (`submission_id` None) its owner may remove it.
    """

    __tablename__ = "citizen_attachment"
    __table_args__ = (Index("ix_citizen_attachment_case", "proceeding_id", "party_id"),)

    id: int | None = Field(default=None, primary_key=True)
    proceeding_id: int = Field(foreign_key="proceeding.id")
    party_id: int = Field(foreign_key="party.id")
    submission_id: int | None = Field(default=None, foreign_key="citizen_submission.id", index=True)
    key: str = Field(max_length=32, unique=True)
    name: str = Field(max_length=100)
    media_type: str = Field(max_length=40)
    size: int
    sha256: str = Field(max_length=64)
    sealed_sha256: str = Field(max_length=64)
    wrapped_key: bytes
    key_id: str = Field(max_length=16, index=True)
    at: datetime
