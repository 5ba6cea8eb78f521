"""Files as cameras: every frame with its own time, the same twice, and a plain word for what is no video."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest

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
    ],
)
def test_start_of_the_file(
    tmp_path: Path, start: datetime | None, metadata: dict[str, str], expected: datetime
) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", clips.steady(3), metadata=metadata)
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
    (tmp_path / "clip.mp4").write_bytes(source.ring.clip(0.0, 1.0).data)
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
    assert "cut off" in health.reason
    assert "of 100 frames missing" in health.reason


def test_a_whole_file_gives_no_warning(clip_path: Path) -> None:
    source = FileSource(clip_path)
    assert sum(1 for _ in source.frames()) == 100
    assert (source.health().state, source.health().reason) == ("online", "")


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
