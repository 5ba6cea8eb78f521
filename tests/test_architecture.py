"""`docs/architecture.md` names every package there is, and its tables are true."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NODE_TABLE = "The node, bottom up"
CENTRE_TABLE = "Layers of the centre"


def section(title: str) -> str:
    """The part of the page under a heading."""
    _, _, rest = (ROOT / "docs" / "architecture.md").read_text().partition(f"## {title}\n")
    return rest.partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of a table's rows, its head left out."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [line.strip("|").split(" | ") for line in lines[1:]]


def named(cell: str) -> set[str]:
    """The packages and modules that a cell names, without a closing slash."""
    return {name.rstrip("/") for name in re.findall(r"`([a-z_]+/?)`", cell)}


def inside(package: str) -> set[str]:
    """Packages and modules directly in one."""
    found = {path.stem for path in (ROOT / package).glob("*.py")}
    return (found | {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}) - {"__init__"}


@cache
def imported() -> dict[str, set[str]]:
    """What each package or module directly in `edge` imports of the others there."""
    found: dict[str, set[str]] = {name: set() for name in inside("edge")}
    for path in (ROOT / "edge").rglob("*.py"):
        of = path.relative_to(ROOT / "edge").with_suffix("").parts[0]
        found.setdefault(of, set()).update(_of_the_node(ast.parse(path.read_text())))
    return found


def _of_the_node(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "edge":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith("edge."):
            yield str(node.module).split(".")[1]


def test_all_top_level_packages_are_named() -> None:
    named_there = {name for cell, *_ in rows(section("Packages")) for name in named(cell)}
    assert named_there == {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}


def test_the_node_s_packages_are_named_once() -> None:
    names = [name for cell, _ in rows(section(NODE_TABLE)) for name in sorted(named(cell))]
    assert sorted(names) == sorted(inside("edge"))


@pytest.mark.parametrize("line", range(len(rows(section(NODE_TABLE)))))
def test_a_line_of_the_node_imports_only_lines_above_it(line: int) -> None:
    cells = [named(cell) for cell, _ in rows(section(NODE_TABLE))]
    above = set[str]().union(*cells[: line + 1])
    assert {name: imported()[name] - above for name in cells[line]} == {name: set() for name in cells[line]}


def test_the_centre_s_packages_are_named() -> None:
    commands = {name for name in inside("central") if name.endswith("_commands")}
    assert inside("central") - commands - named(section(CENTRE_TABLE)) == set()


def test_the_centre_s_layers_are_those_that_are_checked() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [layers] = [one["layers"] for one in contracts if one["type"] == "layers"]
    order = {
        name.strip().removeprefix("central."): place
        for place, line in enumerate(layers)
        for name in line.split("|")
    }
    there = [named(cells[1]) & order.keys() for cells in rows(section(CENTRE_TABLE))]
    commands = {name for name in order if name.endswith("_commands")}
    assert set[str]().union(*there) | commands == set(order)
    for upper, lower in pairwise(there):
        assert max(order[name] for name in upper) < min(order[name] for name in lower)
