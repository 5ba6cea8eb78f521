"""REST: law tables: uploaded as drafts, approved where unsure, activated by another person."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.law import service as law
from central.law.models import LawTable
from central.proceedings import law_impact, law_missing
from central.values import Text, Verbatim
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id
from contract.local_time import local_day

router = APIRouter(prefix="/law-tables", tags=["law"])

Viewer = Annotated[User, Depends(require(Permission.VIEW_LAW))]
Uploader = Annotated[User, Depends(require(Permission.UPLOAD_LAW))]
Lawyer = Annotated[User, Depends(require(Permission.APPROVE_LAW))]


class TableBody(BaseModel):
    """A new version of a table, as YAML."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Text, Field(max_length=20)]
    content: Annotated[Verbatim, Field(min_length=1, max_length=200_000)]
    note: Annotated[Text, Field(max_length=500)] = ""


class ApprovalBody(BaseModel):
    """Rows a lawyer takes responsibility for."""

    model_config = ConfigDict(extra="forbid")

    rows: Annotated[list[Annotated[Text, Field(max_length=300)]], Field(max_length=500)]


class TablePublic(BaseModel):
    """One version of a table."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    state: str
    sha256: str
    note: str
    uploaded_at: datetime
    activated_at: datetime | None


class ChangePublic(BaseModel):
    """A row that differs from the table in use."""

    model_config = ConfigDict(from_attributes=True)

    row: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    unsure: bool


class LostPublic(BaseModel):
    """A row of the table in use that nothing stands in for on these days (null: no bound), and how many of
    each kind need it.
    """

    row: dict[str, Any]
    first: date | None
    last: date | None
    needed_by: dict[law_missing.Where, int]

    @classmethod
    def of(cls, lost: law_missing.Lost) -> "LostPublic":
        """The row as JSON."""
        missing = lost.missing
        return cls(
            row=missing.row.model_dump(mode="json"),
            first=None if missing.first == date.min else missing.first,
            last=None if missing.last == date.max else missing.last,
            needed_by={need.where: need.n for need in lost.needs},
        )


class TableDetail(TablePublic):
    """A version: what it changes, what is still to be approved, how many open cases it affects, how many
    under review it might be applied to, and which rows would be missing.
    """

    changes: list[ChangePublic]
    unapproved: list[str]
    touched: int
    touched_cases: list[int]
    touched_unrecorded: int
    missing: list[LostPublic]


@router.get("")
def list_tables(session: ReadSessionDep, _user: Viewer) -> list[TablePublic]:
    """Every version, newest first; without an active one of a name the shipped table holds."""
    return [TablePublic.model_validate(table) for table in law.versions(session)]


@router.post("")
def upload(session: SessionDep, user: Uploader, now: Now, body: TableBody) -> TableDetail:
    """Uploads a version as a draft."""
    table, _ = law.upload(session, body.name, body.content, user, body.note, now)
    return _detail(session, table, now)


@router.get("/{table_id}")
def get_table(session: ReadSessionDep, _user: Viewer, now: Now, table_id: Id) -> TableDetail:
    """One version compared with the table in use."""
    return _detail(session, law.table_of(session, table_id), now)


@router.post("/{table_id}/approvals")
def approve(session: SessionDep, user: Lawyer, now: Now, table_id: Id, body: ApprovalBody) -> TableDetail:
    """A lawyer approves uncertain rows."""
    return _detail(session, law.approve(session, table_id, body.rows, user, now), now)


@router.post("/{table_id}/activation")
def activate(session: SessionDep, user: Lawyer, now: Now, table_id: Id) -> TablePublic:
    """Activates a draft; deadlines of affected open cases are recalculated."""
    return TablePublic.model_validate(law_impact.activate(session, table_id, user, now))


def _detail(session: Session, table: LawTable, now: datetime) -> TableDetail:
    assert table.id is not None
    draft = table.state == "draft"
    impact = law_impact.touched(session, table.id) if draft else law_impact.Impact(0, ())
    changes = law.changes_of(session, table.id) if draft else []
    lost = law_missing.lost_rows(session, table.id, local_day(now)) if draft else []
    return TableDetail(
        **TablePublic.model_validate(table).model_dump(),
        changes=[ChangePublic.model_validate(change) for change in changes],
        unapproved=law.unapproved(table) if draft else [],
        touched=impact.total,
        touched_cases=list(impact.cases),
        touched_unrecorded=impact.unrecorded,
        missing=[LostPublic.of(each) for each in lost],
    )
