"""The packaged reader on drawn plates: text, layout, colour, and what it says about nothing."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.plate.find import PlateFinder
from edge.plate.read import (
    FURTHER,
    Answers,
    Calibration,
    Decision,
    OnnxPlateReader,
    character_height,
    cut_off,
    features,
)
from edge.plate.reading import GRAMMAR, MISSION, NOT_SURE, SURE, UNISSUED, judge
from edge.plate.stills import read_picture
from models import load_path

FIXTURES = sorted((Path(__file__).parent / "drawn").glob("*.png"))


@pytest.fixture(scope="module")
def reader() -> OnnxPlateReader:
    return OnnxPlateReader(load_path("plate_reader"))


def whole(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    return np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_reads_text_rows_and_colour(reader: OnnxPlateReader, path: Path) -> None:
    colour, *rows = path.stem.split("_")
    image = cv2.imread(str(path))
    reading = reader.read(image, whole(image))
    assert reading is not None
    assert (reading.rows, reading.colour) == (tuple(rows), colour)
    assert "".join(character.text for character in reading.characters) == reading.text
    assert all(0 < character.confidence <= 1 for character in reading.characters)
    assert reading.lines == len(rows)


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_blank_panel_is_not_read(reader: OnnxPlateReader, shade: int) -> None:
    image = np.full((80, 240, 3), shade, np.uint8)
    assert reader.read(image, whole(image)) is None


def test_noise_is_never_sure(reader: OnnxPlateReader) -> None:
    noise = np.random.default_rng(1)
    for _ in range(20):
        image = noise.integers(0, 256, (60, 200, 3)).astype(np.uint8)
        reading = reader.read(image, whole(image))
        assert reading is None or reading.confidence < 0.9


@pytest.mark.parametrize(
    ("rows", "colour", "confidence", "flags"),
    [
        (("98A12345",), "white", 0.95, ()),
        (("98A", "12345"), "yellow", 0.95, ()),
        (("29MD1", "50466"), "white", 0.95, ()),
        (("TM1234",), "red", 0.95, ()),
        (("TM1234",), "white", UNISSUED, (GRAMMAR,)),
        (("30O12345",), "white", UNISSUED, (GRAMMAR,)),
        (("13A12345",), "white", UNISSUED, (GRAMMAR,)),
        (("29", "123BD"), "white", UNISSUED, (GRAMMAR,)),
        (("29X1", "0000"), "white", UNISSUED, (GRAMMAR,)),
        (("29X10", "123"), "white", UNISSUED, (GRAMMAR,)),
        (("80MN", "16619"), "white", NOT_SURE, (MISSION,)),
        (("80NN", "16619"), "white", 0.95, ()),
        (("80166", "NN19"), "white", 0.95, ()),
    ],
)
def test_grammar_doubts_what_is_not_issued(rows, colour, confidence: float, flags: tuple[str, ...]) -> None:
    assert judge(rows, colour, 0.95) == (confidence, flags)


@pytest.mark.parametrize(
    ("height", "lines", "expected"), [(110, 1, 62.7), (140, 2, 54.6), (12, 1, 6.84), (18, 2, 7.02)]
)
def test_character_height_follows_the_sheet(height: float, lines: int, expected: float) -> None:
    quad = np.array(((0, 0), (90, 0), (90, height), (0, height)), np.float32)
    assert character_height(quad, lines) == pytest.approx(expected, rel=0.01)


def test_a_small_plate_is_never_sure(reader: OnnxPlateReader) -> None:
    image = cv2.imread(str(FIXTURES[0]))
    scale = 12 / image.shape[0]
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    reading = reader.read(small, whole(small))
    assert reading is not None
    assert reading.confidence < 0.9
    assert "small" in reading.flags


@pytest.mark.parametrize(
    ("likelihoods", "agreement", "least", "most"),
    [([0.2, 0.1], 0.5, 0.05, 0.3), ([0.99, 0.98], 1.0, 0.9, 1.0), ([0.99], 1.0, 0.9, 1.0)],
)
def test_agreement_and_likelihood_make_the_confidence(
    likelihoods: list[float], agreement: float, least: float, most: float
) -> None:
    count = len(likelihoods)
    answers = Answers(
        np.zeros((count, 2, 1, 2), np.float32),
        np.ones((count, 4), np.float32),
        np.full(count, 2.0, np.float32),
    )
    decision = Decision(((1,), ()), np.log(likelihoods).astype(np.float32), agreement, True)
    confidence = Calibration(-1.0, (0.5, 0.5, 1.0, 0.1)).confidence(features(answers, decision))
    assert least < confidence < most


@pytest.mark.parametrize(
    ("chances", "issued", "clear"),
    [([0.99], True, True), ([0.99], False, False), ([0.9], True, False), ([0.99, 0.9], True, False)],
)
def test_one_look_is_enough_only_for_a_clear_issued_text(
    chances: list[float], issued: bool, clear: bool
) -> None:
    assert Decision(((1,), ()), np.log(chances).astype(np.float32), 1.0, issued).clear is clear


@pytest.mark.parametrize(
    ("doubt", "text", "preferred"),
    [
        (0.05, "18M12345", False),
        (0.4, "18M12345", False),
        (0.6, "18M12345", True),
        (0.999, "13M12345", False),
    ],
)
def test_an_issued_text_is_preferred_to_a_slightly_likelier_one_and_that_is_told(
    reader: OnnxPlateReader, doubt: float, text: str, preferred: bool
) -> None:
    """Two looks: one gives 18, one gives 13 (no province); `doubt` is how much they believe in 13."""
    decision = reader.decide(two_looks(reader, "18M12345", "13M12345", doubt))
    assert "".join(reader.text(row) for row in decision.rows) == text
    assert decision.preferred is preferred


def two_looks(reader: OnnxPlateReader, one: str, other: str, doubt: float) -> Answers:
    """Log-probabilities of two looks that differ in one character, each certain of all others."""
    chances = np.full((2, 2, 48, 33), 1e-9, np.float32)
    chances[:, :, :, 0] = 1
    for look, share in enumerate((min(doubt, 0.45), max(doubt, 0.55))):
        for place, pair in enumerate(zip(one, other, strict=True)):
            chances[look, 0, 1 + 3 * place] = 1e-9
            symbols = [next(s for s in range(1, 33) if reader.text([s]) == character) for character in pair]
            chances[look, 0, 1 + 3 * place, symbols[0]] += 1 - share
            chances[look, 0, 1 + 3 * place, symbols[1]] += share
    colours = np.array([[0.97, 0.01, 0.01, 0.01]] * 2, np.float32)
    return Answers(np.log(chances), colours, np.full(2, 5.0, np.float32))


def test_a_plate_cut_by_its_corners_is_looked_at_again(reader: OnnxPlateReader) -> None:
    image = cv2.imread(str(FIXTURES[0]))
    quad = whole(image)
    tight = quad + np.array(((0.2, 0), (-0.2, 0), (-0.2, 0), (0.2, 0)), np.float32) * image.shape[1]
    looks = [len(reader.look(image, corners)[0].logs) for corners in (quad, tight)]
    assert looks == [1, 1 + len(FURTHER)]


def test_a_picture_that_is_the_plate_is_read(reader: OnnxPlateReader) -> None:
    finder = PlateFinder(load_path("plate_finder"), load_path("plate_corners"))
    for path in FIXTURES:
        plates = read_picture(cv2.imread(str(path)), finder, reader)
        texts = [plate.reading.text for plate in plates if plate.reading]
        assert texts == ["".join(path.stem.split("_")[1:])]


@pytest.mark.parametrize(
    ("left", "top", "right", "bottom", "rows", "cut"),
    [
        (0, 0, 200, 100, ("29A1234",), False),  # a tight crop
        (-2, 30, 98, 80, ("29A1234",), True),
        (-2, 30, 98, 80, ("29A12345",), False),  # a longer number there is not
        (-6, 30, 94, 80, ("29A12345",), True),
        (102, 30, 202, 80, ("29H1", "2345"), True),
        (102, 30, 202, 80, ("29H1", "23456"), False),
        (50, 48, 150, 99, ("TM1234",), True),
        (50, -3, 150, 50, ("29H1", "2345"), True),
        (10, 30, 110, 80, ("29A1234",), False),
        (6, 4, 190, 96, ("29A1234",), False),
    ],
)
def test_a_plate_at_the_edge_of_the_picture_may_lack_a_character(
    left: float, top: float, right: float, bottom: float, rows: tuple[str, ...], cut: bool
) -> None:
    quad = np.array(((left, top), (right, top), (right, bottom), (left, bottom)), np.float32)
    assert cut_off(np.zeros((100, 200, 3), np.uint8), quad, rows) is cut


@pytest.mark.parametrize("kept", [0.70, 0.78, 0.86])
@pytest.mark.parametrize("name", ["white_29H1_12345", "yellow_51F_25658", "white_29MD1_50466"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_plate_that_lacks_a_character_at_the_edge_is_never_sure(
    reader: OnnxPlateReader, name: str, kept: float, side: str
) -> None:
    """Four of the eighteen were, as plates of an older form or of a car."""
    plate = cv2.imread(str(Path(__file__).parent / "drawn" / f"{name}.png"))
    height, width = plate.shape[:2]
    shown = round(width * kept)
    scene = np.full((3 * height, 3 * width, 3), 60, np.uint8)
    if side == "right":
        scene[height : 2 * height, -shown:] = plate[:, :shown]
    else:
        scene[height : 2 * height, :shown] = plate[:, -shown:]
    finder = PlateFinder(load_path("plate_finder"), load_path("plate_corners"))
    for found in read_picture(scene, finder, reader):
        if found.reading and found.reading.confidence >= SURE:
            assert found.reading.text == name.replace("_", "").removeprefix("white").removeprefix("yellow")
