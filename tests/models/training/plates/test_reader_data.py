"""Splitting of a known text into the rows of a real plate."""

import numpy as np
import pytest

from models.evaluation.sources import source_name
from models.training.plates.crops import Crop
from models.training.plates.specimens import ALPHABET

pytest.importorskip("torch", reason="extra training not installed")

from models.training.plates import reader_data
from models.training.plates.reader_data import encode, is_validation, splits


def crop(text: str, one_line: bool = False, name: str = "anywhere/a.jpg") -> Crop:
    return Crop(name, np.zeros((4, 4, 3), np.uint8), np.zeros((4, 2), np.float32), text, one_line)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (crop("30F25658", one_line=True), (("30F25658", ""),)),
        (crop("29H112345"), (("29H1", "12345"),)),
        (crop("29MD112345"), (("29MD1", "12345"),)),
        (crop("29AA1234"), (("29AA", "1234"),)),
        (crop("98A12345"), (("98A", "12345"), ("98A1", "2345"))),
        (crop("29X1234"), (("29X", "1234"), ("29X1", "234"))),
    ],
)
def test_admissible_rows(item: Crop, expected: tuple[tuple[str, str], ...]) -> None:
    assert splits(item) == expected


def test_in_the_lane_the_upper_row_has_four_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_data, "LANE", source_name("lane"))
    assert splits(crop("54S12345", name="lane/a.jpg")) == (("54S1", "2345"),)


def test_symbols_leave_zero_for_nothing() -> None:
    assert encode(ALPHABET) == list(range(1, len(ALPHABET) + 1))


def test_a_text_is_on_one_side_of_the_split_only() -> None:
    texts = [f"98A{number:05d}" for number in range(2000)]
    kept = [is_validation(text) for text in texts]
    assert 0.07 < np.mean(kept) < 0.13
    assert kept == [is_validation(text) for text in texts]
