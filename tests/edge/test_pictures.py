"""Stills: how large they are looked at, and what is no picture."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.pictures import PictureError, find_pictures, load_picture, still_size


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(320, 240, 640), (640, 480, 640), (700, 500, 704), (1280, 720, 960), (720, 1600, 960)],
)
def test_a_still_is_looked_at_in_its_own_size_within_bounds(width: int, height: int, expected: int) -> None:
    assert still_size(np.zeros((height, width, 3), np.uint8)) == expected


@pytest.mark.parametrize("content", [b"", b"GIF89a nothing", b"\xff\xd8\xff\xe0 cut off"])
def test_what_is_no_picture_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "still.jpg"
    path.write_bytes(content)
    with pytest.raises(PictureError, match=r"still\.jpg"):
        load_picture(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xd8\xff\xe0 cut off", "cut off, damaged"),
        (b"\x89PNG\r\n\x1a\n", "cut off, damaged"),
        (b"<html>", "not a picture"),
    ],
)
def test_a_damaged_picture_is_not_called_none(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "still.jpg").write_bytes(content)
    with pytest.raises(PictureError, match=words):
        load_picture(tmp_path / "still.jpg")


def test_a_picture_that_is_too_large_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    (tmp_path / "bomb.png").write_bytes(png)
    with pytest.raises(PictureError, match=r"bomb\.png: more than 100,000,000 pixels"):
        load_picture(tmp_path / "bomb.png")


def test_a_folder_gives_its_pictures_in_order(tmp_path: Path) -> None:
    names = ["a.png", "b.JPG", "c.jfif", "d.jpe", "e.GIF", "f.pgm"]
    for name in (*names, "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    assert [path.name for path in find_pictures(tmp_path)] == names


def test_a_picture_is_found_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    picture = np.full((20, 30, 3), 90, np.uint8)
    for name in ("still", "cam 1.part", "ảnh.jpg_large"):
        (tmp_path / name).write_bytes(cv2.imencode(".jpg", picture)[1].tobytes())
    (tmp_path / "x.heic").write_bytes(b"\0\0\0\x18ftypheic")
    (tmp_path / "empty").touch()
    (tmp_path / "film.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(200))
    found = {path.name for path in find_pictures(tmp_path)}
    assert found == {"still", "cam 1.part", "ảnh.jpg_large", "x.heic"}


def test_a_folder_without_a_picture_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(PictureError, match=r"no picture in this folder \(.*\.jpg"):
        find_pictures(tmp_path)
