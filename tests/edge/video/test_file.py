"""Files as cameras: every frame with its own time, the same twice, and a plain word for what is no video."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from configs.words import say
from contract.types import FIRST_YEAR
from edge.video.file import UNKNOWN_START
from edge.video.source import FileSource, VideoError
from tests.edge.video import clips
from tests.edge.video.clips import number_of

START = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize("b_frames", [0, 3])
@pytest.mark.parametrize("times", [clips.steady(60), clips.uneven(60), clips.steady(60, 12.0)])
def test_every_frame_with_its_own_time(tmp_path: Path, times: list[float], b_frames: int) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", times, b_frames=b_frames)
    frames = list(FileSource(path, START).frames())
    assert [number_of(frame.image) for frame in frames] == list(range(60))
    assert [frame.index for frame in frames] == list(range(60))
    assert [frame.t for frame in frames] == pytest.approx(times, abs=1e-4)
    assert [frame.captured_at for frame in frames] == [START + timedelta(seconds=frame.t) for frame in frames]
    assert {frame.clock.source for frame in frames} == {"file"}


def test_two_runs_are_the_same(clip_path: Path) -> None:
    one, other = list(FileSource(clip_path).frames()), list(FileSource(clip_path).frames())
    assert [(frame.index, frame.t, frame.captured_at) for frame in one] == [
        (frame.index, frame.t, frame.captured_at) for frame in other
    ]
    assert all(np.array_equal(left.image, right.image) for left, right in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("start", "metadata", "expected"),
    [
        (START, {"creation_time": "2020-01-02T03:04:05Z"}, START),
        (None, {"creation_time": "2020-01-02T03:04:05Z"}, datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (None, {}, UNKNOWN_START),
        (None, {"creation_time": "9999-12-31T23:59:59Z"}, UNKNOWN_START),
        (None, {"creation_time": "1904-01-01T00:00:00Z"}, UNKNOWN_START),
    ],
)
def test_start_of_the_file(
    tmp_path: Path, start: datetime | None, metadata: dict[str, str], expected: datetime
) -> None:
    path = clips.make_clip(tmp_path / "a.mkv", clips.steady(3), metadata=metadata)
    assert next(FileSource(path, start).frames()).captured_at == expected


@pytest.mark.parametrize(("degrees", "size"), [(0, (320, 240)), (90, (240, 320)), (180, (320, 240))])
def test_a_camera_held_sideways_is_turned_upright(
    tmp_path: Path, degrees: int, size: tuple[int, int]
) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", clips.steady(20), rotation=degrees)
    source = FileSource(path)
    frames = list(source.frames())
    upright = np.rot90(clips.picture(5, (320, 240)), degrees // 90)
    assert source.size == size
    assert np.abs(frames[5].image.astype(int) - upright).mean() < 10
    assert np.array_equal(source.ring.frames([frames[5].t])[0].image, frames[5].image)


def test_a_clip_of_it_is_turned_too(tmp_path: Path) -> None:
    source = FileSource(clips.make_clip(tmp_path / "a.mp4", clips.steady(20), rotation=90))
    list(source.frames())
    (tmp_path / "clip.mp4").write_bytes(source.ring.clip(0.0, 1.0, 0.5).data)
    assert FileSource(tmp_path / "clip.mp4").size == (240, 320)


def test_odd_sizes(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", clips.steady(5), codec="mjpeg", size=(321, 199))
    source = FileSource(path)
    frames = list(source.frames())
    assert source.size == (321, 199)
    assert [number_of(frame.image) for frame in frames] == list(range(5))


def _random_bytes(folder: Path) -> Path:
    path = folder / "noise.mp4"
    path.write_bytes(np.random.default_rng(7).bytes(5_000_000))
    return path


def _empty(folder: Path) -> Path:
    path = folder / "empty.mp4"
    path.touch()
    return path


def _without_index(folder: Path) -> Path:
    whole = clips.make_clip(folder / "whole.mp4", clips.steady(50)).read_bytes()
    path = folder / "cut.mp4"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    return path


def _zero_frames(folder: Path) -> Path:
    path = folder / "zero.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", 25)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        container.start_encoding()
    return path


def _sound_only(folder: Path) -> Path:
    path = folder / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", 8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _unsupported_codec(folder: Path) -> Path:
    return clips.make_clip(folder / "vp8.mkv", clips.steady(5), codec="libvpx")


def _raw_stream(folder: Path) -> Path:
    return clips.make_clip(folder / "raw.h264", clips.steady(5))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_random_bytes, "not a video"),
        (_empty, "not a video"),
        (_without_index, "cut off"),
        (_zero_frames, "not a video|not one frame|no video stream"),
        (_sound_only, "no video stream"),
        (_unsupported_codec, "vp8 is not supported.*convert it: ffmpeg"),
        (_raw_stream, "carry no time.*ffmpeg"),
        (lambda folder: folder, "a folder"),
        (lambda folder: folder / "missing.mp4", "no such file"),
    ],
)
def test_what_is_no_video_is_refused_by_name(tmp_path: Path, make: object, words: str) -> None:
    path = make(tmp_path)  # type: ignore[operator]
    with pytest.raises(VideoError, match=words) as caught:
        list(FileSource(path).frames())
    assert str(path) in str(caught.value)


def _cut(path: Path, share: float) -> Path:
    """`path` again as a streamable file, cut off after `share` of it."""
    streamable = path.with_name("streamable.mp4")
    with (
        av.open(str(path)) as source,
        av.open(str(streamable), "w", options={"movflags": "+faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            packet.stream = stream
            target.mux([packet] * (packet.dts is not None))
    data = streamable.read_bytes()
    cut = path.with_name("cut.mp4")
    cut.write_bytes(data[: int(len(data) * share)])
    return cut


@pytest.mark.parametrize("b_frames", [0, 3])
def test_a_file_cut_off_gives_what_it_has_and_says_so(tmp_path: Path, b_frames: int) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", clips.steady(100), b_frames=b_frames)
    source = FileSource(_cut(path, 0.6))
    frames = list(source.frames())
    assert 20 < len(frames) < 90
    assert [number_of(frame.image) for frame in frames[:-1]] == list(range(len(frames) - 1))
    health = source.health()
    assert (health.state, health.frames) == ("degraded", len(frames))
    assert health.reason is not None
    assert "cut off" in say(health.reason, "en")
    assert "of 100 frames missing" in say(health.reason, "en")


def test_a_whole_file_gives_no_warning(clip_path: Path) -> None:
    source = FileSource(clip_path)
    assert sum(1 for _ in source.frames()) == 100
    assert (source.health().state, source.health().reason) == ("online", None)


@pytest.mark.parametrize("options", [{}, {"movflags": "faststart"}, {"movflags": "frag_keyframe+empty_moov"}])
def test_a_recording_behind_another_is_told(tmp_path: Path, options: dict[str, str]) -> None:
    one = clips.make_clip(tmp_path / "a.mp4", clips.steady(20), options=options)
    whole = FileSource(one)
    assert (len(list(whole.frames())), whole.warning) == (20, "")
    both = tmp_path / "both.mp4"
    both.write_bytes(one.read_bytes() * 2)
    source = FileSource(both)
    list(source.frames())
    assert "a second recording lies behind the first" in source.warning


def test_damage_in_the_middle_is_passed_over(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", clips.steady(100))
    payload = clips.payloads(str(path))[40]
    path.write_bytes(path.read_bytes().replace(payload, b"\xff" * len(payload)))
    runs = [list(FileSource(path).frames()) for _ in range(2)]
    assert [number_of(frame.image) for frame in runs[0] if frame.index < 40] == list(range(40))
    assert number_of(runs[0][-1].image) == 99
    assert [frame.t for frame in runs[0]] == [frame.t for frame in runs[1]]
    assert all(np.array_equal(one.image, other.image) for one, other in zip(*runs, strict=True))


def test_close_ends_the_frames(clip_path: Path) -> None:
    source = FileSource(clip_path)
    frames = source.frames()
    next(frames)
    source.close()
    assert list(frames) == []


def _joined(folder: Path, parts: list[list[float]], **options: Any) -> Path:
    """Recordings one after the other in one transport stream, as recorders join them; numbers go on."""
    path, first = folder / "joined.ts", 0
    with path.open("wb") as joined:
        for number, times in enumerate(parts):
            part = clips.make_clip(folder / f"{number}.ts", times, first=first, **options)
            joined.write(part.read_bytes())
            first += len(times)
    return path


def _from(start: float, count: int) -> list[float]:
    return [start + t for t in clips.steady(count)]


@pytest.mark.parametrize("b_frames", [0, 3])
@pytest.mark.parametrize(
    ("parts", "runs"),
    [
        pytest.param([_from(0, 50), _from(0, 50)], 2, id="from zero again"),
        pytest.param([_from(0, 50), _from(1.2, 50)], 2, id="an overlap of 0.8 s"),
        pytest.param([_from(1000, 50), _from(10, 50)], 2, id="far back"),
        pytest.param([_from(0, 50), _from(7.0, 50)], 2, id="a gap of 5 s"),
        pytest.param([_from(0, 50), _from(30_000, 50)], 2, id="8 hours later"),
        pytest.param([_from(0, 30), _from(0, 30), _from(0, 30)], 3, id="three recordings"),
        pytest.param([_from(10, 50), _from(12, 50)], 1, id="no gap at all"),
        pytest.param([_from(95_442, 50), _from(95_444 - 2**33 / 90_000, 50)], 1, id="33 bits overflow"),
    ],
)
def test_recordings_joined_in_one_file_are_told_apart(
    tmp_path: Path, parts: list[list[float]], runs: int, b_frames: int
) -> None:
    source = FileSource(_joined(tmp_path, parts, b_frames=b_frames), START, ring_seconds=1e6)
    frames = list(source.frames())
    counts = [len(part) for part in parts]
    assert [number_of(frame.image) for frame in frames] == list(range(sum(counts)))
    assert len({frame.run for frame in frames}) == runs
    assert all(earlier.t < later.t for earlier, later in pairwise(frames))
    usual = {round(b.t - a.t, 3) for a, b in pairwise(frames) if a.run == b.run}
    assert usual == {0.04}
    assert ("its time jumps" in str(source.health().reason)) == (runs > 1)
    middle = frames[len(frames) - 20]
    clip = source.ring.clip(max(middle.t - 60.0, 0.0), middle.t + 6.0, middle.t)
    assert round(clip.end_t - clip.start_t, 2) == round(
        (counts[-1] if runs > 1 else sum(counts)) * 0.04 - 0.04, 2
    )


@pytest.mark.parametrize("ending", ["mkv", "ts"])
@pytest.mark.parametrize("away", [11.0, 25_200.0])
@pytest.mark.parametrize("first", [33, 34, 35, 36])
def test_a_gap_among_reordered_pictures_is_one_jump(
    tmp_path: Path, first: int, away: float, ending: str
) -> None:
    times = [t + away * (number >= first) for number, t in enumerate(clips.steady(80))]
    source = FileSource(clips.make_clip(tmp_path / f"a.{ending}", times, b_frames=3, keyint=25), START)
    frames = list(source.frames())
    assert [number_of(frame.image) for frame in frames] == list(range(80))
    assert [frame.run for frame in frames] == [int(number >= first) for number in range(80)]
    assert [frame.t for frame in frames] == pytest.approx(clips.steady(80), abs=0.002)


@pytest.mark.parametrize(
    ("second", "utc_gap", "uncertainty"),
    [(7.0, 5.04, 0), (30_002.0, 30_000.04, 30_000_040), (0.0, 0.04, 1_960), (2.0, 0.04, 0)],
)
def test_utc_believes_time_that_passed_but_not_one_that_comes_twice(
    tmp_path: Path, second: float, utc_gap: float, uncertainty: int
) -> None:
    path = _joined(tmp_path, [_from(0, 50), _from(second, 50)])
    frames = list(FileSource(path, START).frames())
    assert (frames[50].captured_at - frames[49].captured_at).total_seconds() == pytest.approx(
        utc_gap, abs=1e-3
    )
    assert frames[99].clock.uncertainty_ms == pytest.approx(uncertainty, abs=1)


def _stamped_in_decoding_order(folder: Path) -> Path:
    """A file whose pictures are reordered but whose stamps are not: PTS are DTS."""
    source = clips.make_clip(folder / "source.mp4", clips.steady(60), b_frames=3)
    path = folder / "flat.mkv"
    with av.open(str(source)) as opened, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(opened.streams.video[0])
        for packet in opened.demux(video=0):
            if packet.size:
                packet.pts, packet.stream = packet.dts, stream
                target.mux(packet)
    return path


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda d: clips.make_clip(d / "a.avi", clips.steady(60), b_frames=3), id="avi"),
        pytest.param(lambda d: clips.make_clip(d / "a.avi", clips.steady(60), codec="mpeg4"), id="avi mpeg4"),
        pytest.param(_stamped_in_decoding_order, id="stamps of decoding"),
    ],
)
def test_no_picture_is_lost_where_stamps_are_of_decoding(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    source = FileSource(make(tmp_path))
    frames = list(source.frames())
    assert [number_of(frame.image) for frame in frames] == list(range(60))
    # An AVI does not say how long its last picture is shown, so its time is a guess.
    assert [frame.t for frame in frames[:-1]] == pytest.approx(clips.steady(59), abs=2e-3)
    assert frames[-1].t == pytest.approx(59 / 25, abs=0.04)
    assert source.health().reason is None
    again = source.ring.frames([frame.t for frame in frames[::7]])
    assert [number_of(frame.image) for frame in again] == list(range(60))[::7]


def test_what_an_edit_list_hides_is_neither_shown_nor_missing(tmp_path: Path) -> None:
    whole = clips.make_clip(tmp_path / "whole.mp4", clips.steady(60), b_frames=3, keyint=30)
    cut = tmp_path / "cut.mp4"
    with av.open(str(whole)) as source, av.open(str(cut), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                shift = round(0.72 / packet.time_base)
                packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, stream
                target.mux(packet)
    source_again = FileSource(cut)
    frames = list(source_again.frames())
    assert [number_of(frame.image) for frame in frames] == list(range(18, 60))
    assert (frames[0].t, frames[1].t) == (0.0, pytest.approx(0.04))
    assert (source_again.health().state, source_again.health().reason) == ("online", None)
    assert number_of(source_again.ring.frames([0.2])[0].image) == 23
    clip = source_again.ring.clip(0.2, 1.0, 0.5)
    assert clip.start_t < 0, "begins with what is hidden"
    assert clip.captured_at.year >= FIRST_YEAR, "a time that a manifest takes"


def test_pictures_of_one_stamp_all_count(tmp_path: Path) -> None:
    source = clips.make_clip(tmp_path / "a.mp4", clips.steady(40))
    path = tmp_path / "a.mkv"
    with av.open(str(source)) as opened, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(opened.streams.video[0])
        for number, packet in enumerate(opened.demux(video=0)):
            if packet.size:
                packet.pts = packet.dts = round(number // 2 * 0.08 / packet.time_base)
                packet.stream = stream
                target.mux(packet)
    frames = list(FileSource(path).frames())
    assert [number_of(frame.image) for frame in frames] == list(range(40))
    assert all(earlier.t < later.t for earlier, later in pairwise(frames))


@pytest.mark.parametrize("ending", ["ts", "mp4"])
def test_a_change_of_size_gives_frames_and_clips_of_each_size(tmp_path: Path, ending: str) -> None:
    parts = [
        clips.make_clip(tmp_path / "0.ts", clips.steady(50)),
        clips.make_clip(tmp_path / "1.ts", _from(2.0, 50), size=(160, 120), first=50),
    ]
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    if ending == "mp4":
        path = _copied(path, tmp_path / "joined.mp4")
    source = FileSource(path)
    frames = list(source.frames())
    assert [frame.image.shape[:2] for frame in frames] == [(240, 320)] * 50 + [(120, 160)] * 50
    for t, size in ((1.0, (320, 240)), (3.0, (160, 120))):
        (tmp_path / "clip.mp4").write_bytes(source.ring.clip(0.0, 4.0, t).data)
        clip = list(FileSource(tmp_path / "clip.mp4").frames())
        assert {frame.image.shape[1::-1] for frame in clip} == {size}
        assert [number_of(frame.image) for frame in clip] == list(
            range(int(t > 2) * 50, int(t > 2) * 50 + 50)
        )


def _copied(path: Path, to: Path) -> Path:
    with av.open(str(path)) as source, av.open(str(to), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    return to


@pytest.mark.parametrize(
    "name", ["2026-03-01T10:00:00.mp4", "rtsp:x.mp4", "a?b#c%20d.mp4", "Ngã tư [cam 1].mp4"]
)
def test_any_name_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    clips.make_clip(tmp_path / "a.mp4", clips.steady(5)).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert len(list(FileSource(Path(name)).frames())) == 5


@pytest.mark.parametrize("ending", ["mkv", "avi", "mp4"])
def test_a_title_in_another_encoding_costs_no_picture(tmp_path: Path, ending: str) -> None:
    path = clips.make_clip(tmp_path / f"a.{ending}", clips.steady(20), metadata={"title": "Nga Tu 123"})
    path.write_bytes(path.read_bytes().replace(b"Nga Tu 123", b"Ng\xe3 T\xb0 123"))
    source = FileSource(path)
    assert len(list(source.frames())) == 20
    clip = source.ring.clip(0.0, 0.5, 0.2)
    assert [frame.index for frame in source.ring.frames([0.2])] == [5]
    assert clip.data
