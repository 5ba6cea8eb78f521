"""The example settings and the broker's files fit the programme."""

import re
from pathlib import Path

import pytest

from central.settings import load_settings
from configs.camera_check import load_camera
from configs.node_check import load_node
from contract.topics import SUBSCRIPTIONS, NodeTopics
from tests.deploy.pages import ROOT, blocks

EXAMPLES = sorted((ROOT / "configs/cameras").glob("*.yaml"))
ENVIRONMENT = re.compile(r"^Environment=(NGATU_CENTRAL_\w+)=%d/(\S+)$", re.MULTILINE)
UNITS = [
    ROOT / f"deploy/systemd/ngatu-central-{name}.service"
    for name in ("backup", "ingest@", "portal@", "serve@", "worker@")
]


def test_the_example_of_the_centre_is_valid() -> None:
    settings = load_settings(ROOT / "configs/central.yaml")
    assert settings.database is not None
    assert settings.registry.url is not None


@pytest.mark.parametrize("camera", EXAMPLES, ids=lambda path: path.name)
def test_the_example_cameras_are_valid(camera: Path) -> None:
    assert load_camera(camera).id


def test_the_example_node_is_valid() -> None:
    assert load_node(ROOT / "configs/node.yaml").cameras


def test_the_node_file_of_the_page_is_valid(tmp_path: Path) -> None:
    (page,) = blocks(ROOT / "deploy/README.md", "yaml")
    (tmp_path / "node.yaml").write_text(page, encoding="utf-8")
    assert load_node(tmp_path / "node.yaml").broker.port == 8883


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_hands_its_secrets_to_settings_that_exist(unit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = unit.read_text("utf-8")
    handed = dict(ENVIRONMENT.findall(text))
    for variable, name in handed.items():
        monkeypatch.setenv(variable, f"/credentials/{name}")
    dumped = str(load_settings(ROOT / "configs/central.yaml").model_dump())
    assert handed
    assert all(f"LoadCredential={name}:" in text for name in handed.values())
    assert all(f"/credentials/{name}" in dumped for name in handed.values())


def test_the_access_list_names_every_topic_the_centre_reads() -> None:
    acl = (ROOT / "deploy/mosquitto/acl").read_text("utf-8")
    reads = set(re.findall(r"^topic read (\S+)$", acl, re.MULTILINE))
    assert reads == set(SUBSCRIPTIONS)
    assert f"pattern read {NodeTopics('x').receipt.replace('/x/', '/%u/')}" in acl
    user = load_settings(ROOT / "configs/central.yaml").mqtt.username
    assert f"user {user}\n" in acl
