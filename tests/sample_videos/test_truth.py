"""The loader reads what the format says, and refuses what it doesn't know."""

import csv
import gzip
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from sample_videos.truth import FRAME_COLUMNS, HEAD_COLUMNS, Truth, mot_rows

DOCUMENT = {
    "clip": "tiny",
    "says": "two vehicles",
    "seed": 1,
    "light": "day",
    "fps": "25/2",
    "frames": 2,
    "detect": {"file": "detect.mp4", "size": [1280, 720]},
    "camera": [[100, 0, 640, 0], [0, 0, 360, 0], [0, 0, 1, 0]],
    "lamps": [{"id": "main", "box": [10, 10, 20, 40], "states": [[0, 0.05, "amber"], [0.05, 0.16, "red"]]}],
    "ground": {"stop_lines": {"S1": [[0, 10], [7, 10]]}},
    "vehicles": [
        {"id": 1, "kind": "motorbike", "model": "scooter", "heads": [{"seat": 0, "helmet": True}]},
        {"id": 2, "kind": "pedestrian", "model": "walker"},
        {"id": 3, "kind": "car", "model": "sedan", "parked": True},
    ],
    "events": [
        {
            **{"id": "e1", "rule": "red_light", "verdict": "violation", "code": "ran", "vehicle": 1},
            **{
                "t": 0.1,
                "during": [0.0, 0.16],
                "line": "S1",
                "elapsed_red": 0.05,
                "clear": 1,
                "provable": True,
            },
        }
    ],
}
LOOKS = [
    "0,1,-5,300,45,400,0,300,45,400,0.8,20,399,3.5,9.9,0.01,5.2,left,20 399 0|22 390 1,"
    "10 380 20 380 20 390 10 390 4.5 1",
    "0,2,600,300,620,350,,,,,0,610,350,4,20,0,1.2,,,",
    "0,3,700,300,800,350,700,300,800,350,1,750,350,6,20,0,0,,,",
    "1,1,10,290,55,390,10,290,55,390,1,30,389,3.5,10.3,0,5.2,,30 389 0|32 380 0,",
]


@pytest.fixture
def clip(tmp_path: Path) -> Truth:
    (tmp_path / "truth.yaml").write_text(yaml.safe_dump(DOCUMENT), encoding="utf-8")
    _table(tmp_path / "frames.csv.gz", FRAME_COLUMNS, LOOKS)
    _table(tmp_path / "heads.csv.gz", HEAD_COLUMNS, ["0,1,0,10,300,20,312,0.5"])
    return Truth(tmp_path)


def _table(file: Path, columns: tuple[str, ...], lines: list[str]) -> None:
    with gzip.open(file, "wt", encoding="utf-8", newline="") as text:
        csv.writer(text).writerow(columns)
        text.writelines(line + "\n" for line in lines)


def test_looks_and_heads_are_read(clip: Truth) -> None:
    first, hidden, _, later = clip.looks
    assert (first.frame, first.vehicle, first.box, first.visible) == (0, 1, (-5, 300, 45, 400), 0.8)
    assert first.clipped((1280, 720)) == (0, 300, 45, 400)
    assert [wheel.hidden for wheel in first.wheels] == [False, True]
    assert first.plate is not None
    assert (first.plate.corners[2], first.plate.character) == ((20, 390), 4.5)
    assert (hidden.seen, hidden.lane, hidden.wheels) == (None, None, ())
    assert (later.lane, later.plate) == (None, None)
    assert clip.head_looks[0].box == (10, 300, 20, 312)


def test_times_lamps_and_events(clip: Truth) -> None:
    assert clip.fps == Fraction(25, 2)
    lamp = clip.document.lamps[0]
    assert [lamp.at(t) for t in (0.0, 0.05, 9.0)] == ["amber", "red", "red"]
    assert [event.id for event in clip.events("red_light", "violation")] == ["e1"]
    assert not list(clip.events(verdict="near_miss"))


def test_places_in_metres_are_projected(clip: Truth) -> None:
    assert clip.project([(2.0, 5.0, 1.0)]) == [(840.0, 360.0)]


def test_mot_rows_leave_out_what_a_tracker_is_not_blamed_for(clip: Truth) -> None:
    rows = [row.split(",") for row in mot_rows(clip, ["motorbike", "car"], least_height=40)]
    assert [(row[0], row[1], row[6], row[7]) for row in rows] == [
        ("1", "1", "1", "1"),
        ("1", "2", "0", "0"),
        ("1", "3", "0", "2"),
        ("2", "1", "1", "1"),
    ]
    assert rows[0][2:6] == ["0.0", "300.0", "45.0", "100.0"]


def test_an_unknown_key_is_refused(clip: Truth) -> None:
    text = yaml.safe_dump({**DOCUMENT, "weather": "fine"})
    (clip.folder / "truth.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ValidationError, match="weather"):
        _ = clip.document
