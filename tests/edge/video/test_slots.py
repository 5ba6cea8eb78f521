"""Pictures handed from one process to another through memory."""

import os
import struct
from collections.abc import Iterator
from datetime import UTC, datetime

import av
import numpy as np
import pytest

from contract.manifest import Clock
from edge.video import slots
from edge.video.frame import Stamp, VideoError
from edge.video.slots import SLOTS, Shown, Slots, shared_memory
from tests.edge.video import clips

NOON = datetime(2026, 11, 28, 5, 0, 0, 123_457, tzinfo=UTC)


@pytest.fixture
def sides() -> Iterator[tuple[Slots, Slots]]:
    """The one that writes and the one that reads."""
    descriptor = shared_memory()
    yield Slots(descriptor), Slots(descriptor)
    os.close(descriptor)


def shown(index: int, pixels: str = "yuv420p", size: tuple[int, int] = (322, 242)) -> Shown:
    picture = av.VideoFrame.from_ndarray(clips.picture(index, size), format="bgr24")
    stamp = Stamp(index / 25, NOON, Clock(source="prft", uncertainty_ms=40), run=3)
    return Shown(index, stamp, picture.reformat(format=pixels))


@pytest.mark.parametrize(
    "pixels", ["yuv420p", "yuvj420p", "yuv422p", "yuv444p", "gray", "yuv420p10le", "nv12"]
)
def test_what_is_read_is_what_was_written(sides: tuple[Slots, Slots], pixels: str) -> None:
    writing, reading = sides
    assert (reading.read(0), reading.newest(), reading.written) == (None, None, 0)
    one = shown(7, pixels)
    writing.write(one)
    got = reading.read(1)
    assert got is not None
    assert (got.index, got.stamp, reading.newest(), reading.written) == (7, one.stamp, (7, one.stamp), 1)
    assert got.picture.format.name == one.picture.format.name
    assert (got.picture.colorspace, got.picture.color_range) == (
        one.picture.colorspace,
        one.picture.color_range,
    )
    for plane, other in zip(got.picture.planes, one.picture.planes, strict=True):
        rows = [
            np.frombuffer(memoryview(p), np.uint8).reshape(p.height, p.line_size)[:, : p.width]
            for p in (plane, other)
        ]
        assert np.array_equal(*rows)


def test_the_newest_is_read(sides: tuple[Slots, Slots]) -> None:
    writing, reading = sides
    for index in range(0, 6 * SLOTS, 3):
        writing.write(shown(index))
        got = reading.read(reading.written)
        assert got is not None
        assert (got.index, clips.number_of(got.picture.to_ndarray(format="bgr24"))) == (index, index)


def test_a_reader_that_is_overtaken_notices(
    sides: tuple[Slots, Slots], monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, reading = sides
    writing.write(shown(0))
    copy = Slots._copy

    def slow(self: Slots, *about: object) -> None:
        for index in range(1, SLOTS + 1):
            writing.write(shown(index))
        copy(self, *about)  # type: ignore[arg-type]

    monkeypatch.setattr(Slots, "_copy", slow)
    assert reading.read(1) is None


def test_a_picture_is_wanted_from_the_asking_to_the_next_one(
    sides: tuple[Slots, Slots], monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, reading = sides
    assert not writing.asked
    reading.ask()
    assert writing.asked
    writing.write(shown(0))
    assert not writing.asked
    places = Slots._places

    def asked_meanwhile(self: Slots, *about: object) -> object:
        reading.ask()
        return places(self, *about)  # type: ignore[arg-type]

    monkeypatch.setattr(Slots, "_places", asked_meanwhile)
    writing.write(shown(1))
    assert writing.asked, "for a newer one"


def test_a_picture_too_large_is_refused(sides: tuple[Slots, Slots], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "MOST_BYTES", 100_000)
    sides[1].ask()
    with pytest.raises(VideoError, match="322×242 is too large"):
        sides[0].write(shown(0))
    assert (sides[1].read(sides[1].written), sides[0].asked) == (None, True)


@pytest.mark.parametrize(
    "said",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"size": [4, 4], "format": "yuv420p", "lines": [9999999, 2, 2], "colours": [2, 0]}',
    ],
)
def test_nonsense_is_a_value_error(sides: tuple[Slots, Slots], said: bytes) -> None:
    """A process that was taken over may write anything."""
    writing, reading = sides
    writing.write(shown(0))
    writing._memory[16 : 16 + 12 + len(said)] = struct.pack("=qi", 0, len(said)) + said
    with pytest.raises(ValueError):  # noqa: PT011 (of several makers)
        reading.read(1)
