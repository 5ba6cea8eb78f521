"""A live camera, a real one over RTSP, through everything that happens to cameras in the street."""

import io
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from configs.words import say
from contract.reasons import reason
from edge.video.reader import SYSTEM_CLOCKS
from edge.video.rtsp import LatestPicture, RtspSource
from edge.video.source import Frame
from edge.video.stream_clock import WallClocks
from tests.brokers import free_port
from tests.edge.video import clips
from tests.edge.video.clips import number_of
from tests.edge.video.conftest import Camera, wait_until

Watch = Callable[..., RtspSource]
Serve = Callable[..., Camera]


def take(source: RtspSource, count: int) -> list[Frame]:
    frames = source.frames()
    return [next(frames) for _ in range(count)]


def wait_for_state(source: RtspSource, state: str, seconds: float = 10.0) -> None:
    wait_until(lambda: source.health().state == state, seconds)


def all_frames(source: RtspSource) -> list[Frame]:
    """Every frame of the ring that lies in its first three seconds."""
    start = source.ring.start_t or 0.0
    return source.ring.frames([start + number / 25 for number in range(75)])


def test_frames_carry_the_cameras_time_over_the_end_of_the_loop(
    serve: Serve, watch: Watch, tmp_path: Path
) -> None:
    source = watch(serve(clips.make_clip(tmp_path / "short.mp4", clips.steady(40))).url)
    frames = take(source, 75)
    assert source.size == (320, 240)
    assert {frame.clock.source for frame in frames} == {"prft"}
    for before, after in pairwise(frames):
        steps = after.index - before.index
        assert (number_of(after.image) - number_of(before.image)) % 40 == steps % 40
        assert after.t - before.t == pytest.approx(steps * 0.04, abs=1e-6)
        assert (after.captured_at - before.captured_at).total_seconds() == pytest.approx(
            steps * 0.04, abs=0.002
        )
    assert abs(frames[-1].captured_at.timestamp() - time.time()) < 1.0
    assert frames[-1].clock.uncertainty_ms < 1000
    assert abs(source.health().camera_offset or 9.9) < 1.0


def test_the_first_keyframe_is_kept_although_it_has_no_time_of_its_own(camera: Camera, watch: Watch) -> None:
    source = watch(camera.url)
    wait_until(lambda: (source.ring.end_t or 0.0) - (source.ring.start_t or 0.0) > 3.2, 10)
    assert [number_of(frame.image) for frame in all_frames(source)] == list(range(75))


def test_ring_and_analysis_see_the_same_picture(camera: Camera, watch: Watch) -> None:
    source = watch(camera.url)
    seen = take(source, 30)
    kept = source.ring.frames([frame.t for frame in seen])
    assert [frame.t for frame in kept] == [frame.t for frame in seen]
    assert all(np.array_equal(one.image, other.image) for one, other in zip(kept, seen, strict=True))


@pytest.mark.parametrize(
    "kind", [{}, {"codec": "libx265"}, {"b_frames": 3}], ids=["h264", "hevc", "reordered"]
)
def test_live_clip(kind: dict[str, object], serve: Serve, watch: Watch, tmp_path: Path) -> None:
    source = watch(serve(clips.make_clip(tmp_path / "live.mp4", clips.steady(100), **kind)).url)
    wait_until(lambda: (source.ring.end_t or 0.0) - (source.ring.start_t or 0.0) > 3.0, 15)
    t0 = (source.ring.start_t or 0.0) + 1.3
    clip = source.ring.clip(t0, t0 + 1.0, t0)
    with av.open(io.BytesIO(clip.data)) as container:
        pictures = [(clip.start_t + picture.time, picture) for picture in container.decode(video=0)]
    numbers = [number_of(picture.to_ndarray(format="bgr24")) for _, picture in pictures]
    assert pictures[0][1].key_frame
    assert t0 - 1.3 <= pictures[0][0] <= t0
    assert pictures[-1][0] >= t0 + 0.96
    assert [after - before for before, after in pairwise(numbers)] == [1] * (len(numbers) - 1)


def test_live_clip_is_not_encoded_again(camera: Camera, watch: Watch, clip_path: Path) -> None:
    source = watch(camera.url)
    wait_until(lambda: (source.ring.end_t or 0.0) - (source.ring.start_t or 0.0) > 2.5, 10)
    start = source.ring.start_t or 0.0
    copied = clips.payloads(io.BytesIO(source.ring.clip(start, 1e9, start).data))[:50]
    original = clips.payloads(str(clip_path))[:50]
    # The camera repeats its parameter sets in front of each keyframe; nothing else differs.
    assert all(sent.endswith(encoded[-200:]) for sent, encoded in zip(copied, original, strict=True))
    assert sum(sent == encoded for sent, encoded in zip(copied, original, strict=True)) == 45


SDP = "import aio_rtsp_toolkit.server_media as media\nfull = media.MediaSource.build_sdp\n"
"""What a server runs before it announces its stream otherwise than `full` does."""


def test_a_camera_that_announces_no_parameter_sets(serve: Serve, watch: Watch, clip_path: Path) -> None:
    prelude = SDP + (
        "media.MediaSource.build_sdp = lambda source: '\\r\\n'.join("
        "line for line in full(source).split('\\r\\n') if not line.startswith('a=fmtp'))\n"
    )
    source = watch(serve(clip_path, prelude).url)
    wait_until(lambda: (source.ring.end_t or 0.0) - (source.ring.start_t or 0.0) > 1.0, 10)
    start = source.ring.start_t or 0.0
    clip = source.ring.clip(start, 1e9, start)
    with av.open(io.BytesIO(clip.data)) as container:
        numbers = [number_of(picture.to_ndarray(format="bgr24")) for picture in container.decode(video=0)]
    assert numbers[:25] == list(range(25))


def test_a_camera_that_names_itself_in_another_encoding(serve: Serve, watch: Watch, clip_path: Path) -> None:
    prelude = SDP + (
        "class Sdp(str):\n"
        "    def encode(self, *_): return str.encode(self, 'latin-1')\n"
        "media.MediaSource.build_sdp = lambda source: Sdp("
        "full(source).replace('s=', 's=Ng\\xe3 t\\xb0 ', 1))\n"
    )
    source = watch(serve(clip_path, prelude).url)
    assert len(take(source, 3)) == 3


def test_a_slow_analysis_drops_frames_but_the_ring_misses_none(camera: Camera, watch: Watch) -> None:
    source = watch(camera.url)
    frames = source.frames()
    indices = []
    for _ in range(8):
        indices.append(next(frames).index)
        time.sleep(0.5)
    health = source.health()
    assert health.dropped >= 60
    assert health.frames - health.dropped <= len(indices) + 1
    assert [number_of(frame.image) for frame in all_frames(source)] == list(range(75))


def test_killed_and_restarted(camera: Camera, watch: Watch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    source = watch(camera.url, ring_bytes=200_000)
    before = take(source, 40)[-1]
    camera.kill()
    wait_for_state(source, "offline")
    assert source.health().reason
    time.sleep(2.0)
    camera.start()
    back = time.monotonic()
    after = next(frame for frame in source.frames() if frame.t > before.t + 1.0)
    assert time.monotonic() - back <= 10
    assert after.captured_at > before.captured_at
    outage = (after.captured_at - before.captured_at).total_seconds()
    assert after.t - before.t == pytest.approx(outage, abs=0.1)  # tied anew through the camera's clock
    wait_for_state(source, "online")
    assert source.health().reconnects == 1
    assert source.ring.bytes <= 200_000
    assert "s3cret" not in caplog.text
    assert "127.0.0.1" in caplog.text


def test_frozen_and_thawed(camera: Camera, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.video.reader.READ_TIMEOUT", 1.0)
    source = watch(camera.url)
    before = take(source, 20)[-1]
    camera.freeze()
    wait_until(lambda: source.health().reason == reason("stream.fell_silent"), 10)
    camera.thaw()
    back = time.monotonic()
    next(frame for frame in source.frames() if frame.t > before.t + 2.0)
    assert time.monotonic() - back <= 10
    wait_for_state(source, "online")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening


def _address(listening: socket.socket) -> str:
    return f"rtsp://admin:s3cret@127.0.0.1:{listening.getsockname()[1]}/cam"


def test_a_socket_that_never_answers(
    listener: socket.socket, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.video.reader.OPEN_TIMEOUT", 0.5)
    source = watch(_address(listener))
    wait_until(lambda: source.health().reason != reason("stream.connecting"), 10)
    assert (source.health().state, source.health().reason) == ("offline", reason("stream.no_answer"))


def test_a_port_that_talks_nonsense(
    listener: socket.socket, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.video.reader.OPEN_TIMEOUT", 1.0)

    def babble() -> None:
        connection, _ = listener.accept()
        connection.sendall(np.random.default_rng(3).bytes(100_000))
        connection.close()

    threading.Thread(target=babble, daemon=True).start()
    source = watch(_address(listener))
    wait_until(lambda: source.health().reason != reason("stream.connecting"), 10)
    assert source.health().state == "offline"


def test_a_busy_camera_is_said_and_asked_again(listener: socket.socket, watch: Watch) -> None:
    """It answers 503 for as long as it has no connection left, as cameras with few do."""
    asked: list[bytes] = []

    def answer() -> None:
        with suppress(OSError):  # the test is over
            while True:
                connection, _ = listener.accept()
                with connection:
                    asked.append(connection.recv(4096))
                    connection.sendall(b"RTSP/1.0 503 Service Unavailable\r\nCSeq: 1\r\n\r\n")

    threading.Thread(target=answer, daemon=True).start()
    source = watch(_address(listener))
    wait_until(lambda: len(asked) >= 2, 20)
    told = source.health().reason
    assert source.health().state == "offline"
    assert told is not None
    assert say(told, "vi") == "Không đọc được luồng: camera đang bận hoặc lỗi (5xx)"
    assert "busy or faulty" in say(told, "en")


def test_refused(watch: Watch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    source = watch(f"rtsp://admin:s3cret@127.0.0.1:{free_port()}/cam?password=s3cret")
    wait_until(lambda: source.health().reason != reason("stream.connecting"), 10)
    assert (source.health().state, source.health().reason) == (
        "offline",
        reason("stream.error", detail="Connection refused"),
    )
    assert source.size is None
    assert "Connection refused" in caplog.text
    assert "s3cret" not in caplog.text + repr(source.health())
    assert "s3cret" not in str([thread.name for thread in threading.enumerate()])


def test_wrong_path(camera: Camera, watch: Watch) -> None:
    source = watch(camera.url.replace(camera.video.stem, "elsewhere"))
    wait_until(lambda: source.health().reason != reason("stream.connecting"), 10)
    assert source.health().state == "offline"
    assert "404" in str(source.health().reason)


def test_two_streams_share_one_time(serve: Serve, watch: Watch, clip_path: Path, tmp_path: Path) -> None:
    small = serve(clips.make_clip(tmp_path / "small.mp4", clips.steady(100), size=(160, 120)))
    source = watch(small.url, serve(clip_path).url)
    wait_until(lambda: (source.ring.end_t or 0.0) - (source.ring.start_t or 0.0) > 2.0, 15)
    seen = take(source, 25)[-1]
    wait_until(lambda: (source.ring.end_t or 0.0) > seen.t, 5)
    (kept,) = source.ring.frames([seen.t])
    assert seen.image.shape == (120, 160, 3)
    assert kept.image.shape == (240, 320, 3)
    apart = (kept.captured_at - seen.captured_at).total_seconds()
    assert abs(apart) <= 0.021  # the frame of the other stream that was taken nearest to it
    assert kept.t - seen.t == pytest.approx(apart, abs=0.005)


def test_no_record_stream_is_degraded(camera: Camera, watch: Watch) -> None:
    source = watch(camera.url, f"rtsp://admin:s3cret@127.0.0.1:{free_port()}/main")
    take(source, 5)
    wait_for_state(source, "degraded")
    assert source.health().reason == reason(
        "stream.no_record", because="stream.error", detail="Connection refused"
    )


def test_a_camera_whose_clock_nobody_set(camera: Camera, watch: Watch) -> None:
    ahead = WallClocks(SYSTEM_CLOCKS.monotonic, lambda: time.time() + 3600)
    source = watch(camera.url, clocks=ahead)
    frame = take(source, 30)[-1]
    assert frame.clock.source == "host"
    assert abs(frame.captured_at.timestamp() - time.time() - 3600) < 1.0
    assert source.health().state == "degraded"
    why = source.health().reason
    assert why is not None
    assert (why.code, round(float(why.values["offset_ms"]), -4)) == ("stream.clock_off", -3_600_000)


def test_close_ends_everything(camera: Camera) -> None:
    source = RtspSource(camera.url)
    frames = source.frames()
    next(frames)
    source.close()
    assert list(frames) == []
    assert not [thread for thread in threading.enumerate() if str(camera.port) in thread.name]


def test_the_slot_holds_the_newest_and_counts_the_rest() -> None:
    slot = LatestPicture()
    for index in range(5):
        slot.put(index, None, None)  # type: ignore[arg-type]
    assert slot.take() == (4, None, None)
    assert slot.dropped == 4
    slot.close()
    assert slot.take() is None
