"""The list of cases: narrowed, counted, paged, and taken out as a file that is written down."""

import csv
import re
from datetime import datetime
from io import BytesIO, StringIO

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from central.accounts.permissions import Role
from central.connections.sheets import write_csv
from central.console.case_list import table_of
from central.db import transaction
from central.review import decisions, queue
from tests.central.faces import SignedIn
from tests.central.people import add_case, add_user, sight

_NOT_FOR_OPERATORS = "UPDATE case_file SET police_only_from = received_at WHERE id = 4"


@pytest.fixture
def officer(signed_in: SignedIn, now: datetime) -> TestClient:
    client = signed_in(Role.OFFICER)
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        add_case(session, now, 3, rule={"name": "wrong_lane", "version": 1}, signal=None)
        add_case(session, now, 4, site="ngo-gia-tu", site_name="Ngô Gia Tự")
        add_case(session, now, 5, occurred_at=datetime.fromisoformat("2026-11-05T16:59:00+00:00"))
        add_case(session, now, 6, occurred_at=datetime.fromisoformat("2026-11-05T17:00:00+00:00"))
    return client


def numbers(page: str) -> set[int]:
    return {int(number) for number in re.findall(r'href="/cases/(\d+)"', page)}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {1, 2, 3, 4, 5, 6}),
        ("state=&rule=&site=&first=&last=", {1, 2, 3, 4, 5, 6}),
        ("rule=wrong_lane", {3}),
        ("site=ngo-gia-tu", {4}),
        ("first=2026-11-05&last=2026-11-05", {5}),
        ("first=2026-11-06&last=2026-11-06", {6}),
        ("last=2026-11-05", {5}),
        ("state=recorded", set()),
        ("camera=nut-1/cam-1&rule=wrong_lane", {3}),
        ("camera=nut-2/cam-1", set()),
        ("state=open", {1, 2, 3, 4, 5, 6}),
        ("order=due&rule=wrong_lane", {3}),
        ("person=9999", set()),
        ("state=received&site=ngo-gia-tu&first=2026-11-10", {4}),
    ],
)
def test_the_list_is_narrowed_and_counted(officer: TestClient, query: str, found: set[int]) -> None:
    page = officer.get(f"/cases?{query}").text
    assert numbers(page) == found
    assert f"{len(found)} hồ sơ" in page
    rows = list(csv.reader(StringIO(officer.get(f"/cases/list.csv?{query}").text)))
    assert {int(row[0]) for row in rows[1:]} == found


@pytest.mark.parametrize(
    "query", ["state=nonsense", "first=0001-01-01", "last=x", "rule=" + "x" * 99, "order=x", "person=0"]
)
def test_what_is_no_choice_is_refused(officer: TestClient, query: str) -> None:
    assert officer.get(f"/cases?{query}").status_code == 422


def test_the_next_page_is_narrowed_too(officer: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("central.console.case_list.PAGE", 2)
    first = officer.get("/cases?state=received&last=2026-11-24").text
    older = re.search(r'href="(/cases\?before=[^"]+)"', first)
    assert older is not None
    second = officer.get(older[1].replace("&amp;", "&")).text
    assert numbers(second).isdisjoint(numbers(first))
    assert "last=2026-11-24" in older[1]


@pytest.mark.parametrize(
    ("order", "in_order"),
    [("newest", [6, 5, 4, 3, 2, 1]), ("oldest", [1, 2, 3, 4, 5, 6]), ("due", [5, 6, 1, 2, 3, 4])],
)
def test_pages_go_on_in_their_order(
    officer: TestClient, monkeypatch: pytest.MonkeyPatch, order: str, in_order: list[int]
) -> None:
    monkeypatch.setattr("central.console.case_list.PAGE", 2)
    found, page = [], officer.get(f"/cases?order={order}").text
    for _ in range(3):
        found += [int(number) for number in re.findall(r'href="/cases/(\d+)"', page)]
        older = re.search(r'href="(/cases\?before=[^"]+)"', page)
        page = officer.get(older[1].replace("&amp;", "&")).text if older else ""
    assert found == in_order


def test_a_person_finds_what_they_decided(officer: TestClient, now: datetime) -> None:
    with transaction(officer.app.state.engine) as session:  # type: ignore[attr-defined]
        lan = add_user(session, "lan", Role.OPERATOR, now)
        held = queue.claim_next(session, lan, "main", now)
        assert held is not None
        decisions.reject(session, lan, sight(held), now, "no_violation")
        number, person = held.id, lan.id
    assert numbers(officer.get(f"/cases?person={person}").text) == {number}


def test_the_list_is_a_workbook_too(officer: TestClient) -> None:
    query = "site=ngo-gia-tu"
    rows = list(csv.reader(StringIO(officer.get(f"/cases/list.csv?{query}").content.decode("utf-8-sig"))))
    book = load_workbook(BytesIO(officer.get(f"/cases/list.xlsx?{query}").content)).worksheets[0]
    assert [list(row) for row in book.iter_rows(values_only=True)] == rows
    assert len(rows) == 2
    assert "/cases/list.xlsx?site=ngo-gia-tu" in officer.get(f"/cases?{query}").text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_taken_out_is_written_down(officer: TestClient, signed_in: SignedIn, kind: str) -> None:
    answer = officer.get(f"/cases/list.{kind}?site=ngo-gia-tu")
    assert answer.headers["content-disposition"] == f'attachment; filename="cases.{kind}"'
    entry = signed_in(Role.LEADER).get("/api/v1/audit", params={"subject": "case:list"}).json()["items"][0]
    assert (entry["action"], entry["actor"]) == ("case.export", "user:officer")
    assert entry["detail"] == {"site": "ngo-gia-tu", "cases": 1}


def test_an_operator_takes_out_what_operators_see(officer: TestClient, signed_in: SignedIn) -> None:
    engine = officer.app.state.engine  # type: ignore[attr-defined]
    with transaction(engine) as session:
        session.connection().exec_driver_sql(_NOT_FOR_OPERATORS)
    file = signed_in(Role.OPERATOR).get("/cases/list.csv").text
    assert "Ngô Gia Tự" not in file


def test_no_name_becomes_a_formula(officer: TestClient, now: datetime) -> None:
    with transaction(officer.app.state.engine) as session:  # type: ignore[attr-defined]
        case = add_case(session, now, 7, site_name="=HYPERLINK(1)")
    assert b"'=HYPERLINK(1)" in write_csv(*table_of([case], "vi", str))
