"""Only `central.cases` changes a case: everywhere else its columns are read."""

import ast
from collections.abc import Iterator
from pathlib import Path

import central
from central.cases.models import Case

ROOT = Path(central.__file__).parent
COLUMNS = set(Case.model_fields)
OTHERS = [path for path in sorted(ROOT.rglob("*.py")) if path.parent != ROOT / "cases"]


def assigned(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Variable and attribute of every assignment to an attribute."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else targets
        flat = [part for target in targets for part in ast.walk(target)]
        for part in flat:
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
                yield part.value.id, part.attr


def test_nobody_else_assigns_to_a_case() -> None:
    written = {
        f"{path.relative_to(ROOT)}: {name}.{column}"
        for path in OTHERS
        for name, column in assigned(ast.parse(path.read_text()))
        if "case" in name
    }
    assert written == set()


def test_the_check_sees_what_it_looks_for() -> None:
    assert set(assigned(ast.parse("case.state, x = 1, 2\ncase.version += 1"))) == {
        ("case", "state"),
        ("case", "version"),
    }
    assert {"state", "version", "owner_match"} <= COLUMNS
