"""A feature asks another for what it wants to know: no query of one feature names a table of another.

The walls between packages are import-linter's; it can't tell the use of a model as a type, or of a row that a
service gave, from a query, and this can.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

CENTRAL = Path(__file__).parents[2] / "central"

FIGURES = {"reports/figures.py"}
"""Counts across all features: the leaders' figures are theirs, in one query each."""

QUERIES = {"select", "select_from", "get", "join", "outerjoin", "update", "delete", "insert", "insert_new"}

MODULES = [
    path
    for path in (file.relative_to(CENTRAL) for file in sorted(CENTRAL.glob("*/**/*.py")))
    if path.parts[0] != "migrations" and path.as_posix() not in FIGURES
]


def foreign_tables(tree: ast.Module, feature: str) -> set[str]:
    """Names in a module that are models of other features."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".models"):
            of = str(node.module).split(".")
            if of[0] == "central" and of[1] != feature:
                found |= {name.asname or name.name for name in node.names if name.name[0].isupper()}
    return found


def queries(tree: ast.Module, tables: set[str]) -> Iterator[str]:
    """Where a module uses such a table in a query: a column of it, or all of it in `select` or `get`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _names(node.value, tables):
            yield f"{node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.Call) and _is_query(node) and any(_names(arg, tables) for arg in node.args):
            yield f"{node.lineno}: {ast.unparse(node)[:60]}"


def _is_query(node: ast.Call) -> bool:
    return getattr(node.func, "id", getattr(node.func, "attr", "")) in QUERIES


def _names(node: ast.expr, tables: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in tables


def test_a_feature_queries_its_own_tables_only() -> None:
    found = []
    for module in MODULES:
        tree = ast.parse((CENTRAL / module).read_text())
        found += [f"{module}: {query}" for query in queries(tree, foreign_tables(tree, module.parts[0]))]
    assert found == []


def test_a_query_of_a_foreign_table_is_seen() -> None:
    tree = ast.parse(
        "from central.cases.models import Case\n"
        "def find(session, case: Case):\n"
        "    return session.get(Case, case.id) or session.exec(select(Note).where(Note.x == Case.id))\n"
    )
    assert len(list(queries(tree, foreign_tables(tree, "review")))) == 2
