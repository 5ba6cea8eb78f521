"""The whole node against a real broker and real RTSP: cut off, killed, out of disk, and nothing is lost."""

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from configs.node import NodeConfig
from configs.node_check import load_cameras, load_node
from configs.words import say
from contract.manifest import ViolationManifest
from contract.package import verify_packages
from contract.reasons import reason
from contract.reports import CameraHealth
from contract.signing import sign
from contract.vehicles import VehicleKind
from edge import examining, packing
from edge.camera import Eyes, open_eyes
from edge.delivery import protocol
from edge.delivery.index import OutboxError
from edge.delivery.outbox import inspect
from edge.detect.detector import Detection
from edge.evidence.keys import load_centre_key, load_or_make_node_key
from edge.node import CAMERAS_END, DELIVERY_ENDS, PACKING_ENDS, Node
from edge.streams import StreamError
from edge.video.file import FileSource
from edge.video.frame import VideoError
from edge.worker import CameraWorker
from tests.brokers import CENTRE_USER, Mosquitto, free_port
from tests.edge import road
from tests.edge.delivery.centre import Centre
from tests.edge.video import clips
from tests.edge.video.conftest import Camera, wait_until

pytestmark = pytest.mark.broker

NODE = "node-1"
ROOT = Path(__file__).parents[2]
CLIP = Path(str(files("sample_videos"))) / "junction.mp4"
JUNCTION = Path(str(files("configs"))) / "cameras" / "junction.yaml"


@dataclass
class Site:
    """A node's folder, as an engineer would set it up."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / "node.yaml"

    @property
    def outbox(self) -> Path:
        return self.folder / "data" / "outbox"

    def write(self, camera: dict[str, Any], stream: str, **changes: Any) -> "Site":
        """Writes camera and node files; `stream` is the camera's address."""
        (self.folder / "camera.yaml").write_text(road.camera_file(camera, stream))
        self.file.write_text(yaml.safe_dump({**self.settings, **changes}))
        return self

    def config(self) -> NodeConfig:
        """As the node loads it, but reporting its health twice a second."""
        return load_node(self.file).model_copy(update={"health_seconds": 0.5})

    def node(self, eyes: Eyes | None = None, play: dict[str, Path] | None = None) -> Node:
        config = self.config()
        key, centre = load_or_make_node_key(config.data), load_centre_key(config.centre_key)
        return Node(config, list(load_cameras(config)), eyes or road.eyes(), key, centre, play or {})

    def process(self, *play: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tests.edge.node_process", str(self.file), *play]
        return subprocess.Popen(command, cwd=ROOT)

    def manifests(self) -> list[ViolationManifest]:
        """What lies in the outbox: signatures, hashes and chain are checked on the way."""
        _, entries = inspect(self.outbox)
        folders = [self.outbox / "packages" / entry.event_id for entry in entries]
        reports = verify_packages(folders, load_or_make_node_key(self.folder / "data").public)
        assert [report.failure for report in reports] == [None] * len(entries)
        manifests = [report.manifest for report in reports if report.manifest is not None]
        assert [manifest.sequence for manifest in manifests] == list(range(1, len(entries) + 1))
        return manifests


@pytest.fixture
def site(tmp_path: Path, mosquitto_broker: Mosquitto, centre: Centre) -> Site:
    (tmp_path / "centre.key").write_text(centre.key.public.text)
    (tmp_path / "password").write_text(mosquitto_broker.password_of(NODE))
    broker = {
        "host": "127.0.0.1",
        "port": mosquitto_broker.port,
        "ca": str(mosquitto_broker.tls.ca),
        "password_file": "password",
    }
    settings = {
        "id": NODE,
        "data": "data",
        "broker": broker,
        "centre_key": "centre.key",
        "cameras": ["camera.yaml"],
        "clip_before": 1,
        "clip_after": 1,
        "health_seconds": 5,
    }
    return Site(tmp_path, settings)


@pytest.fixture
def centre(tmp_path: Path, mosquitto_broker: Mosquitto) -> Iterator[Centre]:
    listening = Centre(NODE, load_or_make_node_key(tmp_path / "data").public)
    listening.connect(mosquitto_broker.plain_port, CENTRE_USER, mosquitto_broker.password_of(CENTRE_USER))
    yield listening
    listening.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "PATIENCE", 0.5)
    monkeypatch.setattr(packing, "RETRY_SECONDS", 0.2)


@pytest.fixture(scope="session")
def road_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return road.film(tmp_path_factory.mktemp("road") / "road.mp4")


@pytest.fixture
def camera(road_film: Path) -> Iterator[Camera]:
    """The road's film, over and over, as an RTSP camera."""
    served = Camera(road_film)
    yield served
    served.kill()


NOWHERE = "rtsp://127.0.0.1:1/road"


def plain(camera: Camera) -> str:
    return f"rtsp://127.0.0.1:{camera.port}/{camera.video.stem}"


@contextmanager
def running(node: Node, *, until_delivered: bool = False) -> Iterator[threading.Thread]:
    """The node works inside the block and has ended after it."""
    thread = threading.Thread(target=node.run, kwargs={"until_delivered": until_delivered})
    thread.start()
    try:
        yield thread
    finally:
        node.stop()
        thread.join(CAMERAS_END + PACKING_ENDS + DELIVERY_ENDS + 10)
        assert not thread.is_alive()


def newest(centre: Centre) -> CameraHealth:
    return centre.health[-1].cameras[0]


def same_as_sent(site: Site, centre: Centre) -> None:
    """The centre has every package of the outbox, to the bit."""
    assert sorted(centre.stored) == sorted(manifest.event_id for manifest in site.manifests())
    as_in_the_outbox(site, centre)


def as_in_the_outbox(site: Site, centre: Centre) -> None:
    """What the centre has lies in the outbox, to the bit. A node that is stopped while its camera plays on
    leaves more there."""
    for event_id, stored in centre.stored.items():
        for name, content in stored.items():
            assert (site.outbox / "packages" / event_id / name).read_bytes() == content


class KnownClip:
    """Knows every picture of the sample clip, and from its truth where the vehicles are in it."""

    def __init__(self) -> None:
        truth = yaml.load(CLIP.with_suffix(".truth.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
        self.events = sorted(event["rule"] for event in truth["events"])
        self._seen: dict[int, list[Detection]] = {}
        for frame in FileSource(CLIP).frames():
            boxes = [(v["class"], v["boxes"].get(frame.index)) for v in truth["vehicles"]]
            self._seen[self._mark(frame.image)] = [
                Detection(VehicleKind(kind), 0.9, tuple(box[:4])) for kind, box in boxes if box
            ]

    def detect(self, image: NDArray[np.uint8]) -> list[Detection]:
        return self._seen.get(self._mark(image), [])

    @staticmethod
    def _mark(image: NDArray[np.uint8]) -> int:
        return crc32(np.ascontiguousarray(image[::8, ::8]).tobytes())


@pytest.mark.timeout(600)  # half a minute on an idle machine; each second look waits for a free core
def test_the_sample_junction_live_from_camera_to_centre(
    site: Site, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lamp, tracker, rules, plates, second look, evidence and delivery are real; only the vehicles are
    known."""
    monkeypatch.setattr(examining, "NICENESS", 0)  # a machine that runs other tests too would starve it
    known = KnownClip()
    eyes = replace(open_eyes(), detector=known)
    served = Camera(CLIP)
    junction = yaml.safe_load(JUNCTION.read_text(encoding="utf-8"))
    site.write(junction, plain(served), clip_before=2, clip_after=2)
    with running(site.node(eyes)):
        centre.wait(lambda c: len(c.stored) >= len(known.events), 500)
        centre.wait(lambda c: newest(c).armed, 30)
    served.kill()
    as_in_the_outbox(site, centre)
    found = sorted(site.manifests(), key=lambda manifest: manifest.occurred_at)
    first_round = found[: len(known.events)]
    assert sorted(manifest.rule.name for manifest in first_round) == known.events
    assert {manifest.decision for manifest in first_round} == {"violation"}
    assert {manifest.camera for manifest in found} == {"junction"}
    assert {manifest.clock.source for manifest in found} <= {"host", "prft"}
    lamps = [manifest.signal for manifest in first_round if manifest.rule.name == "red_light"]
    assert {lamp.head for lamp in lamps if lamp is not None} == {"near_right"}
    assert {manifest.second_look and manifest.second_look.verdict for manifest in first_round} == {
        "confirmed"
    }
    assert all("clip" in {file.role for file in manifest.files} for manifest in found)


def test_a_camera_that_dies_comes_back_and_the_node_goes_on(
    site: Site, centre: Centre, camera: Camera
) -> None:
    site.write(road.ROAD, plain(camera))
    with running(site.node()):
        centre.wait(lambda c: bool(c.stored))
        camera.kill()
        centre.wait(lambda c: newest(c).state == "offline")
        before = len(centre.stored)
        camera.start()
        centre.wait(lambda c: newest(c).state == "online" and newest(c).reconnects >= 1)
        centre.wait(lambda c: len(c.stored) > before)
    site.manifests()  # the chain is whole
    as_in_the_outbox(site, centre)
    funnel = newest(centre).funnel
    assert funnel["solid_line_violation"] >= 2
    assert funnel["vehicles"] >= 2
    assert newest(centre).frames >= funnel["frames"] > 0


def test_a_camera_of_another_size_is_reported_and_not_judged(
    site: Site, centre: Centre, tmp_path: Path
) -> None:
    served = Camera(clips.make_clip(tmp_path / "small.mp4", clips.steady(50, 10.0), size=(160, 120)))
    site.write(road.ROAD, plain(served))
    with running(site.node()):
        centre.wait(lambda c: bool(c.health) and newest(c).funnel.get("frames_of_wrong_size", 0) > 10)
    served.kill()
    assert newest(centre).state == "degraded"
    assert "160×120, but camera road was drawn on 320×240" in say(newest(centre).reason, "en")
    assert (newest(centre).armed, newest(centre).reconnects) == (False, 0)
    funnel = newest(centre).funnel
    assert funnel.keys() <= {"frames", "frames_of_wrong_size", "runs_ended"}, "something was looked at"
    assert funnel["frames"] == funnel["frames_of_wrong_size"]


@pytest.mark.parametrize("messages_before", [1, 12])
def test_a_node_killed_while_it_delivers_sends_each_violation_once(
    site: Site, centre: Centre, road_film: Path, messages_before: int
) -> None:
    """Played anew from its beginning, the film shows violations that are known already."""
    site.write(road.ROAD, NOWHERE)
    node = site.process(f"road={road_film}")
    centre.wait(lambda c: sum(m.kind in ("manifest", "chunk") for m in c.received) >= messages_before)
    node.kill()
    node.wait()
    again = site.process(f"road={road_film}")
    assert again.wait(90) == 0
    assert len(centre.stored) == len(road.STARTS)
    assert [manifest.vehicle.track for manifest in site.manifests()] == [1, 2, 3]
    same_as_sent(site, centre)
    assert not (site.folder / "data" / "playing.json").exists()


def test_told_to_stop_it_packs_what_was_waiting_for_its_post_roll(
    site: Site, centre: Centre, camera: Camera
) -> None:
    site.write(road.ROAD, plain(camera), clip_after=60, ring_seconds=120)
    node = site.process()
    centre.wait(lambda c: bool(c.health) and newest(c).funnel.get("solid_line_violation", 0) >= 1)
    assert centre.stored == {}
    node.send_signal(signal.SIGTERM)
    assert node.wait(60) == 0
    manifests = site.manifests()
    assert manifests
    assert all("evidence.clip_short" in manifest.flags for manifest in manifests)
    centre.wait(lambda c: c.statuses[-1].state == "offline")


def test_a_signal_s_handler_does_not_wait_for_what_its_own_thread_holds(lonely: Site) -> None:
    lonely.write(road.ROAD, "rtsp://127.0.0.1:1/")
    node = lonely.node()
    with node._stop._cond:  # as in the moments in which wait() begins and ends
        handling = threading.Thread(target=node.stop, daemon=True)
        handling.start()
        handling.join(20)
        assert not handling.is_alive()
    assert node._stop.wait(20)


def test_a_full_disk_delays_and_a_silent_centre_too(
    site: Site, centre: Centre, road_film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    centre.answer = lambda _receipt: []
    site.write(road.ROAD, NOWHERE)
    node = site.node(play={"road": road_film})
    with running(node, until_delivered=True) as thread:
        with monkeypatch.context() as disk:
            disk.setattr(os, "fsync", full)
            waiting = "3 violations wait in memory for the outbox: the disk is full"
            centre.wait(
                lambda c: bool(c.health) and any(waiting in say(alarm, "en") for alarm in c.health[-1].alarms)
            )
            assert centre.manifests == {}
            assert centre.health[-1].outbox_packages == 0
        centre.wait(lambda c: c.health[-1].outbox_packages == 3)
        centre.wait(lambda c: "centre.silent" in {alarm.code for alarm in c.health[-1].alarms})
        report = centre.health[-1]
        assert report.outbox_bytes > 10_000
        assert report.oldest_waiting == site.manifests()[0].occurred_at
        assert report.disk_free_bytes > 0
        assert (report.cameras[0].reason, report.cameras[0].frames) == (reason("camera.played"), road.FRAMES)
        assert thread.is_alive()
        centre.answer = lambda receipt: [sign(receipt, centre.key)]
        thread.join(60)
        assert not thread.is_alive()
    same_as_sent(site, centre)
    assert len(centre.stored) == 3


@pytest.fixture
def lonely(tmp_path: Path, site: Site) -> Site:
    """A site whose broker can't be reached."""
    return Site(tmp_path, {**site.settings, "broker": {**site.settings["broker"], "port": free_port()}})


def test_without_a_broker_all_is_kept_for_the_next_start(
    lonely: Site, site: Site, centre: Centre, road_film: Path
) -> None:
    lonely.write(road.ROAD, NOWHERE)
    with running(lonely.node(play={"road": road_film})):
        wait_until(lambda: len(inspect(lonely.outbox)[1]) == 3, 60)
    site.write(road.ROAD, NOWHERE)
    with running(site.node()):
        centre.wait(lambda c: len(c.stored) == 3)
    same_as_sent(site, centre)


@pytest.mark.parametrize(("stuck", "watchdog"), [(0.0, True), (1000.0, False)])
def test_systemd_hears_that_it_works_and_nothing_while_it_is_stuck(
    lonely: Site, monkeypatch: pytest.MonkeyPatch, stuck: float, watchdog: bool
) -> None:
    monkeypatch.setattr(CameraWorker, "stuck_seconds", stuck)
    lonely.write(road.ROAD, NOWHERE)
    heard: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        address = str(lonely.folder / "notify")
        systemd.bind(address)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        systemd.settimeout(20)
        node = lonely.node()
        ticks = iter([False, False, True])
        monkeypatch.setattr(node._stop, "wait", lambda _seconds: next(ticks))
        with running(node):
            heard += iter(lambda: systemd.recv(100).decode(), "STOPPING=1")
    assert heard == ["READY=1", *["WATCHDOG=1"] * (2 * watchdog)]


@pytest.mark.parametrize(
    ("play", "problem", "words"),
    [
        ({"raod": "road.mp4"}, StreamError, "can't be played as raod: the cameras are road"),
        ({"road": "large.mp4"}, StreamError, "the picture is 640×480, but camera road was drawn on 320×240"),
        ({"road": "nothing.mp4"}, VideoError, "no such file"),
    ],
)
def test_a_file_that_can_t_be_played_is_refused_at_once(
    lonely: Site, play: dict[str, str], problem: type[Exception], words: str
) -> None:
    lonely.write(road.ROAD, NOWHERE)
    clips.make_clip(lonely.folder / "road.mp4", clips.steady(3), size=road.SIZE)
    clips.make_clip(lonely.folder / "large.mp4", clips.steady(3), size=(640, 480))
    with pytest.raises(problem, match=words):
        lonely.node(play={name: lonely.folder / video for name, video in play.items()})


def test_two_nodes_don_t_share_an_outbox(lonely: Site) -> None:
    lonely.write(road.ROAD, NOWHERE)
    first = lonely.node()
    with running(first), pytest.raises(OutboxError, match="another process holds the outbox"):
        lonely.node()
