"""The ring: what is cut from it is the camera's own picture, and it never grows without end."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.manifest import Clock
from edge.video.frame import Stamp
from edge.video.packet import EncodedPacket, Template, make_template
from edge.video.ring import PacketRing, RingMiss
from edge.video.source import FileSource
from tests.edge.video import clips
from tests.edge.video.clips import number_of

KINDS = [
    pytest.param({"times": clips.steady(100)}, id="h264"),
    pytest.param({"times": clips.steady(100), "b_frames": 3}, id="h264-reordered"),
    pytest.param({"times": clips.uneven(100), "b_frames": 3}, id="h264-uneven"),
    pytest.param({"times": clips.steady(100), "codec": "libx265", "b_frames": 2}, id="hevc-open-groups"),
    pytest.param({"times": clips.steady(100), "codec": "mpeg4"}, id="mpeg4"),
    pytest.param({"times": clips.steady(60), "codec": "mjpeg"}, id="mjpeg"),
]


@pytest.fixture(params=KINDS)
def played(request: pytest.FixtureRequest, tmp_path: Path) -> FileSource:
    """A source whose whole clip is in its ring."""
    source = FileSource(clips.make_clip(tmp_path / "clip.mp4", **request.param))
    assert sum(1 for _ in source.frames()) == len(request.param["times"])
    return source


def test_clip_is_the_cameras_own_picture(played: FileSource) -> None:
    t0, t1 = 1.5, 2.3
    clip = played.ring.clip(t0, t1, 2.0)
    with av.open(io.BytesIO(clip.data)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        shown = [clip.start_t + float(packet.pts * packet.time_base) for packet in packets]
    original = clips.payloads(str(played.path))
    copied = [bytes(packet) for packet in packets]
    assert packets[0].is_keyframe
    assert min(shown) == pytest.approx(clip.start_t, abs=1e-4)
    assert clip.start_t <= t0
    assert max(shown) == pytest.approx(clip.end_t, abs=1e-4)
    assert clip.end_t >= t1 - 0.2  # the last frame at or before t1
    assert set(copied) <= set(original)
    assert copied == [payload for payload in original if payload in copied]


def test_clip_shows_every_frame_wanted(played: FileSource) -> None:
    clip = played.ring.clip(1.5, 2.3, 2.0)
    wanted = [frame.index for frame in played.ring.frames([1.5, 1.7, 1.9, 2.1])]
    with av.open(io.BytesIO(clip.data)) as container:
        numbers = [number_of(picture.to_ndarray(format="bgr24")) for picture in container.decode(video=0)]
    assert set(wanted) <= set(numbers)
    assert numbers == sorted(numbers)


def test_clip_is_indexed_in_front_and_the_same_each_time(played: FileSource) -> None:
    first, second = played.ring.clip(1.5, 2.3, 2.0), played.ring.clip(1.5, 2.3, 2.0)
    assert first.data == second.data
    assert 0 < first.data.find(b"moov") < first.data.find(b"mdat")


def test_frames_are_exactly_those_the_source_gave(played: FileSource) -> None:
    again = FileSource(played.path)
    given_out = list(again.frames())
    asked = given_out[::-7]
    found = played.ring.frames([frame.t for frame in asked])
    assert [(frame.index, frame.t, frame.captured_at) for frame in found] == [
        (frame.index, frame.t, frame.captured_at) for frame in asked
    ]
    assert all(np.array_equal(one.image, other.image) for one, other in zip(found, asked, strict=True))
    assert [number_of(frame.image) for frame in found] == [frame.index for frame in asked]


@pytest.mark.parametrize(
    ("t", "number"),
    [
        (0.0, 0),
        (0.019, 0),
        (0.021, 1),
        (0.385, 10),  # nearer to the next group's keyframe than to the last frame of its own
        (3.96, 99),
        (-0.9, 0),  # before the stream began: its first frame
        (4.5, 99),  # a little ahead of the newest packet
    ],
)
def test_nearest_frame(clip_path: Path, t: float, number: int) -> None:
    source = FileSource(clip_path)
    list(source.frames())
    (frame,) = source.ring.frames([t])
    assert (frame.index, number_of(frame.image)) == (number, number)


def test_the_newest_keyframe_is_a_picture_of_the_stream_and_comes_once(played: FileSource) -> None:
    picture = played.ring.newest_keyframe(after=0.0)
    assert picture is not None
    (same,) = played.ring.frames([picture.t])
    assert (picture.t, picture.run) == (same.t, same.run)
    assert number_of(picture.image) == number_of(same.image)
    assert played.ring.newest_keyframe(after=picture.t) is None


def test_clip_of_a_stream_that_began_later_starts_with_it(clip_path: Path) -> None:
    source = FileSource(clip_path)
    list(source.frames())
    clip = source.ring.clip(-5.0, 60.0, 1.0)
    assert (clip.start_t, clip.end_t) == (0.0, pytest.approx(3.96))
    assert clips.payloads(io.BytesIO(clip.data)) == clips.payloads(str(clip_path))


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda ring: ring.clip(0.2, 3.0, 1.0), id="clip older than the ring"),
        pytest.param(lambda ring: ring.clip(3.0, 2.0, 2.5), id="clip that ends before it starts"),
        pytest.param(lambda ring: ring.frames([3.0, 0.2]), id="frame older than the ring"),
        pytest.param(lambda ring: ring.frames([9.0]), id="frame not yet there"),
    ],
)
def test_what_is_gone_is_named_with_what_is_there(
    clip_path: Path, ask: Callable[[PacketRing], object]
) -> None:
    source = FileSource(clip_path, ring_seconds=2.0)
    list(source.frames())
    with pytest.raises(RingMiss, match=r"holds 1\.600…3\.960 s"):
        ask(source.ring)


def test_a_film_holds_every_picture_of_its_stretch(played: FileSource) -> None:
    shown = [frame for frame in FileSource(played.path).frames() if 1.0 <= frame.t <= 2.0]
    film = played.ring.film(1.0, 2.0, 1.5)
    assert list(film.times) == [frame.t for frame in shown]
    found = list(film.frames(film.times[::3]))
    assert [(f.index, f.t) for f in found] == [(f.index, f.t) for f in shown[::3]]
    assert all(np.array_equal(f.image, s.image) for f, s in zip(found, shown[::3], strict=True))


def test_a_film_outlives_what_the_ring_forgets(clip_path: Path) -> None:
    source = FileSource(clip_path, ring_seconds=1.0)
    film = None
    for frame in source.frames():
        if frame.t >= 1.5 and film is None:
            film = source.ring.film(0.8, 1.4, 1.2)
    assert film is not None
    assert [number_of(frame.image) for frame in film.frames(film.times[:2])] == [20, 21]
    with pytest.raises(RingMiss):
        source.ring.film(0.8, 1.4, 1.2)


def test_a_film_of_what_is_partly_gone_has_the_rest(clip_path: Path) -> None:
    source = FileSource(clip_path, ring_seconds=2.0)
    list(source.frames())
    film = source.ring.film(0.2, 3.0, 2.0)
    assert (film.times[0], film.times[-1]) == (pytest.approx(1.6), pytest.approx(3.0))


def test_an_empty_ring_says_so() -> None:
    assert PacketRing(1.0, 100).newest_keyframe(after=0.0) is None
    with pytest.raises(RingMiss, match="no keyframe"):
        PacketRing(5.0, 1000).clip(0.0, 1.0, 0.5)


def _template(path: Path) -> Template:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return make_template(stream, bytes(next(container.demux(stream))))


def _packet(t: float, keyframe: bool, size: int) -> EncodedPacket:
    stamp = Stamp(t, datetime.fromtimestamp(t, UTC), Clock(source="host", uncertainty_ms=0))
    return EncodedPacket(bytes(size), keyframe, stamp)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 400)), max_size=120))
def test_ring_is_bounded_and_starts_with_a_keyframe(pushed: list[tuple[bool, int]]) -> None:
    ring = PacketRing(seconds=1.0, max_bytes=3000)
    ring.begin(Template(b"", "h264", (2, 2), b""))
    keyframes = []
    for number, (keyframe, size) in enumerate(pushed):
        ring.push(_packet(number / 10, keyframe, size))
        keyframes += [number / 10] * keyframe
        assert ring.bytes <= 3000
        assert ring.start_t is None or ring.start_t in keyframes


def test_ring_keeps_at_least_its_seconds() -> None:
    ring = PacketRing(seconds=2.0, max_bytes=10**6)
    ring.begin(Template(b"", "h264", (2, 2), b""))
    for number in range(100):
        ring.push(_packet(number / 10, number % 8 == 0, 10))
    assert ring.end_t == pytest.approx(9.9)
    assert 9.9 - 2.0 - 0.8 < (ring.start_t or 0.0) <= 9.9 - 2.0


def test_a_group_larger_than_the_ring_is_let_go(caplog: pytest.LogCaptureFixture) -> None:
    ring = PacketRing(seconds=100.0, max_bytes=100)
    ring.begin(Template(b"", "h264", (2, 2), b""))
    for number in range(20):
        ring.push(_packet(number / 10, number == 0, 10))
    assert (ring.bytes, ring.start_t) == (0, None)
    assert "larger than the ring" in caplog.text


def test_packets_before_the_first_keyframe_of_a_connection_are_not_kept(clip_path: Path) -> None:
    ring = PacketRing(seconds=100.0, max_bytes=10**6)
    ring.begin(_template(clip_path))
    ring.push(_packet(0.0, True, 10))
    ring.begin(_template(clip_path))
    ring.push(_packet(1.0, False, 10))
    assert ring.end_t == 0.0


def test_clip_over_a_change_of_picture_size_keeps_the_newer_part(tmp_path: Path) -> None:
    ring = PacketRing(seconds=100.0, max_bytes=10**7)
    for part, size in enumerate([(320, 240), (160, 120)]):
        path = clips.make_clip(tmp_path / f"{part}.mp4", clips.steady(30), size=size)
        ring.begin(_template(path))
        for number, payload in enumerate(clips.payloads(str(path))):
            stamp = _packet(part * 10 + number / 25, False, 0).stamp
            ring.push(EncodedPacket(payload, number % 10 == 0, stamp))
    clip = ring.clip(0.5, 11.0, 10.5)
    with av.open(io.BytesIO(clip.data)) as container:
        sizes = {(picture.width, picture.height) for picture in container.decode(video=0)}
    assert (sizes, clip.start_t) == ({(160, 120)}, 10.0)


def _two_parts(path: Path, begins: float, *, second_run: bool) -> PacketRing:
    """The clip of four seconds twice, the second time from `begins` on: another run or another connection."""
    ring = PacketRing(seconds=10_000_000.0, max_bytes=10**7)
    payloads = clips.payloads(str(path))
    template = _template(path)
    for part, start in enumerate((0.0, begins)):
        ring.begin(template if second_run else _template(path))
        for number, payload in enumerate(payloads):
            stamp = replace(_packet(start + number / 25, False, 0).stamp, run=part * second_run)
            ring.push(EncodedPacket(payload, number % 10 == 0, stamp))
    return ring


@pytest.mark.parametrize("second_run", [True, False])
@pytest.mark.parametrize("begins", [3.97, 4.5, 600.0, 30_000.0])
@pytest.mark.parametrize(("around", "part"), [(3.0, 0), (3.97, 1), (2.9, 0), (1.0, 1)])
def test_a_clip_never_reaches_over_an_outage(
    clip_path: Path, begins: float, around: float, part: int, second_run: bool
) -> None:
    ring = _two_parts(clip_path, begins, second_run=second_run)
    at = around if not part else begins + around - 0.9
    clip = ring.clip(max(0.0, at - 6.0), at + 6.0, at)
    start = [0.0, begins][part]
    assert (clip.start_t, clip.end_t) == (pytest.approx(start), pytest.approx(start + 3.96))
    assert clip.captured_at.timestamp() == pytest.approx(clip.start_t)


@pytest.mark.parametrize(("t", "index"), [(3.91, 98), (4.6, 99), (599.5, 100), (600.1, 102)])
def test_a_frame_is_of_the_run_that_is_nearest(clip_path: Path, t: float, index: int) -> None:
    ring = _two_parts(clip_path, 600.0, second_run=True)
    (frame,) = ring.frames([t])
    assert (frame.index, number_of(frame.image)) == (index, index % 100)


@pytest.mark.parametrize("t", [5.5, 300.0, 598.0])
def test_where_nothing_was_recorded_there_is_no_frame_and_no_clip(clip_path: Path, t: float) -> None:
    ring = _two_parts(clip_path, 600.0, second_run=True)
    with pytest.raises(RingMiss, match=r"holds 0\.000…3\.960 s, 600\.000…603\.960 s"):
        ring.frames([t])
    with pytest.raises(RingMiss):
        ring.clip(t - 6.0, t + 6.0, t)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(-3.0, 3.0), st.booleans(), st.booleans()), max_size=60))
def test_no_time_is_held_twice(pushed: list[tuple[float, bool, bool]]) -> None:
    ring = PacketRing(seconds=1000.0, max_bytes=10**6)
    ring.begin(Template(b"", "h264", (2, 2), b""))
    t, run = 100.0, 0
    for step, keyframe, breaks in pushed:
        run += breaks
        t += step if breaks else abs(step) + 0.001  # within a run time grows
        ring.push(EncodedPacket(b"x", keyframe, replace(_packet(t, False, 0).stamp, run=run)))
    held = [packet.stamp.t for group in ring._groups for packet in group.packets]
    assert held == sorted(set(held))
    assert ring.bytes == len(held) + sum(len(group.lead) for group in ring._groups)


@pytest.mark.parametrize("b_frames", [0, 2])
@pytest.mark.parametrize("keyint", [10, 250])
def test_a_run_that_begins_amid_a_group_keeps_what_it_leans_on(
    tmp_path: Path, keyint: int, b_frames: int
) -> None:
    """A camera that stalls for a while goes on without a keyframe: its pictures show themselves alone."""
    times = [t + 5.0 * (number >= 35) for number, t in enumerate(clips.steady(60))]
    source = FileSource(clips.make_clip(tmp_path / "long.mp4", times, keyint=keyint, b_frames=b_frames))
    runs = [frame.run for frame in source.frames()]
    begins, ring = runs.index(1), source.ring
    assert runs == [0] * begins + [1] * (60 - begins)
    (frame,) = ring.frames([times[40]])
    assert (number_of(frame.image), frame.index) == (40, 40)
    clip = ring.clip(0.0, 9.0, times[40])
    with av.open(io.BytesIO(clip.data)) as container:
        stream = container.streams.video[0]
        shown = [
            (picture.pts, number_of(picture.to_ndarray(format="bgr24")))
            for picture in container.decode(stream)
        ]
    assert [number for _, number in shown] == list(range(begins, 60))
    assert [pts for pts, _ in shown] == sorted(clip.pts.values())
    assert clip.end_t == pytest.approx(times[-1])
    assert min(clip.pts) == clip.start_t
    film = ring.film(0.0, 9.0, times[40])
    assert [number_of(picture.image) for picture in film.frames(film.times)] == list(range(begins, 60))
    assert ring.clip(0.0, 4.0, 1.0).end_t == pytest.approx((begins - 1) / 25)


@pytest.mark.parametrize("name", ["a.mp4", "a.ts"])
def test_a_stream_without_keyframes_shows_every_picture(tmp_path: Path, name: str) -> None:
    """Renewed strip by strip, it is whole only one round after what passes for a keyframe."""
    path = clips.make_clip(tmp_path / name, clips.steady(60), size=(640, 480), refresh=True)
    source = FileSource(path, ring_seconds=1.0)
    frames = list(source.frames())
    ring, first = source.ring, source.ring.start_t
    assert first is not None
    assert first > 0.5  # its one keyframe has left the ring
    for frame in frames:
        if frame.t >= first:
            (found,) = ring.frames([frame.t])
            assert (found.t, found.damaged) == (frame.t, False)
            assert np.array_equal(found.image, frame.image)
    clip = ring.clip(first, frames[-1].t, frames[-1].t)
    with av.open(io.BytesIO(clip.data)) as container:
        shown = [number_of(picture.to_ndarray(format="bgr24")) for picture in container.decode(video=0)]
    assert shown == [number_of(frame.image) for frame in frames if frame.t >= first]
    assert len(clip.pts) == len(shown)


def test_pictures_whose_lead_is_not_whole_are_not_kept(clip_path: Path) -> None:
    ring = PacketRing(seconds=100.0, max_bytes=10**7)
    ring.begin(_template(clip_path))
    for number, run, key in [(0, 0, True), (1, 0, False), (2, 1, False), (3, 2, False)]:
        if number == 2:
            ring.begin(_template(clip_path))  # another connection
        ring.push(EncodedPacket(b"x", key, replace(_packet(number / 25, False, 0).stamp, run=run)))
    assert ring.end_t == pytest.approx(1 / 25)
