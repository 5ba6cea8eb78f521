"""The whole system with real parts: commands, networks, Mosquitto with TLS and its access list, a database.

Node, broker and centre are each killed once in the middle, without warning. In the end the centre has exactly
the cases that the node found, with every file of each.
"""

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract.package import verify_packages
from edge.delivery.outbox import inspect
from tests.brokers import CENTRE_USER, Mosquitto

CLIP = Path(str(files("sample_videos"))) / "junction.mp4"
CAMERA = Path(str(files("configs"))) / "cameras" / "junction.yaml"
ROOT = Path(__file__).parents[1]
NODE = "node-1"
PATIENCE = 240.0

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]


@dataclass
class System:
    """A centre and a node of their own folder, and the processes they run in."""

    folder: Path
    broker: Mosquitto
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._secret("centre.password", self.broker.password_of(CENTRE_USER))
        self._secret("node.password", self.broker.password_of(NODE))
        mqtt = {
            "host": "localhost",
            "port": self.broker.port,
            "ca_file": str(self.broker.tls.ca),
            "username": CENTRE_USER,
            "password_file": str(self.folder / "centre.password"),
        }
        centre = {"data_dir": str(self.folder / "centre"), "mqtt": mqtt}
        link = {
            "host": "localhost",
            "port": self.broker.port,
            "ca": str(self.broker.tls.ca),
            "password_file": str(self.folder / "node.password"),
        }
        node = {
            "id": NODE,
            "data": str(self.folder / "node"),
            "centre_key": str(self.folder / "centre-key.txt"),
            "broker": link,
            "cameras": [str(CAMERA)],
        }
        (self.folder / "centre.yaml").write_text(yaml.safe_dump(centre))
        (self.folder / "node.yaml").write_text(yaml.safe_dump(node))

    def change_node(self, **changes: Any) -> None:
        """Other settings of the node."""
        file = self.folder / "node.yaml"
        file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | changes))

    def _secret(self, name: str, value: str) -> None:
        (self.folder / name).write_text(value)
        (self.folder / name).chmod(0o600)

    def ngatu(self, *words: str) -> str:
        """A command to its end; what it printed."""
        command = [sys.executable, "-m", "ngatu", *words]
        done = subprocess.run(command, env=self._environment(), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def start(self, name: str, *words: str) -> None:
        """A command that stays."""
        self.start_module(name, "ngatu", *words)

    def start_module(self, name: str, module: str, *words: str) -> None:
        """A Python module that stays."""
        command = [sys.executable, "-m", module, *words]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log
            )

    def start_ingest(self) -> None:
        self.start("ingest", "central", "ingest")

    def start_node(self) -> None:
        play = f"junction={CLIP}"
        self.start("node", "edge", "run", str(self.folder / "node.yaml"), "--play", play, "--until-delivered")

    def kill(self, name: str) -> None:
        """SIGKILL: no chance to tidy up."""
        self.running[name].send_signal(signal.SIGKILL)
        self.running[name].wait()

    def enrol(self) -> None:
        """What people do once: database, keys, and the node let in."""
        self.ngatu("central", "migrate")
        (self.folder / "centre-key.txt").write_text(self.ngatu("central", "key", "init").split()[-1])
        document = str(self.folder / "enrolment.json")
        self.ngatu("edge", "enrol", str(self.folder / "node.yaml"), "--out", document)
        self.ngatu("central", "node", "add", document)

    def column(self, query: str) -> list[str]:
        """First column of a query of the centre's database."""
        with sqlite3.connect(self.folder / "centre" / "central.db") as connection:
            return [row[0] for row in connection.execute(query)]

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "NGATU_CENTRAL_SETTINGS": str(self.folder / "centre.yaml")}


@contextmanager
def ended_processes(system: System) -> Iterator[System]:
    """No process outlives its test."""
    try:
        yield system
    finally:
        for process in system.running.values():
            process.kill()
            process.wait()


@pytest.fixture
def system(tmp_path: Path, mosquitto_broker: Mosquitto) -> Iterator[System]:
    with ended_processes(System(tmp_path, mosquitto_broker)) as made:
        made.enrol()
        yield made


def wait_until(true: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.1)


def packages(system: System) -> int:
    """Packages the node has on its disk."""
    folder = system.folder / "node" / "outbox" / "packages"
    return len(list(folder.iterdir())) if folder.exists() else 0


def test_whatever_is_killed_every_violation_makes_exactly_one_case(system: System) -> None:
    system.start_ingest()
    system.start_node()
    wait_until(lambda: packages(system) >= 1, "a first package")
    system.kill("ingest")
    system.broker.kill()
    wait_until(lambda: packages(system) >= 2, "packages while nobody listens")
    system.kill("node")
    system.broker.start()
    system.start_ingest()
    system.start_node()
    wait_until(lambda: system.running["node"].poll() is not None, "everything delivered")
    assert system.running["node"].returncode == 0, system.log("node")

    _, entries = inspect(system.folder / "node" / "outbox")
    found = sorted(entry.event_id for entry in entries)

    def cases() -> list[str]:
        return sorted(system.column("SELECT event_id FROM case_file"))

    assert cases() == []  # nobody has looked at their pictures yet
    system.start("worker", "central", "worker")
    wait_until(lambda: len(cases()) >= len(found), "the cases")
    assert cases() == found
    assert {entry.state for entry in entries} == {"stored"}
    rules = system.column("SELECT rule FROM case_file")
    assert {"red_light", "solid_line"} <= set(rules)

    kept = sorted((system.folder / "node" / "outbox" / "packages").iterdir())
    reports = verify_packages(kept)
    assert [report.failure for report in reports] == [None] * len(found)
    media = system.folder / "centre" / "media"
    stored = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in media.rglob("*")
        if path.is_file()
    }
    wanted = {file.sha256 for report in reports if report.manifest for file in report.manifest.files}
    assert wanted <= set(stored)
    assert all(name == digest for name, digest in stored.items())
