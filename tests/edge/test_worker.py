"""One camera's thread on a scripted source: bad frames, wrong sizes, silence, failures, the end."""

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import pytest
from numpy.typing import NDArray

from configs.words import say
from contract.reasons import reason
from edge import worker as worker_module
from edge.camera import Camera, Rolls
from edge.detect.detector import Detection
from edge.video.camera import SourceHealth
from edge.video.frame import Frame
from edge.video.ring import PacketRing
from edge.worker import CameraWorker, Handover
from tests.edge import factories, road
from tests.edge.video import clips
from tests.edge.video.conftest import wait_until

Script = list[int]


@dataclass
class ScriptedSource:
    """Gives frames of these numbers, then is silent until closed, or ends like a file."""

    numbers: Script
    ends: bool = False
    size: tuple[int, int] = road.SIZE
    closed: threading.Event = field(default_factory=threading.Event)
    ring: PacketRing = field(default_factory=lambda: PacketRing(60, 10**6))

    def frames(self) -> Iterator[Frame]:
        for number in self.numbers:
            picture = clips.picture(number, self.size)
            yield replace(road.frame(number), image=picture)
        self.closed.wait(0 if self.ends else 60)

    def health(self) -> SourceHealth:
        return SourceHealth("offline", "closed") if self.closed.is_set() else SourceHealth("online")

    def close(self) -> None:
        self.closed.set()


@dataclass
class Poison(road.NumberDetector):
    """A detector with a fault nobody thought of, on some pictures."""

    bad: frozenset[int]

    def detect(self, image: NDArray[np.uint8]) -> list[Detection]:
        if clips.number_of(image) in self.bad:
            raise ZeroDivisionError("of all things")
        return super().detect(image)


class Watched:
    """A worker in its thread over one source after the other; what it handed over."""

    def __init__(
        self, *sources: ScriptedSource, once: bool = False, bad: frozenset[int] = frozenset()
    ) -> None:
        self.sources = list(sources)
        self.opened: list[ScriptedSource] = []
        self.found: queue.Queue[Handover] = queue.Queue()
        self.detector = Poison(bad)
        self.worker = CameraWorker(road.CONFIG, self.open, self.build, self.found.put, once=once)
        self.thread = threading.Thread(target=self.worker.run)
        self.thread.start()

    def open(self) -> tuple[ScriptedSource, datetime]:
        self.opened.append(self.sources.pop(0))
        return self.opened[-1], factories.NOON

    def build(self, source: ScriptedSource, epoch: datetime) -> Camera:
        return road.camera(source.ring, Rolls(1.0, 1.0), detector=self.detector)

    def end(self) -> None:
        self.worker.stop()
        self.thread.join(20)
        assert not self.thread.is_alive()

    def handed(self) -> list[int]:
        """Tracks of what was handed over."""
        self.end()
        return [handover.incident.finding.track for handover in self.found.queue]

    def count(self, name: str) -> int:
        return self.worker.health().funnel.get(name, 0)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "RESTART_FIRST", 0.01)


@pytest.fixture
def watch() -> Iterator[Callable[..., Watched]]:
    made: list[Watched] = []

    def start(*sources: ScriptedSource, **options: object) -> Watched:
        made.append(Watched(*sources, **options))  # type: ignore[arg-type]
        return made[-1]

    yield start
    for watched in made:
        watched.end()


Watch = Callable[..., Watched]
FIRST_CAR = list(range(28))
ALL = list(range(road.FRAMES))


def test_incidents_are_handed_over_once_their_post_roll_has_passed(watch: Watch) -> None:
    watched = watch(ScriptedSource(FIRST_CAR))
    wait_until(lambda: watched.count("frames") == 28, 20)
    assert watched.found.get(timeout=20).incident.finding.track == 1
    assert watched.worker.health().state == "online"
    assert watched.worker.health().armed


def test_a_played_file_ends_by_itself_with_all_it_showed(watch: Watch) -> None:
    watched = watch(ScriptedSource(ALL, ends=True), once=True)
    assert watched.worker.finished.wait(20)
    health = watched.worker.health()
    assert health.reason == reason("camera.played")
    assert health.funnel == {"frames": 100, "solid_line_violation": 3, "vehicles": 3}
    assert watched.handed() == [1, 2, 3]


def test_a_frame_that_fails_is_counted_and_costs_neither_track_nor_camera(watch: Watch) -> None:
    watched = watch(ScriptedSource(ALL), bad=frozenset({12, 40, 41}))
    wait_until(lambda: watched.count("frames") == 100, 20)
    health = watched.worker.health()
    assert (health.state, health.reconnects, health.funnel["frames_failed"]) == ("online", 0, 3)
    assert health.funnel["vehicles"] == 3
    assert watched.handed() == [1, 2, 3]


def test_failures_in_a_row_start_the_camera_anew_and_lose_nothing(watch: Watch) -> None:
    """The first car's violation was still waiting for its post-roll when the failures began."""
    watched = watch(ScriptedSource(list(range(60))), ScriptedSource(ALL[42:]), bad=frozenset(range(18, 42)))
    wait_until(lambda: len(watched.opened) == 2, 20)
    assert watched.opened[0].closed.is_set()
    assert watched.found.get(timeout=20).incident.finding.track == 1
    wait_until(lambda: watched.worker.health().reconnects == 1, 20)


def test_a_camera_under_failure_says_so_and_once_it_works_again_no_more(watch: Watch) -> None:
    first, second = ScriptedSource(list(range(16, 36))), ScriptedSource(ALL)
    gate = threading.Event()
    second.frames = lambda: (gate.wait(20), ScriptedSource.frames(second))[1]  # type: ignore[method-assign]
    watched = watch(first, second, bad=frozenset(range(16, 36)))
    wait_until(lambda: len(watched.opened) == 2, 20)
    health = watched.worker.health()
    assert (health.state, health.armed) == ("degraded", False)
    assert "20 frames in a row could not be analysed: ZeroDivisionError" in str(health.reason)
    watched.detector.bad = frozenset()
    gate.set()
    wait_until(lambda: watched.worker.health().state == "online", 20)
    wait_until(lambda: watched.count("frames") == 120, 20)
    assert watched.count("frames_failed") == 20


def test_a_camera_that_can_t_be_opened_is_tried_again(watch: Watch) -> None:
    watched = watch()
    wait_until(lambda: watched.worker.health().reconnects > 2, 20)
    health = watched.worker.health()
    assert (health.state, health.reason) == (
        "offline",
        reason("camera.analysis_failed", detail="IndexError: pop from empty list"),
    )
    watched.sources.append(ScriptedSource(FIRST_CAR))
    wait_until(lambda: watched.worker.health().state == "online", 20)


def test_a_picture_of_another_size_is_not_judged_but_said(watch: Watch) -> None:
    watched = watch(ScriptedSource(ALL, size=(640, 480)))
    wait_until(lambda: watched.count("frames_of_wrong_size") == 100, 20)
    health = watched.worker.health()
    assert (health.state, health.armed, health.reconnects) == ("degraded", False, 0)
    assert health.reason is not None
    assert "the picture is 640×480, but camera road was drawn on 320×240" in say(health.reason, "en")
    assert watched.handed() == []


def test_what_waits_for_a_camera_that_fell_silent_is_handed_over(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = watch(ScriptedSource(list(range(18))))
    wait_until(lambda: watched.count("frames") == 18, 20)
    watched.worker.tend()
    assert watched.found.empty()
    monkeypatch.setattr(worker_module, "SILENT_SECONDS", 0.0)

    def tended() -> bool:
        watched.worker.tend()  # passes over a camera whose last frame is still being looked at
        return not watched.found.empty()

    wait_until(tended, 20)
    assert watched.found.get(timeout=20).incident.finding.track == 1
    watched.worker.tend()
    assert watched.handed() == []


def test_at_the_end_what_waits_is_handed_over_and_the_ring_is_called_complete(watch: Watch) -> None:
    watched = watch(ScriptedSource(list(range(18))))
    wait_until(lambda: watched.count("frames") == 18, 20)
    assert watched.handed() == [1]
    assert watched.found.get().over.is_set()
    assert watched.worker.finished.is_set()


def test_stopped_before_it_began_it_opens_nothing(watch: Watch) -> None:
    worker = CameraWorker(road.CONFIG, lambda: pytest.fail("opened"), lambda *_: None, print, once=False)  # type: ignore[arg-type]
    worker.stop()
    worker.run()
    assert worker.finished.is_set()
    assert worker.health().reason == reason("camera.not_opened")


class Sleeper(road.NumberDetector):
    """Never returns, until let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def detect(self, image: NDArray[np.uint8]) -> list[Detection]:
        self.let_go.wait(60)
        return []


def test_an_analysis_that_never_ends_is_stuck_and_an_idle_camera_is_not(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle, busy = watch(ScriptedSource(FIRST_CAR)), watch(ScriptedSource([]), ScriptedSource(FIRST_CAR))
    sleeper = Sleeper()
    busy.detector.detect = sleeper.detect  # type: ignore[method-assign]
    busy.opened[0].closed.set()
    wait_until(lambda: len(busy.opened) == 2, 20)
    wait_until(lambda: idle.count("frames") == 28, 20)
    monkeypatch.setattr(worker_module, "STUCK_SECONDS", 0.05)
    wait_until(lambda: busy.worker.stuck_seconds > 0, 20)
    busy.worker.tend()
    assert (busy.worker.health().state, busy.worker.health().reason) == (
        "degraded",
        reason("camera.stuck"),
    )
    assert idle.worker.stuck_seconds == 0
    assert idle.worker.health().state == "online"
    sleeper.let_go.set()
    wait_until(lambda: busy.worker.stuck_seconds == 0, 20)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 1), (1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (10_000, 60)]
)
def test_the_pause_before_a_new_start_grows_to_its_limit(
    failures: int, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "RESTART_FIRST", 1.0)
    assert worker_module.pause(failures) == seconds
