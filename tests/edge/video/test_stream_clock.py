"""Time of live pictures: no step of any wall clock reaches `t`, and UTC says how far it may be off."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.video.frame import Stamp
from edge.video.stream_clock import HOST_DELAY, Arrival, StreamClock, WallClocks

FRAME = 0.04
EPOCH = 1000.0
NOW = 1_795_000_000.0  # POSIX seconds at monotonic EPOCH


@dataclass
class Node:
    """The node's clocks under the test's hand."""

    monotonic: float = EPOCH
    utc_step: float = 0.0

    def clocks(self) -> WallClocks:
        return WallClocks(lambda: self.monotonic, lambda: NOW + self.monotonic - EPOCH + self.utc_step)


@dataclass
class CameraClock:
    """A camera whose PTS start anywhere; its UTC is off by `offset`."""

    first_pts: float = 321.0
    offset: float = 0.0
    delay: float = 0.1

    def send(
        self, clock: StreamClock, node: Node, captured: float, *, prft: bool, delay: float | None = None
    ) -> Stamp:
        """The picture taken at monotonic `captured`, stamped on arrival; pictures arrive in order."""
        arrived = captured + (self.delay if delay is None else delay)
        node.monotonic = max(node.monotonic, arrived) if delay is not None else arrived
        utc = NOW + captured - EPOCH + self.offset if prft else None
        return clock.stamp(Arrival(captured - EPOCH + self.first_pts, node.monotonic, utc, keyframe=True))


def _clock(node: Node, follow: StreamClock | None = None) -> StreamClock:
    clock = StreamClock(node.clocks(), EPOCH, follow)
    clock.connected(FRAME)
    return clock


def _times(
    node: Node, camera: CameraClock, clock: StreamClock, captured: list[float], prft: bool
) -> list[Stamp]:
    return [camera.send(clock, node, moment, prft=prft) for moment in captured]


@pytest.mark.parametrize("prft", [True, False])
@pytest.mark.parametrize("step", [-3600.0, -1.0, 1.0, 86400.0])
def test_a_step_of_the_nodes_clock_moves_utc_but_not_t(prft: bool, step: float) -> None:
    node, camera = Node(), CameraClock()
    clock = _clock(node)
    before = camera.send(clock, node, EPOCH + 5, prft=prft)
    node.utc_step = step
    after = camera.send(clock, node, EPOCH + 5 + FRAME, prft=prft)
    assert after.t - before.t == pytest.approx(FRAME)


@pytest.mark.parametrize("step", [-3600.0, -2.0, 2.0, 3600.0])
def test_a_step_of_the_cameras_clock_does_not_move_t(step: float) -> None:
    node, camera = Node(), CameraClock()
    clock = _clock(node)
    before = camera.send(clock, node, EPOCH + 5, prft=True)
    camera.offset = step
    after = camera.send(clock, node, EPOCH + 5 + FRAME, prft=True)
    assert after.t - before.t == pytest.approx(FRAME)


@given(st.lists(st.floats(0.05, 2.5), min_size=2, max_size=60))
def test_t_follows_the_pts_whatever_the_network_does(delays: list[float]) -> None:
    node, camera = Node(), CameraClock()
    clock = _clock(node)
    stamps = [
        camera.send(clock, node, EPOCH + number * FRAME, prft=False, delay=delay)
        for number, delay in enumerate(delays)
    ]
    gaps = [later.t - earlier.t for earlier, later in pairwise(stamps)]
    assert gaps == pytest.approx([FRAME] * len(gaps))


@pytest.mark.parametrize(
    ("prft", "offset", "source", "utc_error", "uncertainty"),
    [
        (True, 0.0, "prft", 0.0, 0.1),  # camera and node agree up to the delay
        (True, 2.0, "prft", 2.0, 1.9),  # they don't, and the difference is owned up to
        (True, 3600.0, "host", 0.1, HOST_DELAY + FRAME),  # nobody set the camera's clock
        (True, -NOW, "host", 0.1, HOST_DELAY + FRAME),  # 1970: the camera lost its battery
        (False, 0.0, "host", 0.1, HOST_DELAY + FRAME),
    ],
)
def test_where_utc_comes_from(
    prft: bool, offset: float, source: str, utc_error: float, uncertainty: float
) -> None:
    node, camera = Node(), CameraClock(offset=offset)
    stamp = camera.send(_clock(node), node, EPOCH + 7, prft=prft)
    assert stamp.clock.source == source
    assert stamp.captured_at.timestamp() - (NOW + 7) == pytest.approx(utc_error, abs=1e-3)
    assert stamp.clock.uncertainty_ms == pytest.approx(1000 * uncertainty, abs=2)


@pytest.mark.parametrize("prft", [True, False])
def test_a_reconnect_goes_on_where_time_is(prft: bool) -> None:
    node, camera = Node(), CameraClock()
    clock = _clock(node)
    before = camera.send(clock, node, EPOCH + 10, prft=prft)
    clock.connected(FRAME)
    camera.first_pts, camera.delay = 0.0, 0.5  # PTS start anew, the network is slower
    after = camera.send(clock, node, EPOCH + 20, prft=prft)
    assert after.t - before.t == pytest.approx(10.0, abs=0.001 if prft else 0.5)


@pytest.mark.parametrize("jump", [-50.0, 500.0])
def test_a_jump_of_the_pts_is_not_a_jump_of_t(jump: float) -> None:
    node, camera = Node(), CameraClock()
    clock = _clock(node)
    before = camera.send(clock, node, EPOCH + 10, prft=False)
    camera.first_pts += jump
    after = camera.send(clock, node, EPOCH + 10 + FRAME, prft=False)
    assert after.t - before.t == pytest.approx(FRAME)


def test_t_never_goes_back_over_a_reconnect() -> None:
    node, camera = Node(), CameraClock(delay=2.0)
    clock = _clock(node)
    before = camera.send(clock, node, EPOCH + 10, prft=False)
    clock.connected(FRAME)
    after = camera.send(clock, node, EPOCH + 11, prft=False, delay=0.0)
    assert after.t > before.t


def test_host_utc_follows_a_slow_crystal() -> None:
    node = Node()
    clock = _clock(node)
    for tick in range(86400):
        moment = EPOCH + tick
        node.monotonic = moment + 0.1
        pts = (moment - EPOCH) * (1 - 50e-6)  # 50 ppm slow: 4 s in a day
        stamp = clock.stamp(Arrival(pts, node.monotonic, None, keyframe=True))
        clock_error = stamp.captured_at.timestamp() - (NOW + moment - EPOCH)
        assert abs(clock_error) <= HOST_DELAY + FRAME
    assert moment - EPOCH - stamp.t > 4.0


def test_record_stream_is_tied_to_the_detect_stream_through_the_cameras_clock() -> None:
    node = Node()
    detect_clock = _clock(node)
    record_clock = _clock(node, follow=detect_clock)
    detect, record = CameraClock(first_pts=10.0, delay=0.1), CameraClock(first_pts=77.0, delay=0.45)
    seen = detect.send(detect_clock, node, EPOCH + 30, prft=True)
    kept = record.send(record_clock, node, EPOCH + 30, prft=True)
    assert kept.t == pytest.approx(seen.t, abs=1e-3)


def test_the_tie_is_made_when_the_sender_report_comes_later_and_only_once() -> None:
    node = Node()
    detect_clock = _clock(node)
    record_clock = _clock(node, follow=detect_clock)
    detect, record = CameraClock(delay=0.1), CameraClock(delay=0.45)
    first = record.send(record_clock, node, EPOCH + 1, prft=False)
    seen = detect.send(detect_clock, node, EPOCH + 2, prft=True)
    utc = NOW + 2
    node.monotonic = EPOCH + 2.45
    kept = record_clock.stamp(Arrival(2 + record.first_pts, node.monotonic, utc, keyframe=True))
    later = Arrival(2.04 + record.first_pts, node.monotonic, utc + 0.09, keyframe=True)
    assert (first.run, kept.run, record_clock.stamp(later).run) == (0, 1, 1)
    assert kept.t == pytest.approx(seen.t, abs=1e-3)


@pytest.mark.parametrize("step", [-0.95, -0.5, -0.2])
@pytest.mark.parametrize("prft", [True, False])
def test_a_small_step_back_of_the_pts_is_borne(step: float, prft: bool) -> None:
    node, camera = Node(), CameraClock()
    clock = _clock(node)
    stamps = [camera.send(clock, node, EPOCH + number * FRAME, prft=prft) for number in range(25)]
    camera.first_pts += step
    stamps += [camera.send(clock, node, EPOCH + number * FRAME, prft=prft) for number in range(25, 50)]
    assert [later.t - earlier.t for earlier, later in pairwise(stamps)] == pytest.approx([FRAME] * 49)
    assert {stamp.run for stamp in stamps} == {0}


def test_pictures_that_come_with_the_same_pts_do_not_make_time_run_faster() -> None:
    node = Node()
    clock = _clock(node)
    stamps = []
    for number in range(100):  # every second picture repeats the stamp before
        node.monotonic = EPOCH + number * FRAME
        stamps.append(clock.stamp(Arrival(number // 2 * 2 * FRAME, node.monotonic, None, keyframe=False)))
    assert all(later.t > earlier.t for earlier, later in pairwise(stamps))
    assert stamps[-1].t - stamps[0].t == pytest.approx(98 * FRAME, abs=0.01)


@pytest.mark.parametrize(
    ("captured", "first_pts", "run"),
    [
        (0.04, 0.0, 0),
        (1.9, 0.0, 0),
        (2.5, 0.0, 1),
        (600.0, 0.0, 1),
        (0.04, -50.0, 1),
        (0.04, 500.0, 1),
        (0.04, 4.0, 1),
        (0.04, 0.8, 0),
    ],
)
def test_a_run_ends_where_time_is_not_known_to_go_on(captured: float, first_pts: float, run: int) -> None:
    node, camera = Node(), CameraClock()
    clock = _clock(node)
    before = camera.send(clock, node, EPOCH + 10, prft=False)
    camera.first_pts += first_pts
    after = camera.send(clock, node, EPOCH + 10 + captured, prft=False)
    assert (before.run, after.run) == (0, run)
    assert after.t - before.t == pytest.approx(captured, abs=0.05)


def test_late_pictures_that_come_at_once_are_no_step_of_the_clock() -> None:
    node, camera = Node(), CameraClock()
    clock = _clock(node)
    camera.send(clock, node, EPOCH, prft=False)
    late = [
        camera.send(clock, node, EPOCH + moment, prft=False, delay=EPOCH + 5.1 - EPOCH - moment)
        for moment in (0.04, 0.08, 1.5, 3.0, 4.9)
    ]
    assert [stamp.t for stamp in late] == pytest.approx([0.1 + m for m in (0.04, 0.08, 1.5, 3.0, 4.9)])
    assert {stamp.run for stamp in late} == {0}


def test_a_new_connection_is_another_run() -> None:
    node, camera = Node(), CameraClock()
    clock = _clock(node)
    before = camera.send(clock, node, EPOCH + 10, prft=True)
    clock.connected(FRAME)
    assert camera.send(clock, node, EPOCH + 10.5, prft=True).run == before.run + 1
