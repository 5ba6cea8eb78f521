"""A camera read by a process of its own, which is killed, frozen and sent nonsense."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from multiprocessing import Pipe
from pathlib import Path

import numpy as np
import pytest

from bench.live.processes import tree
from contract.reasons import reason
from edge.video import apart
from edge.video.apart import ApartSource
from edge.video.frame import Frame
from edge.video.messages import Said, to_bytes
from tests.brokers import free_port
from tests.edge.video import clips
from tests.edge.video.conftest import Camera, wait_until

PATIENCE = 60.0
Watch = Callable[..., ApartSource]


@pytest.fixture
def watch_apart() -> Iterator[Watch]:
    """Makes sources that are closed at the end of the test."""
    sources: list[ApartSource] = []

    def make(url: str, record_url: str | None = None) -> ApartSource:
        sources.append(ApartSource(url, record_url))
        return sources[-1]

    yield make
    for source in sources:
        source.close()


def captures(of: int) -> list[int]:
    """The capture processes of a process."""
    return [pid for server in servers(of) for pid in tree(server) if pid != server]


def servers(of: int) -> list[int]:
    """What a process has its capture processes from."""
    names = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in tree(of)}
    found = [pid for pid, name in names.items() if b"edge.video.capture_process" in name]
    return found[:1]  # parents come before their children


def status(pid: int) -> dict[str, str]:
    """What the kernel says of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def take(source: ApartSource, count: int) -> list[Frame]:
    frames = source.frames()
    return [next(frames) for _ in range(count)]


def test_frames_and_packets_are_those_of_the_camera(camera: Camera, watch_apart: Watch) -> None:
    source = watch_apart(camera.url)
    seen = take(source, 30)
    for before, after in pairwise(seen):
        steps = after.index - before.index
        assert (clips.number_of(after.image) - clips.number_of(before.image)) % 100 == steps % 100
        assert after.t - before.t == pytest.approx(steps * 0.04, abs=1e-6)
    wait_until(lambda: (source.ring.end_t or 0.0) >= seen[-1].t, PATIENCE)
    kept = source.ring.frames([frame.t for frame in seen])
    assert all(np.array_equal(one.image, other.image) for one, other in zip(kept, seen, strict=True))
    clip = source.ring.clip(seen[0].t, seen[-1].t, seen[-1].t)
    assert (clip.start_t <= seen[0].t, clip.end_t) == (True, seen[-1].t), "one run over all keyframes"
    wait_until(lambda: source.health().state == "online", PATIENCE)
    health = source.health()
    assert (source.size, health.reason, health.reconnects) == ((320, 240), None, 0)
    assert health.frames >= seen[-1].index
    assert health.dropped == seen[-1].index - len(seen) + 1


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV])
def test_a_process_that_is_killed_is_started_anew_and_time_goes_on(
    how: signal.Signals, camera: Camera, watch_apart: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    source = watch_apart(camera.url)
    before = take(source, 10)[-1]
    wait_until(lambda: source.health().state == "online", PATIENCE)
    (process,) = captures(os.getpid())
    os.kill(process, how)
    wait_until(lambda: source.health().state == "offline", PATIENCE)
    assert source.health().reason == reason("stream.process_ended", detail=how.name)
    after = next(frame for frame in source.frames() if frame.run != before.run)
    assert after.index > before.index
    assert after.t > before.t
    assert after.t - before.t == pytest.approx(
        (after.captured_at - before.captured_at).total_seconds(), abs=0.5
    )
    wait_until(lambda: source.health().state == "online", PATIENCE)
    assert source.health().reconnects == 1
    wait_until(lambda: (source.ring.end_t or 0.0) >= after.t, PATIENCE)
    assert clips.number_of(source.ring.frames([after.t])[0].image) == clips.number_of(after.image)
    assert captures(os.getpid()) != [process]
    assert how.name in caplog.text
    assert "s3cret" not in caplog.text + repr(source.health())


def test_a_process_that_is_silent_is_ended(
    camera: Camera, watch_apart: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = watch_apart(camera.url)
    take(source, 5)
    monkeypatch.setattr(apart, "SILENT", 6.0)
    frames = source.health().frames
    wait_until(lambda: source.health().frames > frames, PATIENCE)
    (process,) = captures(os.getpid())
    os.kill(process, signal.SIGSTOP)
    wait_until(lambda: source.health().reason == reason("stream.process_ended", detail="silent"), PATIENCE)
    monkeypatch.setattr(apart, "SILENT", 60.0)
    wait_until(lambda: source.health().state == "online", PATIENCE)


def test_a_fork_server_that_is_killed_costs_no_camera_a_picture_and_is_replaced(
    camera: Camera, watch_apart: Watch
) -> None:
    source = watch_apart(camera.url)
    before = take(source, 10)[-1]
    (process,), (server,) = captures(os.getpid()), servers(os.getpid())
    assert status(server)["Threads"] == "1", "or nothing could be forked from it"
    os.kill(server, signal.SIGKILL)
    wait_until(lambda: not servers(os.getpid()), PATIENCE)
    assert {frame.run for frame in take(source, 10)} == {before.run}
    os.kill(process, signal.SIGKILL)
    after = next(frame for frame in source.frames() if frame.run != before.run)
    assert after.index > before.index
    assert len(captures(os.getpid())) == len(servers(os.getpid())) == 1


def test_a_fork_server_that_is_stuck_is_replaced(
    camera: Camera, watch_apart: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = watch_apart(camera.url)
    take(source, 1)
    (server,) = servers(os.getpid())
    os.kill(server, signal.SIGSTOP)
    monkeypatch.setattr(apart, "STARTS", 6.0)
    take(watch_apart(camera.url), 10)
    assert server not in servers(os.getpid())


def test_nobody_reads_the_password_among_the_processes(camera: Camera, watch_apart: Watch) -> None:
    source = watch_apart(camera.url)
    take(source, 1)
    (process,) = captures(os.getpid())
    told = Path(f"/proc/{process}/cmdline").read_bytes() + Path(f"/proc/{process}/environ").read_bytes()
    assert b"s3cret" not in told
    assert "s3cret" not in repr(vars(source)["name"])


def test_what_the_process_logs_and_why_it_can_not_connect_is_told(
    watch_apart: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    source = watch_apart(f"rtsp://admin:s3cret@127.0.0.1:{free_port()}/cam")
    wait_until(
        lambda: source.health().reason == reason("stream.error", detail="Connection refused"), PATIENCE
    )
    wait_until(lambda: "Connection refused" in caplog.text, PATIENCE)
    assert "s3cret" not in caplog.text
    assert source.size is None


@pytest.mark.parametrize("name", ["event", "self"])
def test_a_process_that_logs_nonsense_is_ended(name: str) -> None:
    source = ApartSource.__new__(ApartSource)  # no process of its own
    ours, theirs = Pipe()
    theirs.send_bytes(to_bytes([Said("info", "hello", {name: "x"})]))
    assert name in source._listen(ours, 5.0)


def test_a_start_that_is_slow_is_waited_for_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that is too busy to start it, ending it only makes the machine busier."""
    waited: list[float] = []

    def silent(source: ApartSource, patience: float) -> str:
        waited.append(patience / apart.STARTS)
        source._stopping.wait(0.001)
        if len(waited) == 6:
            source._stopping.set()
        return "silent"

    monkeypatch.setattr(ApartSource, "_capture", silent)
    monkeypatch.setattr(apart, "backoff", lambda *_: 0.0)
    source = ApartSource("rtsp://127.0.0.1:1/x")
    wait_until(lambda: len(waited) == 6, PATIENCE)
    source.close()
    assert waited == [1, 2, 4, 8, 8, 8]


def test_close_ends_frames_and_process(camera: Camera) -> None:
    source = ApartSource(camera.url)
    frames = source.frames()
    next(frames)
    began = time.monotonic()
    source.close()
    assert list(frames) == []
    assert captures(os.getpid()) == []
    assert time.monotonic() - began < 2 * apart.ENDS + PATIENCE / 2


def test_a_source_that_is_closed_at_once_leaves_no_process(camera: Camera) -> None:
    for _ in range(5):
        ApartSource(camera.url).close()
    wait_until(lambda: captures(os.getpid()) == [], PATIENCE)


def test_the_process_ends_with_the_node(camera: Camera) -> None:
    code = (
        "import sys; from edge.video.apart import ApartSource\n"
        "source = ApartSource(sys.argv[1]); next(source.frames()); print('seen', flush=True); input()"
    )
    command = [sys.executable, "-c", code, camera.url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as node:
        assert node.stdout is not None
        assert any(b"seen" in line for line in iter(node.stdout.readline, b""))
        (process,), (server,) = captures(node.pid), servers(node.pid)
        node.kill()
    for each in (process, server):
        wait_until(lambda pid=each: not Path(f"/proc/{pid}").exists(), PATIENCE)
