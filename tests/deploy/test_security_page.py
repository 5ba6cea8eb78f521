"""The checklist of the security page: each demand stands there once, each test it names exists."""

import ast
import re
from functools import cache
from typing import NamedTuple

import pytest

from tests.deploy.pages import ROOT

PAGE = (ROOT / "docs/security.md").read_text("utf-8")
IDS = [f"DP-{n:02}" for n in range(20)] + [f"SEC-{n:02}" for n in range(1, 28)]
SHOWN, NOT_SHOWN = {"held", "partly"}, {"open", "operator"}
_ROW = re.compile(r"^\| ((?:DP|SEC)-\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


class Row(NamedTuple):
    """A line of the checklist as the page has it."""

    id: str
    what: str
    state: str
    left: str
    shown_by: str


ROWS = [Row(*found) for found in _ROW.findall(PAGE)]
NAMED = _TEST.findall(PAGE)


@cache
def functions_of(path: str) -> frozenset[str]:
    """The names of the functions on the top level of the file, none if there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    body = ast.parse(file.read_text("utf-8")).body
    return frozenset(node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_each_demand_stands_there_once() -> None:
    assert [row.id for row in ROWS] == IDS
    assert re.findall(r"\b(?:DP|SEC)-\d+", PAGE) == IDS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_what_is_said_to_be_done_is_shown_and_nothing_else(row: Row) -> None:
    assert row.state in SHOWN | NOT_SHOWN
    assert bool(_TEST.findall(row.shown_by)) == (row.state in SHOWN)
    assert row.left != "—" or row.state != "partly", "what is missing?"
    assert _TEST.sub("", row.shown_by).strip() in ("", "—"), "tests only"


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_test_that_is_named_exists(path: str, name: str) -> None:
    assert name in functions_of(path)
