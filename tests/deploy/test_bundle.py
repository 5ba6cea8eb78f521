"""The installer of offline bundles: installs from the signed wheels and nothing else, switches only after the
self-test, and refuses everything that the centre did not sign.

The wheel here is a small programme that is called `ngatu`; a whole bundle (scripts/bundle.sh) is tried when
NGATU_TEST_BUNDLE names one.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from contract.bundle import SIGNED, seal
from contract.signing import SigningKey
from tests.deploy.pages import ROOT

INSTALLER = ROOT / "deploy/bundle/install.py"
KEY, OTHER = SigningKey(bytes(range(32))), SigningKey(bytes(range(1, 33)))
NOW = datetime(2026, 11, 28, tzinfo=UTC)
PROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "ngatu"
version = "{version}"
[project.scripts]
ngatu = "small:main"
[tool.hatch.build.targets.wheel]
packages = ["small"]
"""
PROGRAMME = (
    "import sys\n\ndef main() -> None:\n    print('ngatu {version}', *sys.argv[1:])\n    sys.exit({ends})\n"
)


def bundle_of(folder: Path, version: str, ends: int = 0, kind: str = "software") -> Path:
    """A signed bundle whose self-test ends with `ends`."""
    project = folder / f"project-{version}"
    (project / "small").mkdir(parents=True)
    (project / "pyproject.toml").write_text(PROJECT.format(version=version))
    (project / "small" / "__init__.py").write_text(PROGRAMME.format(version=version, ends=ends))
    made = folder / f"bundle-{version}"
    WheelBuilder(str(project)).build(directory=str(made / "wheels"), versions=["standard"]).__next__()
    (made / "debian.txt").write_text("openssl\n")
    seal(made, kind, version, KEY, NOW)  # type: ignore[arg-type]
    return made


def install(bundle: Path, into: Path, *words: str) -> subprocess.CompletedProcess[str]:
    key = ["--key", KEY.public.text]
    command = [sys.executable, str(INSTALLER), str(bundle), *key, "--into", str(into), *words]
    return subprocess.run(command, capture_output=True, text=True)


def version_at(into: Path) -> str:
    done = subprocess.run([str(into / "bin" / "ngatu")], capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle_of(tmp_path_factory.mktemp("bundles"), "1.0")


@pytest.mark.timeout(900)  # two virtual environments
def test_installed_switched_and_kept_when_the_next_does_not_see(original: Path, tmp_path: Path) -> None:
    into, before = tmp_path / "ngatu", tmp_path / "ngatu-0.9"
    before.mkdir()
    into.symlink_to(before)
    assert install(original, into).returncode == 0
    assert version_at(into) == "ngatu 1.0"
    failed = install(bundle_of(tmp_path, "1.1", ends=1), into)
    assert (failed.returncode, "is as it was" in failed.stderr) == (2, True)
    assert not (tmp_path / "ngatu-1.1").exists()
    assert version_at(into) == "ngatu 1.0"
    assert before.is_dir()


def _unsigned(bundle: Path) -> None:
    (bundle / SIGNED).unlink()


def _by_another(bundle: Path) -> None:
    seal(bundle, "software", "1.0", OTHER, NOW)


def _models(bundle: Path) -> None:
    seal(bundle, "models", "1.0", KEY, NOW)


def _altered(bundle: Path) -> None:
    (bundle / "debian.txt").write_text("nothing\n")


def _added(bundle: Path) -> None:
    (bundle / "wheels" / "evil-1.0-py3-none-any.whl").write_bytes(b"PK")


def _missing(bundle: Path) -> None:
    (bundle / "debian.txt").unlink()


def _list_altered(bundle: Path) -> None:
    head, _, rest = (bundle / SIGNED).read_text().partition(".")
    (bundle / SIGNED).write_text(f"{head}.e{rest[1:-3]}AAA")


def _other_algorithm(bundle: Path) -> None:
    _, _, rest = (bundle / SIGNED).read_text().partition(".")
    (bundle / SIGNED).write_text(f"eyJhbGciOiJub25lIn0.{rest.partition('.')[0]}.")


@pytest.mark.parametrize(
    "harm", [_unsigned, _by_another, _models, _altered, _added, _missing, _list_altered, _other_algorithm]
)
def test_what_the_centre_did_not_sign_is_not_installed(
    harm: Callable[[Path], None], original: Path, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle"
    subprocess.run(["cp", "-r", original, bundle], check=True)
    harm(bundle)
    done = install(bundle, tmp_path / "ngatu")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle"]


@pytest.mark.skipif("NGATU_TEST_BUNDLE" not in os.environ, reason="NGATU_TEST_BUNDLE names no bundle to try")
@pytest.mark.timeout(1200)
def test_a_whole_bundle_installs_a_node_and_a_centre_without_any_registry(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    subprocess.run(["cp", "-r", os.environ["NGATU_TEST_BUNDLE"], bundle], check=True)
    seal(bundle, "software", "try", KEY, NOW)
    done = install(bundle, tmp_path / "ngatu", "--extra", "central", "--extra", "metrics")
    assert done.returncode == 0, done.stderr
    ngatu, settings = (
        str(tmp_path / "ngatu" / "bin" / "ngatu"),
        {"NGATU_CENTRAL_DATA_DIR": str(tmp_path / "centre")},
    )
    for words in (["central", "migrate"], ["central", "key", "init"], ["central", "audit", "verify"]):
        subprocess.run([ngatu, *words], check=True, env=os.environ | settings)
