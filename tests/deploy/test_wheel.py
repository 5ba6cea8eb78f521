"""The wheel carries what runs, and nothing else: it is built here and looked into."""

import ast
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.deploy.pages import ROOT

LARGEST = 60_000_000
OURS = {"contract", "configs", "edge", "central", "web", "models", "ngatu", "sample_videos", "bench"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return Path(built)


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[PurePosixPath]:
    with zipfile.ZipFile(wheel) as archive:
        return [PurePosixPath(name) for name in archive.namelist() if ".dist-info/" not in name]


def test_no_training_no_evaluation_no_scene(names: list[PurePosixPath]) -> None:
    beside = {name.parts[:2] for name in names if name.parts[1] in ("training", "evaluation", "scene")}
    assert beside == set()
    assert {name.parts[0] for name in names} == OURS
    assert {name.name for name in names if name.parts[0] == "sample_videos"} == {
        "__init__.py",
        "junction.mp4",
        "junction.truth.yaml",
    }


@pytest.mark.parametrize(
    "needed",
    [
        "ngatu/cli.py",
        "bench/replay.py",
        "bench/live/__init__.py",
        "configs/law/acts.yaml",
        "configs/words/node.yaml",
        "configs/cameras/junction.yaml",
        "central/words/vi.yaml",
        "central/console/templates/base.html",
        "central/console/static/console.js",
        "central/migrations/versions/0001_all_tables.py",
        "web/static/tokens.css",
        "edge/setup/templates/draw.html",
        "edge/setup/static/draw.js",
        "edge/setup/words/page.yaml",
        "models/vehicles.onnx",
        "models/vehicles.yaml",
        "models/golden.yaml",
        "models/py.typed",
    ],
)
def test_what_runs_is_in_it(names: list[PurePosixPath], needed: str) -> None:
    assert PurePosixPath(needed) in names


def test_it_is_no_larger_than_need_be(wheel: Path) -> None:
    assert wheel.stat().st_size < LARGEST


def test_what_it_imports_of_ours_is_in_it(wheel: Path, names: list[PurePosixPath]) -> None:
    """No module of the wheel asks for one that was left out."""
    modules = {".".join(name.with_suffix("").parts).removesuffix(".__init__") for name in names}
    with zipfile.ZipFile(wheel) as archive:
        sources = {name: archive.read(str(name)).decode() for name in names if name.suffix == ".py"}
    asked = {
        (str(name), module)
        for name, source in sources.items()
        for node in ast.walk(ast.parse(source))
        for module in _imported(node)
        if module.partition(".")[0] in OURS
    }
    assert {(name, module) for name, module in asked if module not in modules} == set()


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
