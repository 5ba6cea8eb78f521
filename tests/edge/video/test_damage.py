"""Files and streams with damage of every kind: what can be decoded is used, and what can't is told."""

from collections.abc import Callable
from pathlib import Path

import av
import pytest

from edge.video.file import FileSource
from edge.video.file_times import with_times
from edge.video.frame import Frame
from tests.edge.video import clips
from tests.edge.video.clips import number_of

PARAMETERS = {13: 0, 46: 1, 57: 255}
"""Places in the first bytes of an H.265 keyframe, and what makes FFmpeg refuse it with an error of another
kind than "invalid data": a version that is none, a layer too many, a size that can't be."""


def replayed(path: Path) -> tuple[list[Frame], FileSource]:
    source = FileSource(path)
    return list(source.frames()), source


def spoilt(path: Path, change: Callable[[bytes], bytes], number: int = 10) -> Path:
    """The file again with one packet's content changed."""
    changed = path.with_name(f"spoilt{path.suffix}")
    with av.open(str(path)) as source, av.open(str(changed), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for index, packet in enumerate(source.demux(video=0)):
            if packet.size:
                if index == number:
                    packet.update(change(bytes(packet)))
                packet.stream = stream
                target.mux(packet)
    return changed


def with_byte(at: int, value: int) -> Callable[[bytes], bytes]:
    return lambda payload: payload[:at] + bytes([value]) + payload[at + 1 :]


@pytest.mark.parametrize("place", PARAMETERS)
def test_errors_of_any_kind_are_damage(tmp_path: Path, place: int) -> None:
    video = clips.make_clip(tmp_path / "a.ts", clips.steady(30), codec="libx265")
    video = spoilt(video, with_byte(place, PARAMETERS[place]))
    kinds = refused(video)
    assert kinds
    assert "InvalidDataError" not in kinds
    frames, source = replayed(video)
    assert [number_of(frame.image) for frame in frames if frame.index < 8] == list(range(8))
    assert number_of(frames[-1].image) == 29
    assert "damaged" in source.warning
    again = source.ring.frames([0.2, 1.1])
    assert [number_of(frame.image) for frame in again] == [5, 27] or again[0].damaged


def refused(path: Path) -> set[str]:
    """The errors FFmpeg gives on the file's packets."""
    kinds = set()
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        context.thread_count = 1
        for packet in container.demux(video=0):
            try:
                context.decode(packet)
            except av.error.FFmpegError as problem:
                kinds.add(type(problem).__name__)
    return kinds


def hole(content: bytes) -> bytes:
    """A stretch of the file that is gone, as after a disk that was full for a moment."""
    middle = len(content) // 2
    return content[:middle] + content[middle + 5000 :]


def overwritten(content: bytes) -> bytes:
    """A stretch of the file that holds something else, as on a disk with bad sectors."""
    middle = len(content) // 2
    return content[:middle] + bytes(range(256)) * 20 + content[middle + 256 * 20 :]


def cut_off(content: bytes) -> bytes:
    return content[: len(content) * 6 // 10]


KINDS = [
    pytest.param("a.mkv", {}, id="mkv"),
    pytest.param("a.mkv", {"b_frames": 3}, id="mkv reordered"),
    pytest.param("a.ts", {}, id="ts"),
    pytest.param("a.ts", {"codec": "libx265"}, id="hevc in ts"),
    pytest.param("a.avi", {}, id="avi"),
    pytest.param("a.avi", {"codec": "mpeg4"}, id="mpeg4 in avi"),
    pytest.param("a.flv", {}, id="flv"),
    pytest.param("a.mp4", {"options": {"movflags": "frag_keyframe+empty_moov"}}, id="mp4 in pieces"),
    pytest.param("a.mp4", {"options": {"movflags": "faststart"}}, id="mp4"),
]


@pytest.mark.parametrize("harm", [hole, overwritten, cut_off])
@pytest.mark.parametrize(("name", "changes"), KINDS)
def test_damage_is_told_in_every_kind_of_file(
    tmp_path: Path, name: str, changes: dict[str, object], harm: Callable[[bytes], bytes]
) -> None:
    video = clips.make_clip(tmp_path / name, clips.steady(100), **changes)  # type: ignore[arg-type]
    whole, source = replayed(video)
    assert [number_of(frame.image) for frame in whole] == list(range(100))
    assert source.warning == ""
    video.write_bytes(harm(video.read_bytes()))
    frames, source = replayed(video)
    assert [number_of(frame.image) for frame in frames[:30]] == list(range(30))
    told = source.warning.removeprefix(f"{video}: ")
    assert "damaged" in told or "cut off" in told or "stopped" in told
    assert f"the {len(frames)} frames that could be decoded were used" in told
    assert source.health().state == "degraded"


@pytest.mark.parametrize("lost", [{0, 1, 2}, {9}, {9, 10, 11}, {0, 15, 29}])
def test_times_that_were_lost_are_made_up_for(tmp_path: Path, lost: set[int]) -> None:
    with av.open(str(clips.make_clip(tmp_path / "a.mp4", clips.steady(30)))) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        for number in lost:
            packets[number].pts = packets[number].dts = None
        timed = list(with_times(packets, 0.04))
    assert [packet for packet, _ in timed] == packets
    assert [seconds for _, seconds in timed] == pytest.approx(clips.steady(30))
