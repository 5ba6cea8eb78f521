"""Copies of real pictures: the foreign plates can't be read any more, the own one can."""

from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.masking.copies import Masker, MaskingError
from edge.masking.faces import FaceFinder
from edge.masking.keep import Own
from edge.plate.find import PlateFinder
from edge.plate.read import OnnxPlateReader
from edge.plate.stills import read_picture
from edge.video.encode import VideoWriter
from models import load_path

CLIP = Path(__file__).parents[3] / "sample_videos/junction.mp4"
FINDER = PlateFinder(load_path("plate_finder"), load_path("plate_corners"), 1)
READER = OnnxPlateReader(load_path("plate_reader"), 1)
MASKER = Masker(FINDER, READER, FaceFinder())

Image = NDArray[np.uint8]


def _frames(start: int, count: int) -> list[Image]:
    with av.open(str(CLIP)) as container:
        frames = islice(container.decode(video=0), start, start + count)
        return [np.ascontiguousarray(frame.to_ndarray(format="bgr24"), np.uint8) for frame in frames]


def _read(image: Image) -> list[str]:
    found = read_picture(image, FINDER, READER)
    return [plate.reading.text for plate in found if plate.reading and plate.reading.confidence > 0.5]


@pytest.fixture(scope="module")
def still() -> Image:
    return _frames(100, 1)[0]


def test_a_still_keeps_the_own_plate_and_no_other(still: Image, tmp_path: Path) -> None:
    texts = _read(still)
    assert len(texts) >= 2
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    cv2.imwrite(str(source), still, [cv2.IMWRITE_JPEG_QUALITY, 97])
    done = MASKER.picture(source, target, Own(plate=texts[0]))
    masked = np.asarray(cv2.imread(str(target)), np.uint8)
    assert masked.shape == still.shape
    assert done.plates >= len(texts) - 1
    assert _read(masked) == [texts[0]]


def test_a_clip_keeps_size_and_moments_and_shows_no_plate(tmp_path: Path) -> None:
    images = _frames(98, 5)
    source, target = tmp_path / "a.mp4", tmp_path / "b.mp4"
    size = (images[0].shape[1], images[0].shape[0])
    with VideoWriter(source, size, 12) as writer:
        for number, image in enumerate(images):
            writer.write(image, number / 12)
    done = MASKER.clip(source, target, Own(plate="00X00000"))
    with av.open(str(source)) as before, av.open(str(target)) as after:
        times = [[frame.time for frame in container.decode(video=0)] for container in (before, after)]
        after.seek(0)
        masked = [np.ascontiguousarray(f.to_ndarray(format="bgr24"), np.uint8) for f in after.decode(video=0)]
    assert done.frames == 5
    assert times[0] == pytest.approx(times[1], abs=0.001)
    assert masked[0].shape == images[0].shape
    assert [_read(image) for image in masked] == [[]] * 5


def test_frames_looked_at_side_by_side_hide_the_same(tmp_path: Path) -> None:
    images = _frames(98, 7)
    source = tmp_path / "a.mp4"
    with VideoWriter(source, (images[0].shape[1], images[0].shape[0]), 12) as writer:
        for number, image in enumerate(images):
            writer.write(image, number / 12)
    together = Masker(FINDER, READER, FaceFinder(), at_once=3)
    one, other = tmp_path / "b.mp4", tmp_path / "c.mp4"
    own = Own(plate="00X00000")
    assert MASKER.clip(source, one, own) == together.clip(source, other, own)
    with av.open(str(one)) as first, av.open(str(other)) as second:
        frames = zip(first.decode(video=0), second.decode(video=0), strict=True)
        assert [np.array_equal(a.to_ndarray(), b.to_ndarray()) for a, b in frames] == [True] * 7


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff no picture"])
def test_what_is_no_picture_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(MaskingError):
        MASKER.picture(tmp_path / "a.jpg", tmp_path / "b.jpg", Own(plate="29A00001"))
    (tmp_path / "a.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom" + content)
    with pytest.raises(MaskingError):
        MASKER.clip(tmp_path / "a.mp4", tmp_path / "b.mp4", Own(plate="29A00001"))
