"""Tables of papers: number series, editions of forms, and each paper with its frozen values and its sealed,
signed file.
"""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class DocumentSeries(SQLModel, table=True):
    """The last number a unit issued for a kind of paper in a year. Its row is locked while a number is taken,
    and the number is only used if the paper is stored: no gaps, no duplicates.
    """

    __tablename__ = "document_series"

    unit: str = Field(primary_key=True, max_length=20)
    kind: str = Field(primary_key=True, max_length=24)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int = 0


class FormEdition(SQLModel, table=True):
    """An uploaded edition of one paper's form: its row and its template, never changed and never deleted.

    In use is the active one with the latest `valid_from` not after the paper's day, otherwise the packaged
    one. `replaced`: another edition of the same day was activated. An active one is `withdrawn` only while
    no paper was made on it. `shared`: the SHA-256 of each shared part as a lawyer saw it when it was approved
    or looked at again; empty before, and for those approved before this was recorded.
    """

    __tablename__ = "form_edition"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'active', 'replaced', 'withdrawn', 'dropped')", name="state"),
        CheckConstraint("uploaded_by <> activated_by", name="two_people"),
        Index(
            "uq_form_edition_active",
            "kind",
            "valid_from",
            unique=True,
            postgresql_where=text("state = 'active'"),
            sqlite_where=text("state = 'active'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=24)
    code: str = Field(max_length=120)
    title: str = Field(max_length=200)
    basis: str = Field(max_length=300)
    valid_from: date
    template: str = Field(sa_type=Text)
    sha256: str = Field(max_length=64)
    shared: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    note: str = Field(max_length=500)
    state: str = Field(default="draft", max_length=10)
    uploaded_by: int = Field(foreign_key="app_user.id")
    uploaded_at: datetime
    activated_by: int | None = Field(default=None, foreign_key="app_user.id")
    activated_at: datetime | None = None
    ended_by: int | None = Field(default=None, foreign_key="app_user.id")
    ended_at: datetime | None = None
    ended_why: str = Field(default="", max_length=500)


class Document(SQLModel, table=True):
    """One paper (văn bản, biên bản). Its values are frozen when it is drawn up; the file follows from them.

    `sealed_values`: the values as JSON under the document's own key; `wrapped_key`: that key, sealed by the
    vault's key `key_id`, so that a new vault key requires no file to be rewritten. `sha256` is the signed
    PDF's, `sealed_sha256` its name in the media store, where it is sealed. `form_id` is the uploaded edition
    of its form, None for the packaged one. `key` makes drawing up the same
    paper idempotent. `final`: its content is complete; a draft waits for its signer, and no certificate signs
    its file. A paper past its retention period is `disposed`: key, values and file are gone, its number, day
    and hashes stay.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("unit", "kind", "year", "sequence"),
        CheckConstraint("state IN ('drawn', 'rendered', 'signed', 'failed', 'disposed')", name="state"),
        CheckConstraint("state NOT IN ('rendered', 'signed') OR sha256 IS NOT NULL", name="with_file"),
        Index("ix_document_case", "case_id", "id"),
        Index("ix_document_signed", "signed_at", "kind"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=120, unique=True)
    kind: str = Field(max_length=24)
    template: str = Field(max_length=40)
    form_id: int | None = Field(default=None, foreign_key="form_edition.id", index=True)
    case_id: int | None = Field(default=None, foreign_key="case_file.id")
    decision_id: int | None = Field(default=None, foreign_key="decision.id")
    party_id: int | None = Field(default=None, foreign_key="party.id")
    unit: str = Field(max_length=20)
    year: int
    sequence: int
    number: str = Field(max_length=60)
    dated: date
    drawn_at: datetime
    drawn_by: int | None = Field(default=None, foreign_key="app_user.id")
    final: bool = True
    state: str = Field(default="drawn", max_length=10)
    wrapped_key: bytes
    key_id: str = Field(max_length=16, index=True)
    sealed_values: bytes
    values_sha256: str = Field(max_length=64)
    sha256: str | None = Field(default=None, max_length=64)
    sealed_sha256: str | None = Field(default=None, max_length=64)
    pages: int | None = None
    rendered_at: datetime | None = None
    signed_at: datetime | None = None
    signed_as: str = Field(default="", max_length=300)
    sent_at: datetime | None = None
    sent_how: str = Field(default="", max_length=40)
    error: str = Field(default="", max_length=500)
