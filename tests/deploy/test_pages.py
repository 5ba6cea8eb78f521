"""What the users' pages say is true: commands, options, keys, states, calls, links, and the code in them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

from central.accounts.permissions import Role
from central.app import create_app
from central.cases.lifecycle import State
from central.proceedings.engine import STEPS
from central.settings import CentralSettings
from central.words.dictionary import translator, word_or
from configs import camera, node, scene
from configs.rules import RULES
from contract.manifest import ViolationManifest
from edge.evidence.package import write
from tests.deploy.pages import ROOT, USERS_PAGES, blocks, ngatu_commands, parse
from tests.edge import factories

COMMANDS = [words for page in (*USERS_PAGES, ROOT / "README.md") for words in ngatu_commands(page)]
OFFICE, CAMERA_FILE, EVIDENCE, API = (
    (ROOT / f"docs/{name}.md").read_text("utf-8")
    for name in ("office", "camera-file", "evidence", "api/README")
)
TARGET = re.compile(r"\]\((?!https?:|#)([^)#]+)")
LINKS = [(page, target) for page in USERS_PAGES for target in TARGET.findall(page.read_text("utf-8"))]
MODELS: list[type[BaseModel]] = [
    m
    for module in (camera, node, scene)
    for m in vars(module).values()
    if isinstance(m, type) and issubclass(m, BaseModel)
]
KEYS = sorted({key for model in MODELS for key in model.model_fields} - set(RULES))


WALK = re.findall(r"^\| \d+ \| `(\w+)` \| \*Việc chờ\* \| (.*) \|$", OFFICE, re.MULTILINE)


@pytest.mark.parametrize(
    "words", [words for _, row in WALK for words in re.findall(r"\*([^*]+)\*", row)], ids=str
)
def test_what_waits_in_the_demo_is_called_as_the_page_says(words: str) -> None:
    """The same words at the desk and on the button, so that a stranger finds them."""
    shown = [
        [word_or("vi", f"{place}.{action}", translator("vi")(f"step.{action}")) for place in ("wait", "do")]
        for action in STEPS
    ]
    assert any(all(text.startswith(words) for text in both) for both in shown)


def test_the_pages_show_commands() -> None:
    assert len(COMMANDS) > 25


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_of_the_pages_is_one_with_these_options(words: list[str]) -> None:
    parse(words)


@pytest.mark.parametrize(("page", "target"), LINKS)
def test_no_link_leads_nowhere(page: Path, target: str) -> None:
    assert (page.parent / target).exists()


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_node_and_camera_files_is_explained(key: str) -> None:
    assert f"`{key}`" in CAMERA_FILE


@pytest.mark.parametrize("word", [*State, *Role])
def test_a_state_or_role_is_explained(word: str) -> None:
    assert f"| `{word}`" in OFFICE


@pytest.mark.parametrize("key", sorted(ViolationManifest.model_fields))
def test_a_key_of_the_manifest_is_explained(key: str) -> None:
    assert f"`{key.removesuffix('_')}`" in EVIDENCE


def test_every_call_of_the_api_is_listed_and_no_other(tmp_path: Path) -> None:
    paths = create_app(CentralSettings(data_dir=tmp_path)).api.openapi()["paths"]
    calls = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    calls |= {"GET /healthz", "GET /readyz"}
    assert set(re.findall(r"^\| `([A-Z]+ /[^`]+)`", API, re.MULTILINE)) == calls


def check_without_ngatu(folder: Path) -> subprocess.CompletedProcess[str]:
    (script,) = blocks(ROOT / "docs/evidence.md", "python")
    words = [sys.executable, "-c", script, factories.KEY.public.text]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True)


def test_the_check_without_ngatu_passes_a_sound_package(tmp_path: Path) -> None:
    write(factories.package(), tmp_path / "package")
    checked = check_without_ngatu(tmp_path / "package")
    words = ["sha256sum", "--check"]
    hashes = subprocess.run(
        words, cwd=tmp_path / "package", input=checked.stdout, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr
    assert (hashes.returncode, hashes.stdout.count(": OK\n")) == (0, len(factories.package().manifest.files))


@pytest.mark.parametrize("name", ["manifest.json", "manifest.jws"])
def test_the_check_without_ngatu_notices_an_alteration(name: str, tmp_path: Path) -> None:
    write(factories.package(), tmp_path / "package")
    altered = tmp_path / "package" / name
    altered.write_text(altered.read_text().replace("a", "b", 1))
    assert check_without_ngatu(tmp_path / "package").returncode != 0
