"""Drawn plates are plates: every series the law issues, and only characters the reader knows."""

import numpy as np
import pytest

from contract.plates import interpretations
from models.training.plates.specimens import ALPHABET, COLOURS, Specimen, draw


def many(count: int = 3000) -> list[Specimen]:
    rng = np.random.default_rng(5)
    return [draw(rng) for _ in range(count)]


def test_lines_drop_separators_and_bar() -> None:
    assert Specimen(("29-MĐ1", "504.66"), "white", "moto").lines == ("29MD1", "50466")


def test_only_known_characters_in_one_or_two_rows() -> None:
    for specimen in many():
        assert len(specimen.lines) in (1, 2)
        assert set("".join(specimen.lines)) <= set(ALPHABET)
        assert specimen.colour in COLOURS


def test_most_are_plates_that_could_be_issued_the_rest_is_chance() -> None:
    issued = [bool(interpretations("".join(s.lines), lines=len(s.lines), colour=s.colour)) for s in many()]
    assert 0.75 < np.mean(issued) < 0.97


@pytest.mark.parametrize("symbol", ALPHABET)
def test_every_character_comes_up_often_enough_to_be_learnt(symbol: str) -> None:
    assert sum(symbol in "".join(s.lines) for s in many()) >= 15


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_comes_in_one_and_two_lines(colour: str) -> None:
    shapes = {len(s.lines) for s in many() if s.colour == colour}
    assert shapes == {1, 2}
