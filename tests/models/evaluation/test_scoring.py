"""The comparison counts as the shared scorer does."""

from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.evaluation.engines import Said, plates_of_lines
from models.evaluation.page import write_page
from models.evaluation.scoring import read_labels, sure_readings, tally

LABELS = """file,plate,lines,vehicle,bg,legible,x1,y1,x2,y2,note
a/1.jpg,98A-123.45,1,car,white,yes,10,10,60,22,
a/1.jpg,29-MĐ1 504.66,2,motorbike,white,yes,100,10,140,40,
a/1.jpg,,2,motorbike,white,no,200,10,230,30,
b/2.jpg,TM1234,1,car,red,yes,,,,,
"""


@pytest.fixture
def labels(tmp_path: Path):
    (tmp_path / "labels.csv").write_text(LABELS, encoding="utf-8")
    return read_labels(tmp_path / "labels.csv")


def test_exact_text_in_the_same_picture_counts(labels) -> None:
    said = defaultdict(
        list, {"a/1.jpg": [Said("98A12345", 0.99), Said("29MD150466", 0.4)], "b/2.jpg": [Said("TM1235", 0.8)]}
    )
    groups = tally(labels, said)
    assert (groups["all"]["all"].right, groups["all"]["all"].total) == (2, 3)
    assert groups["colour"]["red"].share == 0
    assert {name: entry.total for name, entry in groups["lines"].items()} == {"1": 2, "2": 1}


@pytest.mark.parametrize(
    ("item", "sure", "wrong"),
    [
        (Said("98A12345", 0.95, (10, 10, 60, 22)), 1, 0),
        (Said("98A12346", 0.95, (10, 10, 60, 22)), 1, 1),
        (Said("98A12346", 0.89, (10, 10, 60, 22)), 0, 0),
        (Said("29X1234", 0.95, (205, 12, 228, 28)), 1, 0),
    ],
)
def test_sure_but_wrong(labels, item: Said, sure: int, wrong: int) -> None:
    count, errors = sure_readings(labels, defaultdict(list, {"a/1.jpg": [item]}))
    assert (count, len(errors)) == (sure, wrong)


def test_lines_of_a_general_reader_are_joined_into_plates() -> None:
    def line(x: float, y: float, text: str):
        return np.array(((x, y), (x + 60, y), (x + 60, y + 20), (x, y + 20)), np.float32), text, 0.9

    said = plates_of_lines(
        [line(10, 10, "29H1"), line(8, 36, "12345"), line(300, 10, "98A12345"), line(0, 200, "TAXI")]
    )
    assert sorted(item.text for item in said) == ["29H112345", "98A12345"]


def test_the_page_shows_errors_and_escapes(labels, tmp_path: Path) -> None:
    for file in ("a", "b"):
        (tmp_path / file).mkdir()
    cv2.imwrite(str(tmp_path / "a/1.jpg"), np.zeros((60, 300, 3), np.uint8))
    cv2.imwrite(str(tmp_path / "b/2.jpg"), np.zeros((60, 300, 3), np.uint8))
    said = {"<ours>": defaultdict(list, {"b/2.jpg": [Said("TM1234", 0.9)]})}
    groups = {name: {"x": {"right": 1, "total": 3}} for name in ("all", "lines", "colour", "width", "source")}
    figures = [{"engine": "<ours>", "sure": 1, "sure_wrong": 0, "ms_per_picture": 5.0, "groups": groups}]
    write_page(tmp_path / "page.html", tmp_path, labels, said, figures)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("<figure>") == 2
    assert "<ours>" not in page
    assert "33.3%" in page
