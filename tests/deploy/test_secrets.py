"""Every secret of the settings has a file, a unit that hands it over, and a container that does."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from central.settings import CentralSettings, SecretFile
from tests.deploy.pages import ROOT, parse

README = (ROOT / "deploy/README.md").read_text("utf-8")
UNITS = {
    path.name.removeprefix("ngatu-central-").partition(".")[0].rstrip("@"): path.read_text("utf-8")
    for path in (ROOT / "deploy/systemd").glob("ngatu-central-*.service")
}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))
OURS = {name: made for name, made in COMPOSE["services"].items() if made["image"] == "ngatu"}
_ROW = re.compile(r"^ +\| (`[^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_NAME = re.compile(r"`([\w.-]+)`")
PROCESSES = ("serve", "portal", "ingest", "worker", "backup")
KEPT_BY_ROOT = {"owner.key", "index.key", "broker.key", "signing.token"}
"""In containers the keys lie in the volume; a compose file that uses the others names them."""

_CHECK = get_args(SecretFile)[1]


def secret_fields(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Paths of the settings that name a secret's file."""
    for name, field in model.model_fields.items():
        kinds = [field.annotation, *get_args(field.annotation)]
        if _CHECK in field.metadata or any(_CHECK in get_args(kind) for kind in kinds):
            yield f"{prefix}{name}"
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from secret_fields(kind, f"{prefix}{name}.")


FIELDS = sorted(set(secret_fields(CentralSettings)) - {"key_file"})
"""`key_file` is the centre's own key: it lies in its folder (README.md, the trap)."""
TABLE = [
    (file, setting, {process for process in PROCESSES if process in row[2]})
    for row in _ROW.findall(README)
    for file, setting in zip(_NAME.findall(row[0]), _NAME.findall(row[1]) or [""], strict=True)
]


def test_the_table_has_every_secret_of_the_settings() -> None:
    assert sorted(setting for _, setting, _ in TABLE if setting) == FIELDS


@pytest.mark.parametrize(("file", "setting", "processes"), TABLE, ids=[row[0] for row in TABLE])
def test_units_hand_over_what_the_table_says_and_no_other(
    file: str, setting: str, processes: set[str]
) -> None:
    line = f"\nLoadCredential={file}:/etc/ngatu/secrets/{file}\n"
    assert {name for name, text in UNITS.items() if line in text} == processes


def test_no_unit_hands_over_what_the_table_does_not_know() -> None:
    handed = {name for text in UNITS.values() for name in re.findall(r"^LoadCredential=([^:]+):", text, re.M)}
    assert handed == {file for file, _, _ in TABLE}


@pytest.mark.parametrize(("file", "setting", "processes"), TABLE, ids=[row[0] for row in TABLE])
def test_containers_get_the_same(file: str, setting: str, processes: set[str]) -> None:
    if file not in KEPT_BY_ROOT:
        got = {name for name, made in OURS.items() if file in made["secrets"]} - {"migrate"}
        assert got == processes
        assert COMPOSE["secrets"][file] == {"file": f"./secrets/{file}"}


@pytest.mark.parametrize("name", OURS)
def test_a_container_runs_a_command_that_exists_and_is_fenced_in(name: str) -> None:
    made = OURS[name]
    parse(made["command"])
    assert made["read_only"]
    assert made["cap_drop"] == ["ALL"]
    assert set(OURS) == {"migrate", *PROCESSES}


def test_a_bare_name_is_a_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "registry.token").write_text("t-1\n")
    asked = {"url": "https://registry.example.vn", "token_file": "registry.token"}
    settings = CentralSettings.model_validate({"registry": asked, "owner_key_file": "/elsewhere/owner.key"})
    assert settings.registry.token() == "t-1"
    assert settings.owner_key == Path("/elsewhere/owner.key")
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    assert CentralSettings.model_validate({"registry": asked}).registry.token_file == Path("registry.token")
