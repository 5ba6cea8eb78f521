"""Reads a plate: the default reader, on onnxruntime alone.

The network reads the rectified plate once. If doubt remains it reads further crops, wider, upright and
sheared, because doubt mostly comes from slightly wrong corners. The texts of all looks are weighted by their
probability under all of them (all CTC alignments), and the calibration in the model file turns probability
and agreement into a calibrated confidence. Of several texts read the grammar prefers one that is valid for a
plate; it may lower the confidence, and it never changes a character.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.networks import open_network
from edge.plate.ctc import Logs, best_path, log_likelihoods, log_softmax
from edge.plate.reading import CHOSEN, COLOURS, GRAMMAR, NOT_SURE, Character, PlateReading, judge
from edge.plate.rectify import as_input, leaning, rectify, upright

CLEAR = 0.97
"""Probability of a valid text from which the first look is enough."""
PREFERENCE = 3.0
"""Log-odds by which a valid text is preferred to one that no law allows."""
NO_PLATE = 0.3
"""Below this probability of a plate nothing is reported."""
FEWEST_CHARACTERS = 4
HOPELESS = 4.0
"""Character height in pixels below which further looks are not worth the time."""
ALTERNATIVES = 3
WORTH_NAMING = 0.01
COLOUR_DOUBT = 0.75
LEAST_HEIGHT = 8.0
"""Character height in pixels below which 1 and 3 or 5 and 6 look the same in frame after frame."""
SMALL = "small"
"""Flag: the characters are too small for a sure reading."""
CUT = "cut"
"""Flag: the plate extends outside the picture, so characters may be missing."""
AT_EDGE = 0.02
"""Share of a plate's width within which it touches an edge of the picture."""
BEYOND = 0.03
"""Largest share of a plate's width outside the picture; of the drawn plates beyond it some lacked the digit
of their series."""
LONGEST_NUMBER = 5
"""Most digits in a number after the series."""
ROOM = 0.25
"""Share of its size shown beyond the other side from which the picture is not a tight crop of the plate."""
COLOUR = "colour"
"""Flag: the ground colour is uncertain."""

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]
Rows = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Look:
    """How the crop is made: margin around the corners (share of the crop), sheared, or set upright."""

    margin: float
    lean: float = 0.0
    upright: bool = False

    def crop(self, image: Image, quad: Quad) -> Image:
        """The network's input (64 x 192 BGR)."""
        quad = upright(quad) if self.upright else leaning(quad, self.lean)
        return rectify(image, quad, self.margin)


FIRST = Look(0.08)
FURTHER = (Look(0.17), Look(0.10, upright=True), Look(0.08, lean=-0.15), Look(0.08, lean=0.15))


@dataclass(frozen=True)
class Calibration:
    """Logistic model from the network's output to the probability that the text is right."""

    bias: float
    weights: tuple[float, ...]
    """For the values of `features`, in their order."""

    def confidence(self, values: Sequence[float]) -> float:
        """Probability 0..1 that the reading is right."""
        score = self.bias + sum(w * f for w, f in zip(self.weights, values, strict=True))
        return float(1 / (1 + np.exp(-score)))


@dataclass(frozen=True)
class Answers:
    """The network's output for each look: log-probabilities looks x 2 x columns x symbols, probabilities of
    the colours, log-odds that there is a plate."""

    logs: Logs
    colours: NDArray[np.float32]
    plates: NDArray[np.float32]

    @property
    def colour(self) -> NDArray[np.float32]:
        """Probability of each ground colour, over all looks."""
        return np.asarray(self.colours.mean(axis=0), np.float32)

    @property
    def plate(self) -> float:
        """Log-odds that there is a plate, over all looks."""
        return float(self.plates.mean())

    def __add__(self, other: "Answers") -> "Answers":
        parts = ((self.logs, other.logs), (self.colours, other.colours), (self.plates, other.plates))
        return Answers(*(np.concatenate(pair) for pair in parts))


@dataclass(frozen=True)
class Decision:
    """The rows of symbols read, their log-likelihood at each look, the share of looks that gave exactly
    these, whether they are valid for a plate, and whether they were preferred for that to more likely
    ones."""

    rows: Rows
    likelihoods: Logs
    agreement: float
    issued: bool
    preferred: bool = False

    @property
    def likelihood(self) -> float:
        """Mean log-likelihood over the looks."""
        return float(self.likelihoods.mean())

    @property
    def clear(self) -> bool:
        """No further look is needed."""
        return self.issued and float(np.exp(self.likelihood)) >= CLEAR


class OnnxPlateReader:
    """`PlateReader` on ``plate_reader.onnx``; alphabet and calibration are in the file."""

    def __init__(self, model: Path, threads: int = 1) -> None:
        self._session = open_network(model, threads)
        told = self._session.get_modelmeta().custom_metadata_map
        self._alphabet: str = told["alphabet"]
        fitted = json.loads(told["calibration"])
        self._calibration = Calibration(fitted["bias"], tuple(fitted["weights"]))

    def read(self, image: Image, quad: NDArray[np.float32]) -> PlateReading | None:
        """The text inside ``quad`` (4x2 pixels, clockwise from its top-left), or None if no plate can be
        read."""
        seen = self.look(image, quad)
        if seen is None:
            return None
        answers, decision = seen
        rows = decision.rows
        if sum(map(len, rows)) < FEWEST_CHARACTERS:
            return None
        texts = self._texts(rows)
        colour = COLOURS[int(answers.colour.argmax())]
        confidence, flags = judge(texts, colour, self._calibration.confidence(features(answers, decision)))
        flags += (CHOSEN,) * decision.preferred + (COLOUR,) * bool(answers.colour.max() < COLOUR_DOUBT)
        flags += (SMALL,) * (character_height(quad, len(texts)) < LEAST_HEIGHT)
        flags += (CUT,) * cut_off(image, quad, texts)
        if not {CHOSEN, SMALL, CUT}.isdisjoint(flags):
            confidence = min(confidence, NOT_SURE)
        return PlateReading(texts, colour, confidence, self._characters(answers, rows), flags)

    def look(self, image: Image, quad: Quad) -> tuple[Answers, Decision] | None:
        """The network's output for the plate and the resulting decision; None if it sees no plate."""
        answers = self._ask([FIRST.crop(image, quad)])
        if answers.plate < np.log(NO_PLATE / (1 - NO_PLATE)):
            return None
        decision = self.decide(answers)
        if not decision.clear and character_height(quad, 1) >= HOPELESS:
            answers += self._ask([look.crop(image, quad) for look in FURTHER])
            decision = self.decide(answers)
        return answers, decision

    def _ask(self, crops: Sequence[Image]) -> Answers:
        """Run the network on rectified crops (64 x 192 BGR)."""
        logits, colours, plates = self._session.run(None, {"crops": as_input(crops)})
        return Answers(log_softmax(logits), np.exp(log_softmax(colours)), plates[:, 0])

    def decide(self, answers: Answers) -> Decision:
        """The most probable rows over all looks, valid ones preferred."""
        said: list[Rows] = [
            (tuple(s for s, _, _ in best_path(view[0])), tuple(s for s, _, _ in best_path(view[1])))
            for view in answers.logs
        ]
        colour = COLOURS[int(answers.colour.argmax())]
        options = []
        distinct = list(dict.fromkeys(said))
        for rows, likelihoods in zip(distinct, self._likelihoods(answers, distinct), strict=True):
            issued = GRAMMAR not in judge(self._texts(rows), colour, 1.0)[1]
            options.append(Decision(rows, likelihoods, said.count(rows) / len(said), issued))
        likeliest = max(options, key=lambda option: option.likelihood)
        best = max(options, key=lambda option: option.likelihood + PREFERENCE * option.issued)
        return replace(best, preferred=best is not likeliest)

    def _texts(self, rows: Rows) -> tuple[str, ...]:
        return tuple(self.text(row) for row in rows if row)

    def text(self, row: Sequence[int]) -> str:
        """Symbols of the network as characters."""
        return "".join(self._alphabet[symbol - 1] for symbol in row)

    @staticmethod
    def _likelihoods(answers: Answers, options: Sequence[Rows]) -> list[Logs]:
        """For each option its log-likelihood at each look."""
        texts = list(dict.fromkeys(row for rows in options for row in rows))
        looks, lines, *shape = answers.logs.shape
        all_rows = log_likelihoods(answers.logs.reshape(looks * lines, *shape), texts).reshape(
            looks, lines, -1
        )
        places = [tuple(texts.index(row) for row in rows) for rows in options]
        return [all_rows[:, 0, upper] + all_rows[:, 1, lower] for upper, lower in places]

    def _characters(self, answers: Answers, rows: Rows) -> tuple[Character, ...]:
        """Each character with its probability, from the first look whose best path gives the chosen rows."""
        characters: list[Character] = []
        for number, row in enumerate(rows):
            paths = [best_path(view[number]) for view in answers.logs]
            index = next((i for i, path in enumerate(paths) if tuple(s for s, _, _ in path) == row), None)
            spans = paths[index] if index is not None else []
            for symbol, first, last in spans:
                characters.append(self._character(answers.logs[index, number, first : last + 1], symbol))
        return tuple(characters)

    def _character(self, logs: Logs, symbol: int) -> Character:
        """Probability at the character's surest column, and the runners-up there."""
        column = np.exp(logs[int(logs[:, symbol].argmax())])
        column[0] = 0.0
        column /= column.sum()
        order = [int(s) for s in np.argsort(-column) if s not in (0, symbol) and column[s] >= WORTH_NAMING][
            :ALTERNATIVES
        ]
        others = tuple((self._alphabet[s - 1], round(float(column[s]), 4)) for s in order)
        return Character(self._alphabet[symbol - 1], round(float(column[symbol]), 4), others)


def features(answers: Answers, decision: Decision) -> tuple[float, ...]:
    """Inputs of the confidence: mean and lowest log-odds of the text over the looks, share of looks that gave
    it, log-odds of a plate."""
    chance = np.clip(np.exp(decision.likelihoods), 1e-7, 1 - 1e-5)
    odds = np.log(chance / (1 - chance))
    return float(odds.mean()), float(odds.min()), decision.agreement, answers.plate


def character_height(quad: NDArray[np.float32], lines: int) -> float:
    """Height of the characters in pixels, by the dimensions of the plates: 63 of 110 mm, or 55 of 140 a
    row."""
    down = float(np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2
    return down * (0.57 if lines == 1 else 0.39)


def cut_off(image: Image, quad: Quad, rows: tuple[str, ...]) -> bool:
    """Whether the plate touches an edge of the picture, has room on the other side, and may lack a character
    there: it extends too far outside, or its number is shorter than possible numbers, so that the rest may
    look like a plate of an older form. A picture that is a tight crop of the plate is not cut."""
    low, high = quad.min(axis=0), quad.max(axis=0)
    size = high - low
    before, after = low, np.array(image.shape[1::-1]) - high
    nearer = np.minimum(before, after)[np.maximum(before, after) >= ROOM * size]
    whole = len(rows[-1]) - len(rows[-1].rstrip("0123456789")) >= LONGEST_NUMBER
    return bool((nearer <= (-BEYOND if whole else AT_EDGE) * size[0]).any())
