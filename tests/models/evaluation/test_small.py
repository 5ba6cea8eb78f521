"""Views with small plates for the evaluation of the whole chain."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.plate.find import PlateBox

pytest.importorskip("torch", reason="extra training not installed")

from models.evaluation.small import NARROWEST, TIMES, WIDEST, Small, says, views

HEAD = "file,plate,lines,vehicle,bg,legible,x1,y1,x2,y2,note\n"
QUAD = np.array(((300, 200), (420, 200), (420, 280), (300, 280)), np.float32)


class Finds:
    """A finder that finds one plate."""

    def find(self, image: np.ndarray) -> list[PlateBox]:
        return [PlateBox(QUAD, 0.9)]


class Reads:
    """A reader that sees no plate."""

    def read(self, image: np.ndarray, quad: np.ndarray) -> None:
        return None


@pytest.mark.parametrize(
    ("row", "count"),
    [
        ("a/1.jpg,29-H1 123.45,2,motorbike,white,yes,298,198,422,282,", TIMES),
        ("a/1.jpg,98A-123.45,1,car,white,yes,298,198,422,282,", TIMES),
        ("a/1.jpg,,2,motorbike,white,no,298,198,422,282,", 0),
        ("a/1.jpg,98A-123.45,1,car,white,yes,10,10,60,30,", 0),
    ],
)
def test_legible_found_plates_are_shown_small(tmp_path: Path, row: str, count: int) -> None:
    (tmp_path / "a").mkdir()
    picture = np.full((480, 640, 3), 90, np.uint8)
    picture[200:280, 300:420] = 230
    cv2.imwrite(str(tmp_path / "a" / "1.jpg"), picture)
    (tmp_path / "labels.csv").write_text(HEAD + row + "\n", encoding="utf-8")
    made = list(views(tmp_path / "labels.csv", tmp_path, Finds(), 1))
    assert len(made) == count
    for plate in made:
        width = float(np.linalg.norm(plate.quad[1] - plate.quad[0]))
        assert width == pytest.approx(plate.width, abs=0.1)
        assert NARROWEST[plate.lines] <= plate.width <= WIDEST
        centre, corner = plate.quad.mean(axis=0).astype(int), plate.image[2, 2]
        assert plate.image[centre[1], centre[0]].sum() > corner.sum()


@pytest.mark.parametrize(("width", "limit"), [(24.0, 24.0), (31.9, 24.0), (32.0, 32.0), (48.0, 40.0)])
def test_classes_of_width(width: float, limit: float) -> None:
    assert Small(np.zeros((2, 2, 3), np.uint8), QUAD, width, "", "1").group == ("1", limit)


def test_nothing_read_is_not_right() -> None:
    assert not says(Reads(), Small(np.zeros((2, 2, 3), np.uint8), QUAD, 30.0, "", "1"), QUAD)
