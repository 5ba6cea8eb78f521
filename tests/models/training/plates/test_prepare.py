"""What a sure reading does to the told texts of the real crops."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PIL", reason="extra training not installed")

from edge.plate.reading import PlateReading
from models.training.plates.crops import Crop
from models.training.plates.prepare import corrected, told_by_reader


class Says:
    def __init__(self, text: str, confidence: float) -> None:
        self._reading = PlateReading((text,), "white", confidence, ())

    def read(self, image: np.ndarray, quad: np.ndarray) -> PlateReading:
        return self._reading


@pytest.mark.parametrize(
    ("told", "read", "confidence", "kept"),
    [
        ("51F11585", "51F15585", 0.97, ["51F15585"]),
        ("51F11585", "51F15585", 0.6, ["51F11585"]),
        ("", "66N110547", 0.97, ["66N110547"]),
        ("", "66N110547", 0.6, [""]),
        ("", "98A12345", 0.97, []),
        ("", "98A12346", 0.97, []),
        ("98A12346", "98A12346", 0.97, ["98A12346"]),
    ],
)
def test_a_sure_reading_tells_and_corrects_but_no_withheld_text_comes_in(
    told: str, read: str, confidence: float, kept: list[str]
) -> None:
    crop = Crop("a/b.jpg", np.zeros((4, 4, 3), np.uint8), np.zeros((4, 2), np.float32), told, True)
    found = told_by_reader([crop], Says(read, confidence), {"98A12345"})
    assert [item.text for item in found] == kept


def test_a_person_has_the_last_word(tmp_path: Path) -> None:
    by_eye = tmp_path / "by_eye.csv"
    by_eye.write_text("file,text\na/1.jpg,79N22094\na/2.jpg,\n")
    blank = np.zeros((4, 4, 3), np.uint8)
    crops = [Crop(f"a/{n}.jpg", blank, np.zeros((4, 2), np.float32), "79M22094", False) for n in (1, 2, 3)]
    assert [item.text for item in corrected(crops, by_eye)] == ["79N22094", "", "79M22094"]
