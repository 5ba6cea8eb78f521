"""The compared plate readers: ours, and installable ones (extra ``evaluation``).

Each engine takes a whole picture and reports the plates in it, the way its users would run it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.plates import interpretations, normalise
from edge.plate.easyocr_backend import EasyOcrPlateReader, join_rows
from edge.plate.find import PlateFinder
from edge.plate.read import OnnxPlateReader
from edge.plate.stills import read_picture
from models import load_path

Image = NDArray[np.uint8]
LONGEST, SHORTEST = 9, 6


@dataclass(frozen=True)
class Said:
    """One plate reported by an engine, with its upright box if it gives one."""

    text: str
    confidence: float
    box: tuple[float, float, float, float] | None = None


Engine = Callable[[Image], list[Said]]


def _finder() -> PlateFinder:
    return PlateFinder(load_path("plate_finder"), load_path("plate_corners"))


def ours() -> Engine:
    """Finder and reader of this project."""
    finder, reader = _finder(), OnnxPlateReader(load_path("plate_reader"))

    def read(image: Image) -> list[Said]:
        plates = read_picture(image, finder, reader)
        return [Said(p.reading.text, p.reading.confidence, p.box.bounds) for p in plates if p.reading]

    return read


def easyocr_on_our_boxes() -> Engine:
    """EasyOCR as the second reader behind our finder: measures the reader alone."""
    finder, reader = _finder(), EasyOcrPlateReader()

    def read(image: Image) -> list[Said]:
        plates = read_picture(image, finder, reader)
        return [Said(p.reading.text, p.reading.confidence, p.box.bounds) for p in plates if p.reading]

    return read


def rapidocr() -> Engine:
    """RapidOCR (PP-OCR on onnxruntime) on the whole picture; adjacent lines make a plate."""
    from rapidocr import RapidOCR

    engine: Any = RapidOCR()

    def read(image: Image) -> list[Said]:
        result = engine(image)
        if result.boxes is None:
            return []
        lines = [
            (np.asarray(box, np.float32), normalise(text), float(score))
            for box, text, score in zip(result.boxes, result.txts, result.scores, strict=True)
        ]
        return plates_of_lines([line for line in lines if line[1]])

    return read


def simplelpr() -> Engine:
    """SimpleLPR in evaluation mode, country Viet Nam; its text of two lines is one string."""
    import simplelpr as library

    setup = library.EngineSetupParms()
    engine = library.SimpleLPR(setup)
    for number in range(engine.numSupportedCountries):
        engine.set_countryWeight(engine.get_countryCode(number), 0.0)
    engine.set_countryWeight("Vietnam", 1.0)
    engine.realizeCountryWeights()
    processor = engine.createProcessor()
    processor.plateRegionDetectionEnabled = True
    processor.cropToPlateRegionEnabled = True

    def read(image: Image) -> list[Said]:
        file = Path("/dev/shm/ngatu_evaluation.png")
        cv2.imwrite(str(file), image)
        said = []
        for candidate in processor.analyze(str(file)):
            for match in candidate.matches[:1]:
                box = candidate.boundingBox
                corners = (box.left, box.top, box.left + box.width, box.top + box.height)
                said.append(Said(normalise(match.text), float(match.confidence), corners))
        return said

    return read


def plates_of_lines(lines: list[tuple[NDArray[np.float32], str, float]]) -> list[Said]:
    """Lines of text that form a plate alone or with the line directly below them."""
    said = []
    for box, text, score in lines:
        if SHORTEST <= len(text) <= LONGEST and interpretations(text, lines=1):
            said.append(_said([(box, text, score)]))
        for other in lines:
            below = other[0].mean(axis=0) - box.mean(axis=0)
            size = np.ptp(box, axis=0)
            under = 0.5 * size[1] < below[1] < 2.2 * size[1] and abs(below[0]) < 0.6 * size[0]
            if under and interpretations(text + other[1], lines=2):
                said.append(_said([(box, text, score), other]))
    return said


def _said(parts: list[tuple[NDArray[np.float32], str, float]]) -> Said:
    corners = np.concatenate([box for box, _, _ in parts])
    (x1, y1), (x2, y2) = corners.min(axis=0), corners.max(axis=0)
    rows, chance = join_rows([(box.mean(axis=0), text, score) for box, text, score in parts], int(y2 - y1))
    return Said("".join(rows), chance, (float(x1), float(y1), float(x2), float(y2)))


ENGINES: dict[str, Callable[[], Engine]] = {
    "ngatu": ours,
    "ngatu finder + EasyOCR": easyocr_on_our_boxes,
    "RapidOCR": rapidocr,
    "SimpleLPR": simplelpr,
}
