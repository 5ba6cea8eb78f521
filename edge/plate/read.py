"""Reads a plate: the default reader, on onnxruntime alone.

The network is asked about two slightly different crops of the plate. The texts either crop suggests are
weighed by their probability under both (all CTC alignments), and the calibration in the model file turns
probability and agreement into a confidence that may be taken at its word. Grammar may lower it; it never
changes a character.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from edge.plate.ctc import Logs, best_path, log_likelihood, log_softmax
from edge.plate.reading import COLOURS, SURE, Character, PlateReading, judge
from edge.plate.rectify import MARGIN, rectify

VIEWS = (MARGIN, 0.08)
"""Margins of the crops that are compared: finders cut the ends off a plate more often than they add to it."""
NO_PLATE = 0.3
"""Below this probability that there is a plate at all nothing is said."""
FEWEST_CHARACTERS = 4
ALTERNATIVES = 3
WORTH_NAMING = 0.01
COLOUR_DOUBT = 0.75
LEAST_HEIGHT = 8.0
"""Character height in pixels below which 1 and 3 or 5 and 6 are the same few pixels in frame after frame."""
TOO_SMALL = SURE - 0.05
SMALL = "small"
"""Flag: the characters are too small for a sure reading."""
COLOUR = "colour"
"""Flag: the ground colour is uncertain."""

Image = NDArray[np.uint8]
Rows = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Calibration:
    """Logistic model from what the network says to the probability that the text is right."""

    bias: float
    weights: tuple[float, ...]
    """For the features of `Calibration.features`, in their order."""

    @staticmethod
    def features(likelihoods: Logs, agreement: float, plate: float) -> tuple[float, ...]:
        """Mean and worst log-odds of the text over the views, share of views that say it, plate log-odds."""
        chance = np.clip(np.exp(likelihoods), 1e-7, 1 - 1e-5)
        odds = np.log(chance / (1 - chance))
        return float(odds.mean()), float(odds.min()), agreement, plate

    def confidence(self, features: Sequence[float]) -> float:
        """Probability 0..1 that the reading is right."""
        score = self.bias + sum(w * f for w, f in zip(self.weights, features, strict=True))
        return float(1 / (1 + np.exp(-score)))


@dataclass(frozen=True)
class Answers:
    """What the network said about the views: log-probabilities views x 2 x columns x symbols; the rest
    averaged.
    """

    logs: Logs
    colours: NDArray[np.float32]
    plate: float
    """Log-odds that there is a plate."""


class OnnxPlateReader:
    """`PlateReader` on ``plate_reader.onnx``; alphabet and calibration are in the file."""

    def __init__(self, model: Path, threads: int = 1) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        told = self._session.get_modelmeta().custom_metadata_map
        self._alphabet: str = told["alphabet"]
        fitted = json.loads(told["calibration"])
        self._calibration = Calibration(fitted["bias"], tuple(fitted["weights"]))

    def read(self, image: Image, quad: NDArray[np.float32]) -> PlateReading | None:
        """The text inside ``quad`` (4x2 pixels, clockwise from its top-left), or None where no plate can be
        read.
        """
        answers = self.answers([rectify(image, quad, margin) for margin in VIEWS])
        if answers.plate < np.log(NO_PLATE / (1 - NO_PLATE)):
            return None
        rows, features = self.decide(answers)
        if sum(map(len, rows)) < FEWEST_CHARACTERS:
            return None
        texts = tuple(self.text(row) for row in rows if row)
        colour = COLOURS[int(answers.colours.argmax())]
        confidence, flags = judge(texts, colour, self._calibration.confidence(features))
        if answers.colours.max() < COLOUR_DOUBT:
            flags = (*flags, COLOUR)
        if character_height(quad, len(texts)) < LEAST_HEIGHT:
            confidence, flags = min(confidence, TOO_SMALL), (*flags, SMALL)
        return PlateReading(texts, colour, confidence, self._characters(answers, rows), flags)

    def answers(self, crops: Sequence[Image]) -> Answers:
        """Run the network on rectified crops (64 x 192 BGR)."""
        blob = np.stack(crops)[:, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
        logits, colours, plate = self._session.run(None, {"crops": blob})
        chances = np.exp(log_softmax(colours)).mean(axis=0)
        return Answers(log_softmax(logits), chances, float(plate.mean()))

    def decide(self, answers: Answers) -> tuple[Rows, tuple[float, ...]]:
        """The most probable rows of symbols over all views, and the features for the calibration."""
        said: list[Rows] = [
            (tuple(s for s, _, _ in best_path(view[0])), tuple(s for s, _, _ in best_path(view[1])))
            for view in answers.logs
        ]
        weighed = {rows: self._likelihood(answers, rows) for rows in dict.fromkeys(said)}
        rows = max(weighed, key=lambda option: float(weighed[option].mean()))
        agreement = said.count(rows) / len(said)
        return rows, Calibration.features(weighed[rows], agreement, answers.plate)

    def text(self, row: Sequence[int]) -> str:
        """Symbols of the network as characters."""
        return "".join(self._alphabet[symbol - 1] for symbol in row)

    @staticmethod
    def _likelihood(answers: Answers, rows: Rows) -> Logs:
        upper, lower = (log_likelihood(answers.logs[:, i], list(row)) for i, row in enumerate(rows))
        return np.asarray(upper + lower, np.float32)

    def _characters(self, answers: Answers, rows: Rows) -> tuple[Character, ...]:
        """Each character with its probability, from the first view whose best path says the chosen rows."""
        characters: list[Character] = []
        for number, row in enumerate(rows):
            paths = [best_path(view[number]) for view in answers.logs]
            index = next((i for i, path in enumerate(paths) if tuple(s for s, _, _ in path) == row), None)
            spans = paths[index] if index is not None else []
            for symbol, first, last in spans:
                characters.append(self._character(answers.logs[index, number, first : last + 1], symbol))
        return tuple(characters)

    def _character(self, logs: Logs, symbol: int) -> Character:
        """Probability at the surest column of the character's span, and the runners-up there."""
        column = np.exp(logs[int(logs[:, symbol].argmax())])
        column[0] = 0.0
        column /= column.sum()
        order = [int(s) for s in np.argsort(-column) if s not in (0, symbol) and column[s] >= WORTH_NAMING][
            :ALTERNATIVES
        ]
        others = tuple((self._alphabet[s - 1], round(float(column[s]), 4)) for s in order)
        return Character(self._alphabet[symbol - 1], round(float(column[symbol]), 4), others)


def character_height(quad: NDArray[np.float32], lines: int) -> float:
    """Height of the characters in pixels, by the measures of the sheets: 63 of 110 mm, or 55 of 140 a row."""
    down = float(np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2
    return down * (0.57 if lines == 1 else 0.39)
