"""Stills: how large they are looked at, and what is no picture."""

from pathlib import Path

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
        (b"\xff\xd8\xff\xe0 cut off", "cut off or damaged"),
        (b"\x89PNG\r\n\x1a\n", "cut off or damaged"),
        (b"<html>", "not a picture"),
    ],
)
def test_a_damaged_picture_is_not_called_none(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "still.jpg").write_bytes(content)
    with pytest.raises(PictureError, match=words):
        load_picture(tmp_path / "still.jpg")


def test_a_folder_gives_its_pictures_in_order(tmp_path: Path) -> None:
    names = ["a.png", "b.JPG", "c.jfif", "d.jpe", "e.GIF", "f.pgm"]
    for name in (*names, "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    assert [path.name for path in find_pictures(tmp_path)] == names


def test_a_folder_without_a_picture_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(PictureError, match=r"no picture in this folder \(.*\.jpg"):
        find_pictures(tmp_path)
