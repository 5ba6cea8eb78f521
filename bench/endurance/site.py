"""All parts of a small province on this machine, each a process that can be killed and restarted."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import yaml
from sqlalchemy import Engine
from sqlmodel import select

from bench.live.clips import CLIP
from bench.live.processes import tree
from bench.live.site import CAMERA
from central import migrations
from central.cases.models import Case
from central.db import make_engine, reading, transaction
from central.fleet.enrolment import enrol
from central.keys import create_key
from contract.reports import Enrolment
from edge.delivery.outbox import inspect
from edge.evidence.keys import load_or_make_node_key
from tests.brokers import CENTRE_USER, Mosquitto, make_tls_material
from tests.edge import road
from tests.edge.video.conftest import Camera
from tests.faults import Cluster

NODE = "node-1"
CAMERAS = ("north", "east", "south")
CAPTURE = b"edge.video.capture_process"
ENDS = 120.0
"""Seconds to wait for a process to end."""


@dataclass
class Site:
    """Cameras over RTSP, a node, a broker and the centre, in one folder."""

    folder: Path
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        broker, self.centre, self.data = (self.folder / name for name in ("broker", "centre", "node"))
        for folder in (broker, self.centre):
            folder.mkdir()
        self.cluster = Cluster()
        self.broker = Mosquitto(broker, make_tls_material(self.folder)).start()
        self.cameras = [Camera(CLIP) for _ in CAMERAS]
        self.engine = self._prepared_centre()
        self._write_node()

    def _prepared_centre(self) -> Engine:
        url = self.cluster.url(self.cluster.port)
        engine = make_engine(url)
        migrations.upgrade(engine)
        key = create_key(self.centre / "centre.key").public
        (self.folder / "centre.key").write_text(key.text, encoding="ascii")
        node_key = load_or_make_node_key(self.data).public
        with transaction(engine) as session:
            document = Enrolment(node=NODE, public_key=node_key.text, software="bench")
            enrol(session, document, datetime.now(UTC), "bench")
        password = self._secret("centre.password", CENTRE_USER)
        mqtt = {"host": "localhost", "port": self.broker.port, "ca_file": str(self.broker.tls.ca)}
        mqtt |= {"username": CENTRE_USER, "password_file": password}
        self._write("central.yaml", {"data_dir": str(self.centre), "database": url, "mqtt": mqtt})
        return engine

    def _write_node(self) -> None:
        for name, camera in zip(CAMERAS, self.cameras, strict=True):
            url = f"rtsp://127.0.0.1:{camera.port}/{camera.video.stem}"
            junction = yaml.safe_load(CAMERA.read_text(encoding="utf-8"))
            text = road.camera_file({**junction, "id": name}, url)
            (self.folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        broker = {"host": "localhost", "port": self.broker.port, "ca": str(self.broker.tls.ca)}
        described = {
            "id": NODE,
            "data": str(self.data),
            "broker": broker | {"password_file": self._secret("node.password", NODE)},
            "centre_key": str(self.folder / "centre.key"),
            "cameras": [str(self.folder / f"{name}.yaml") for name in CAMERAS],
            **{"clip_before": 2, "clip_after": 2, "health_seconds": 5},
        }
        self._write("node.yaml", described)

    def _secret(self, name: str, user: str) -> str:
        path = self.folder / name
        path.write_text(self.broker.password_of(user), encoding="utf-8")
        path.chmod(0o600)
        return str(path)

    def _write(self, name: str, values: Mapping[str, object]) -> None:
        (self.folder / name).write_text(yaml.safe_dump(dict(values)), encoding="utf-8")

    def start(self, name: str) -> None:
        """Starts the `node`, the centre's `ingest` or its `worker`."""
        commands = {
            "node": ["bench.endurance.node", str(self.folder / "node.yaml")],
            "ingest": ["ngatu", "central", "ingest"],
            "worker": ["ngatu", "central", "worker"],
        }
        environment = {**os.environ, "NGATU_CENTRAL_SETTINGS": str(self.folder / "central.yaml")}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *commands[name]], env=environment, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        """Kills the part with all its child processes."""
        for pid in tree(self.running[name].pid):
            _kill(pid)
        self.running[name].wait()

    def captures(self) -> list[int]:
        """The present capture processes, and the one they are forked from."""
        found = []
        for pid in tree(self.running["node"].pid):
            with suppress(OSError):  # it has ended meanwhile
                found += [pid] * (CAPTURE in Path(f"/proc/{pid}/cmdline").read_bytes())
        return found

    def stop_node(self) -> None:
        """Stops the node as systemd does: pending findings are packed."""
        self.running["node"].send_signal(signal.SIGTERM)
        self.running["node"].wait(ENDS)

    def packed(self) -> list[str]:
        """Events in the node's outbox: all proved violations."""
        return sorted(entry.event_id for entry in inspect(self.data / "outbox")[1])

    def undelivered(self) -> int:
        """Packages without a receipt."""
        return inspect(self.data / "outbox")[0].undelivered.packages

    def cases(self) -> list[str]:
        """Events with a case at the centre."""
        with reading(self.engine) as session:
            return sorted(session.exec(select(Case.event_id)))

    def trouble(self, *words: str) -> str:
        """Problems reported by a command of the centre; empty if all is well."""
        command = [sys.executable, "-m", "ngatu", "central", *words]
        settings = ["--settings", str(self.folder / "central.yaml")]
        ran = subprocess.run([*command, *settings], capture_output=True, text=True, check=False)
        said = (ran.stdout + ran.stderr).strip()[-2000:] or "without a word"
        return f"{' '.join(words)} failed: {said}" if ran.returncode else ""

    def end(self) -> None:
        """Ends everything."""
        for name, process in self.running.items():
            if process.poll() is None:
                self.kill(name)
        for camera in self.cameras:
            camera.kill()
        self.broker.stop()
        self.engine.dispose()
        self.cluster.remove()


@dataclass(frozen=True)
class Fault:
    """A part to kill, and how it is restarted; `weight` is its relative frequency."""

    part: str
    weight: int
    kill: Callable[[], object]
    back: Callable[[], object] = lambda: None


def faults(site: Site, chance: random.Random) -> Sequence[Fault]:
    """All faults."""

    def capture() -> None:
        if processes := site.captures():
            _kill(chance.choice(processes))

    def back(start: Callable[[], object]) -> None:
        with suppress(AssertionError, TimeoutError):  # on a busy machine it starts listening late
            start()

    camera = chance.choice(site.cameras)
    return (
        Fault("capture", 5, capture),
        Fault("broker", 2, site.broker.kill, lambda: back(site.broker.start)),
        Fault("ingest", 2, lambda: site.kill("ingest"), lambda: site.start("ingest")),
        Fault("database", 1, site.cluster.kill, site.cluster.start),
        Fault("worker", 1, lambda: site.kill("worker"), lambda: site.start("worker")),
        Fault("camera", 1, camera.kill, lambda: back(camera.start)),
        Fault("node", 1, lambda: site.kill("node"), lambda: site.start("node")),
    )


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
