"""What the containers need of each other and of the image: told without docker, from the files alone."""

import re
import shlex
from typing import Any

import pytest
import yaml

from tests.deploy.pages import ROOT, blocks, parse

DEPLOY = ROOT / "deploy"
IMAGE = (DEPLOY / "Containerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
PAPERS = re.search(r'^papers="(.+)"$', (ROOT / "scripts/setup.sh").read_text("utf-8"), re.MULTILINE)
COMMANDS = re.findall(
    r"^docker compose run --rm (?:--no-deps |-T )?(\w+) ?([^<\n]*)",
    "".join(blocks(DEPLOY / "README.md", "sh")),
    re.MULTILINE,
)
BINDS = sorted(
    {volume.split(":")[0] for made in SERVICES.values() for volume in made["volumes"] if volume[0] == "."}
    | {secret["file"] for secret in COMPOSE["secrets"].values()}
)


def broker_lines(name: str) -> set[str]:
    """The lines of a file of Mosquitto that say something."""
    lines = (DEPLOY / "mosquitto" / name).read_text("utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("Containerfile", IMAGE.rpartition("\nFROM ")[2]),
        ("bundle.sh", (ROOT / "scripts/bundle.sh").read_text("utf-8")),
        ("README.md", "".join(blocks(DEPLOY / "README.md", "sh"))),
    ],
    ids=lambda value: value if "\n" not in value else "",
)
def test_what_papers_are_set_with_is_installed(where: str, text: str) -> None:
    assert PAPERS is not None
    assert set(PAPERS[1].split()) <= set(text.split()), where


def test_the_image_can_save_the_database_it_is_given() -> None:
    """`pg_dump` refuses a server of a newer version."""
    client = re.search(r"postgresql-client-(\d+)", IMAGE)
    assert client is not None
    assert SERVICES["database"]["image"] == f"postgres:{client[1]}"


@pytest.mark.parametrize(("service", "words"), COMMANDS, ids=str)
def test_a_command_of_the_page_runs_in_a_container_that_exists(service: str, words: str) -> None:
    assert service in SERVICES
    parse(shlex.split(words) or SERVICES[service]["command"])


def test_the_broker_of_the_containers_differs_in_two_lines() -> None:
    """Ingest is on another machine of the network, and what the image may write is in another folder."""
    server, container = broker_lines("mosquitto.conf"), broker_lines("mosquitto-compose.conf")
    assert server - container == {"listener 1883 127.0.0.1", "persistence_location /var/lib/mosquitto/"}
    assert container - server == {"listener 1883", "persistence_location /mosquitto/data/"}
    assert "broker:/mosquitto/data" in SERVICES["broker"]["volumes"]
    assert SERVICES["broker"]["ports"] == ["8883:8883"]


def test_the_proxy_asks_the_ports_that_the_containers_listen_on() -> None:
    asked = re.findall(r"default (\w+):(\d+);", (DEPLOY / "nginx/upstreams-compose.conf").read_text("utf-8"))
    assert {name: SERVICES[name]["command"][-1] for name, _ in asked} == dict(asked)


@pytest.mark.parametrize("bind", BINDS)
def test_nothing_of_an_installation_comes_into_the_image(bind: str) -> None:
    """A folder with secrets beside the sources is not sent to the builder."""
    name = bind.removeprefix("./").partition("/")[0]
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert name in ignored or (DEPLOY / name).is_dir()
