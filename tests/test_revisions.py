"""A camera file from centre to camera: real broker, ingest and node as processes, a served clip."""

import signal
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from central.accounts import service as accounts
from central.accounts.models import User
from central.accounts.permissions import Role
from central.db import make_engine, reading, transaction
from central.errors import NotFoundError
from central.fleet import configuration, service
from central.fleet.models import CameraRevision
from tests.brokers import Mosquitto, free_port
from tests.edge import road
from tests.edge.video.conftest import Camera
from tests.test_whole_system import NODE, System, ended_processes, wait_until

PATIENCE = 60.0

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]


@dataclass
class Fleet:
    """A centre, and a node with two cameras of the road; a person who changes their files."""

    system: System
    camera: Camera
    metrics: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        for name in ("a", "b"):
            (self.system.folder / f"{name}.yaml").write_text(self.file(name))
        self.system.change_node(
            cameras=["a.yaml", "b.yaml"],
            health_seconds=5,
            clip_before=1,
            clip_after=1,
            metrics={"port": self.metrics},
        )
        self.system.enrol()
        self.engine = make_engine(f"sqlite:///{self.system.folder / 'centre' / 'central.db'}")
        with transaction(self.engine) as session:
            made = accounts.create_user(session, "quan-tri", "Quản Trị", Role.ADMIN, _now(), "test")
            self.admin: User = made.user

    def file(self, name: str, **changes: Any) -> str:
        """A camera's file."""
        url = f"rtsp://127.0.0.1:{self.camera.port}/{self.camera.video.stem}"
        return road.camera_file(road.ROAD | {"id": name} | changes, url)

    def start_node(self) -> None:
        self.system.start_module("node", "tests.edge.node_process", str(self.system.folder / "node.yaml"))

    def runs(self, name: str) -> str:
        """The file the centre knows the camera to run; empty if none yet."""
        with reading(self.engine) as session, suppress(NotFoundError):
            return configuration.setting_of(session, NODE, name).content
        return ""

    def order(self, name: str, content: str, *, ask: bool = False) -> None:
        with transaction(self.engine) as session:
            base = configuration.setting_of(session, NODE, name).sha256
            configuration.order(
                session, (NODE, name), content, base, "vạch sơn lại", self.admin, _now(), ask=ask
            )

    def activate(self) -> None:
        """Orders what was asked about last."""
        with transaction(self.engine) as session:
            revision = configuration.revisions(session, NODE)[0]
            configuration.activate(session, revision.id or 0, self.admin, _now())

    def last(self) -> CameraRevision:
        with reading(self.engine) as session:
            return configuration.revisions(session, NODE)[0]

    def becomes(self, state: str) -> None:
        wait_until(lambda: self.last().state == state, f"{state}, {self.last()}", PATIENCE)

    def health(self, name: str) -> dict[str, Any]:
        """The last report of a camera; empty before the first."""
        with reading(self.engine) as session:
            found = service.health_history(session, NODE, 1)
        cameras = found[0].report["cameras"] if found else []
        return next((camera for camera in cameras if camera["id"] == name), {})


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def fleet(tmp_path: Path, mosquitto_broker: Mosquitto) -> Iterator[Fleet]:
    camera = Camera(road.film(tmp_path / "road.mp4"))
    with ended_processes(System(tmp_path, mosquitto_broker)) as system:
        made = Fleet(system, camera)
        yield made
        made.engine.dispose()
    camera.kill()


def test_a_camera_is_changed_from_the_centre_kept_or_rolled_back_and_the_other_looks_on(
    fleet: Fleet,
) -> None:
    fleet.system.start_ingest()
    fleet.start_node()
    wait_until(lambda: fleet.runs("a") == fleet.file("a"), fleet.system.log("node"), PATIENCE)
    wait_until(lambda: fleet.health("b").get("frames", 0) > 0, "camera b at work", PATIENCE)

    packages = fleet.system.folder / "node" / "outbox" / "packages"
    wait_until(lambda: any(packages.glob("*/clip.mp4")), "something found", PATIENCE)
    side = {"id": "side", "line": [[20, 235], [20, 30]]}
    fleet.order("a", fleet.file("a", solid_lines=[side]), ask=True)
    fleet.becomes("compared")
    assert fleet.runs("a") == fleet.file("a")

    good = fleet.file("a", calibration="cal-2")
    fleet.order("a", good, ask=True)
    fleet.becomes("compared")
    fleet.activate()
    fleet.becomes("trial")
    fleet.becomes("kept")
    assert fleet.runs("a") == good

    fleet.order("a", fleet.file("a", size=(640, 480), calibration="cal-3"))
    fleet.becomes("rolled_back")
    told = fleet.last().reason
    assert told is not None
    assert told["code"].startswith("configuration.worse_")
    wait_until(lambda: fleet.runs("a") == good, "the file before in force again", PATIENCE)
    wait_until(lambda: fleet.health("a").get("state") == "online", "camera a well again", PATIENCE)
    assert fleet.health("b")["reconnects"] == 0
    assert fleet.health("b")["frames"] > fleet.health("a")["frames"]

    node = fleet.system.running["node"]
    node.send_signal(signal.SIGKILL)
    node.wait()
    fleet.start_node()
    with reading(fleet.engine) as session:
        [before] = [node.started_at for node in service.list_nodes(session)]

    def started_anew() -> bool:
        with reading(fleet.engine) as session:
            return [node.started_at for node in service.list_nodes(session)] != [before]

    wait_until(started_anew, "the node back", PATIENCE)
    wait_until(lambda: fleet.health("a").get("state") == "online", "camera a back", PATIENCE)
    assert fleet.runs("a") == good
    with urllib.request.urlopen(f"http://127.0.0.1:{fleet.metrics}/metrics", timeout=10) as answer:
        assert 'ngatu_camera_up{camera="a"}' in answer.read().decode()
    with reading(fleet.engine) as session:
        ledger = configuration.settings(session, NODE, "a")
    assert [setting.revision for setting in ledger] == [2, 3, 2, 0]
