"""New law tables: taken in as drafts, seen against what holds, approved, activated by another person,
never lost."""

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Role
from central.errors import ConflictError, ForbiddenError, InvalidError
from central.law import service as law
from central.law.service import LawTableError, NotApprovedError
from configs.law_tables import FOLDER, Scene, shipped
from tests.central.people import add_user

DAY = date(2026, 11, 24)


def text_of(name: str, *changes: tuple[str, str]) -> str:
    """A shipped table with changes, each of which must hit something."""
    content = (Path(FOLDER) / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in content
        content = content.replace(old, new, 1)
    return content


_RED = "fine_min: 18_000_000, fine_max: 20_000_000, points: 4, confidence: sure, source: nd168"
_NEW = "fine_min: 20_000_000, fine_max: 30_000_000, points: 5, confidence: unsure, source: nd168"
_ROW = '{act: red_light, vehicle: car, code: RED-A, article: "6.9.b", '
DEARER = (
    f"{_RED}, valid_from: 2025-01-01, valid_to: null",
    f"{_RED}, valid_from: 2025-01-01, valid_to: 2026-10-31}}\n"
    f"- {_ROW}{_NEW}, valid_from: 2026-11-01, valid_to: null",
)


@pytest.fixture
def admin(session: Session, now: datetime) -> User:
    return add_user(session, "quan-tri", Role.ADMIN, now)


@pytest.fixture
def lawyer(session: Session, now: datetime) -> User:
    return add_user(session, "phap-che", Role.LAWYER, now)


def red_light(session: Session, at: date = DAY) -> tuple[int, int]:
    """Top of the band and points of a car's red light by the law in use."""
    row = law.book(session).options("red_light", "car", at, Scene())[0].offence
    return row.fine_max, row.points


def test_without_uploads_the_shipped_tables_hold(session: Session) -> None:
    assert law.book(session).offences_table == shipped().offences_table


def test_a_new_dated_row_holds_from_its_day_once_approved_and_activated(
    session: Session, admin: User, lawyer: User, now: datetime
) -> None:
    table, changes = law.upload(session, "offences", text_of("offences", DEARER), admin, "NĐ mới", now)
    assert [(change.before is None, change.unsure) for change in changes] == [(False, False), (True, True)]
    assert red_light(session) == (20_000_000, 4)
    with pytest.raises(NotApprovedError):
        law.activate(session, table.id or 0, lawyer, now)
    law.approve(session, table.id or 0, [changes[1].row], lawyer, now)
    law.activate(session, table.id or 0, lawyer, now)
    assert red_light(session) == (30_000_000, 5)
    assert red_light(session, date(2026, 10, 31)) == (20_000_000, 4)


def test_whoever_uploads_does_not_activate(session: Session, admin: User, now: datetime) -> None:
    table, _ = law.upload(session, "holidays", text_of("holidays"), admin, "", now)
    with pytest.raises(ForbiddenError):
        law.activate(session, table.id or 0, admin, now)


def test_the_old_version_stays_and_the_newest_active_one_holds(
    session: Session, admin: User, lawyer: User, now: datetime
) -> None:
    for amount in ("amount: 11", "amount: 12"):
        content = text_of("deadlines", ("amount: 10", amount))
        table, _ = law.upload(session, "deadlines", content, admin, "", now)
        law.approve(session, table.id or 0, law.unapproved(table), lawyer, now)
        law.activate(session, table.id or 0, lawyer, now)
    assert law.book(session).deadlines(DAY)["notice"].amount == 12
    assert [(table.state, "amount: 11" in table.content) for table in law.versions(session, "deadlines")] == [
        ("active", False),
        ("replaced", True),
    ]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("offences", "offences: [", "offences.yaml:1"),
        ("offences", "sources: {}\noffences: []\nfoo: 1", "unknown key"),
        ("ships", "", "ships"),
        ("deadlines", text_of("deadlines", ("instead_of: decision\n", "instead_of: verdict\n")), "verdict"),
        ("acts", text_of("acts", ("{act: red_light,", "{act: green_light,")), "red_light"),
        ("offences", text_of("offences", ("valid_to: 2026-08-14", "valid_to: null")), "holds on days"),
    ],
)
def test_a_table_that_can_t_be_used_is_refused_with_all_that_is_wrong(
    session: Session, admin: User, now: datetime, name: str, content: str, told: str
) -> None:
    with pytest.raises(LawTableError, match=told):
        law.upload(session, name, content, admin, "", now)


def test_only_rows_of_the_table_are_approved(
    session: Session, admin: User, lawyer: User, now: datetime
) -> None:
    table, _ = law.upload(session, "holidays", text_of("holidays"), admin, "", now)
    with pytest.raises(InvalidError):
        law.approve(session, table.id or 0, ["holidays:1999-01-01"], lawyer, now)


def test_a_draft_that_was_given_up_is_not_activated(
    session: Session, admin: User, lawyer: User, now: datetime
) -> None:
    table, _ = law.upload(session, "holidays", text_of("holidays"), admin, "", now)
    law.drop(session, table.id or 0, admin)
    with pytest.raises(ConflictError):
        law.activate(session, table.id or 0, lawyer, now)


def test_the_same_table_changes_nothing(session: Session, admin: User, now: datetime) -> None:
    for name in law.NAMES:
        _, changes = law.upload(session, name, text_of(name), admin, "", now)
        assert changes == []


@pytest.mark.parametrize(
    ("begins", "told"),
    [("2026-11-01", False), ("2028-11-23", False), ("2028-11-24", True), ("2199-01-01", True)],
)
def test_a_row_that_begins_in_the_far_future_is_told(
    session: Session, admin: User, now: datetime, begins: str, told: bool
) -> None:
    content = text_of(
        "offences", (DEARER[0], DEARER[1].replace("valid_from: 2026-11-01", f"valid_from: {begins}"))
    )
    _, changed = law.upload(session, "offences", content, admin, "", now)
    assert [row.rpartition("/")[2] for row in law.far_ahead(changed, DAY)] == [begins] * told
