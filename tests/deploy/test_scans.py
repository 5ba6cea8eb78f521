"""The scan of the source is on for everything that is shipped."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED = ("contract", "configs", "central", "edge", "web", "ngatu")


def test_the_source_scan_is_on_for_all_that_is_shipped() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert {rule for rule in lint["ignore"] if rule.startswith("S")} == {"S101", "S311", "S603"}
    spared = [pattern for pattern, rules in lint["per-file-ignores"].items() if "S" in rules]
    assert [pattern for pattern in spared if pattern.startswith(SHIPPED)] == []
