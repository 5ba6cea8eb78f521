"""The unit files are sound for systemd, name commands that exist, and watch the node as it expects."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.pages import ROOT, parse

UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
PROGRAMME = "/opt/ngatu/bin/ngatu"
HARDENING = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
}


def service(unit: Path) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit, encoding="utf-8")
    return parser["Service"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_the_unit(unit: Path, tmp_path: Path) -> None:
    copy = tmp_path / unit.name.replace("@.", "@8000.")
    copy.write_text(unit.read_text("utf-8").replace(PROGRAMME, "/bin/true"), encoding="utf-8")
    for timer in unit.parent.glob(f"{unit.stem}.timer"):
        shutil.copy(timer, tmp_path)
        copy = tmp_path / timer.name
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_unit_starts_a_command_that_exists(unit: Path) -> None:
    programme, *words = service(unit)["ExecStart"].replace("%i", "8000").split()
    assert programme == PROGRAMME
    parse(words)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_service_is_fenced_in_and_restarts(unit: Path) -> None:
    assert dict(service(unit)) | HARDENING == dict(service(unit))
    assert service(unit)["Restart" if service(unit)["Type"] != "oneshot" else "Nice"] in ("always", "10")


def test_the_node_is_watched() -> None:
    node = service(ROOT / "deploy/systemd/ngatu-node.service")
    assert (node["Type"], int(node["WatchdogSec"]) > 5) == ("notify", True)
