"""The annotated video: plays anywhere, keeps each picture's time, the same twice."""

from pathlib import Path

import av
import pytest

from edge.video.encode import VideoWriter
from edge.video.source import FileSource, VideoError
from tests.edge.video import clips
from tests.edge.video.clips import number_of


def _write(path: Path, size: tuple[int, int], times: list[float]) -> Path:
    with VideoWriter(path, size, 12.0) as writer:
        for number, t in enumerate(times):
            writer.write(clips.picture(number, size), t)
    return path


@pytest.mark.parametrize("size", [(320, 240), (321, 241)])
@pytest.mark.parametrize("times", [clips.steady(40, 12.0), clips.uneven(40)])
def test_pictures_come_back_at_their_times(tmp_path: Path, size: tuple[int, int], times: list[float]) -> None:
    source = FileSource(_write(tmp_path / "a.mp4", size, times))
    frames = list(source.frames())
    assert source.size == (320, 240)
    assert [number_of(frame.image) for frame in frames] == list(range(40))
    assert [frame.t for frame in frames] == pytest.approx(times, abs=1e-4)


def test_it_is_what_browsers_play(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.mp4", (320, 240), clips.steady(40))
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, context.has_b_frames) == ("h264", "yuv420p", False)
    data = path.read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    one = _write(tmp_path / "a.mp4", (320, 240), clips.uneven(30)).read_bytes()
    assert one == _write(tmp_path / "b.mp4", (320, 240), clips.uneven(30)).read_bytes()


def test_times_that_do_not_grow_are_moved_on(tmp_path: Path) -> None:
    source = FileSource(_write(tmp_path / "a.mp4", (320, 240), [0.0, 0.5, 0.5, 0.2, 1.0]))
    assert [number_of(frame.image) for frame in source.frames()] == list(range(5))


def test_a_path_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="missing"):
        VideoWriter(tmp_path / "missing" / "a.mp4", (320, 240), 12.0)
