"""Random number plates as defined by law, for the synthetic renderer.

Series, provinces and layouts follow TT 79/2024/TT-BCA (civil), TT 169/2021/TT-BQP (military) and the older
formats that stay valid. A share of strings is random so that the reader learns glyphs, not a language.
"""

from dataclasses import dataclass

import numpy as np

ALPHABET = "0123456789ABCDEFGHKLMNPQRSTUVXYZ"
"""Characters of plates; Q on military plates only, Đ counts as D."""
SERIES = "ABCDEFGHKLMNPSTUVXYZ"
SECOND = SERIES + "R"
ALIKE = "MMNNN"
"""Drawn more often: when blurred, an N is easily taken for an M."""
STATE = "ABCDEFGHKLM"
PROVINCES = [
    code
    for code in range(11, 100)
    if code not in (13, 42, 44, 45, 46, 87, 91, 96) and (code > 14 or code in (11, 12, 14))
]
COLOURS = ("white", "yellow", "blue", "red")


@dataclass(frozen=True)
class Specimen:
    """A plate to draw. ``rows`` have separators as printed; ``sheet`` is long, short or moto."""

    rows: tuple[str, ...]
    colour: str
    sheet: str
    red_letters: bool = False

    @property
    def lines(self) -> tuple[str, ...]:
        """The rows without separators, Đ as D: the expected reading."""
        return tuple("".join(c for c in row.replace("Đ", "D") if c in ALPHABET) for row in self.rows)


def _pick(rng: np.random.Generator, letters: str) -> str:
    return letters[rng.integers(len(letters))]


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(str(d) for d in rng.integers(0, 10, count))


def _dotted(rng: np.random.Generator, digits: str) -> str:
    return f"{digits[:3]}.{digits[3:]}" if len(digits) == 5 and rng.random() < 0.93 else digits


def _province(rng: np.random.Generator) -> str:
    return str(PROVINCES[rng.integers(len(PROVINCES))])


def _car(rng: np.random.Generator) -> Specimen:
    chance = rng.random()
    colour = str(rng.choice(COLOURS[:3], p=(0.5, 0.32, 0.18)))
    special = ("LD", "LD", "LD", "DA", "R", "RM", "MK", "HC", "KT", "CT", "LB", "CD", "TĐ")
    series = _pick(rng, STATE if colour == "blue" else SERIES + ALIKE)
    if chance < 0.13:
        series = str(rng.choice(special))
    digits = _digits(rng, 5 if rng.random() < 0.78 else 4)
    head = f"{_province(rng)}{series}"
    if rng.random() < 0.64:
        return Specimen(
            (f"{head}{rng.choice(('-', '-', '-', '.', ' '))}{_dotted(rng, digits)}",), colour, "long"
        )
    return Specimen(
        (head if rng.random() < 0.8 else f"{head[:2]}-{head[2:]}", _dotted(rng, digits)), colour, "short"
    )


def _moto(rng: np.random.Generator) -> Specimen:
    chance = rng.random()
    colour = "blue" if chance > 0.95 else "yellow" if chance > 0.92 else "white"
    first = _pick(rng, STATE if colour == "blue" else SERIES + ALIKE)
    if rng.random() < 0.62:
        series = first + str(rng.integers(1, 10))
    elif rng.random() < 0.25:
        series = f"M{rng.choice(('Đ', 'D'), p=(0.7, 0.3))}" + (
            str(rng.integers(1, 10)) if rng.random() < 0.8 else ""
        )
    elif rng.random() < 0.08:
        series = "LD"
    else:
        series = first + _pick(rng, SECOND)
    digits = _digits(rng, 5 if len(series) > 2 or rng.random() < 0.72 else 4)
    dash = "-" if rng.random() < 0.94 else " "
    return Specimen((f"{_province(rng)}{dash}{series}", _dotted(rng, digits)), colour, "moto")


def _military(rng: np.random.Generator) -> Specimen:
    letters = _pick(rng, "ABCHKPTVQQQQQ") + _pick(rng, SERIES + "HMABKT")
    digits = _digits(rng, 4)
    number = f"{digits[:2]}-{digits[2:]}"
    if rng.random() < 0.6:
        return Specimen((f"{letters}-{number}",), "red", "long")
    if rng.random() < 0.3:
        return Specimen((letters, number if rng.random() < 0.7 else digits[:3]), "red", "moto")
    return Specimen((letters, number), "red", "short")


def _diplomatic(rng: np.random.Generator) -> Specimen:
    kind = str(rng.choice(("NG", "QT", "CV", "NN")))
    place, mission, number = _province(rng) if rng.random() < 0.4 else "80", _digits(rng, 3), _digits(rng, 2)
    red = kind in ("NG", "QT")
    if rng.random() < 0.5:
        return Specimen((f"{place}-{mission}-{kind}-{number}",), "white", "long", red)
    if rng.random() < 0.5:
        return Specimen(
            (f"{place}-{mission}", f"{kind}-{number}"),
            "white",
            "short" if rng.random() < 0.6 else "moto",
            red,
        )
    return Specimen(
        (f"{place}-{kind}", f"{mission}-{number}"), "white", "short" if rng.random() < 0.5 else "moto", red
    )


def _temporary(rng: np.random.Generator) -> Specimen:
    digits = _dotted(rng, _digits(rng, 5))
    head = f"T{_province(rng)}"
    if rng.random() < 0.5:
        return Specimen((f"{head}-{digits}",), "white", "long")
    return Specimen((head, digits), "white", "short")


def _chance(rng: np.random.Generator) -> Specimen:
    colour = str(rng.choice(COLOURS, p=(0.5, 0.25, 0.2, 0.05)))  # red plates keep their form: QH, not 0H
    letters = ALPHABET if colour == "red" else ALPHABET.replace("Q", "")

    def word(count: int) -> str:
        return "".join(_pick(rng, letters) for _ in range(count))

    if rng.random() < 0.45:
        return Specimen((word(int(rng.integers(6, 10))),), colour, "long")
    rows = (word(int(rng.integers(2, 6))), word(int(rng.integers(3, 6))))
    return Specimen(rows, colour, "moto" if rng.random() < 0.6 else "short")


def draw(rng: np.random.Generator) -> Specimen:
    """One random plate; types that are rare on the road are over-represented, so that they are learnt."""
    makers = (_car, _moto, _military, _diplomatic, _temporary, _chance)
    return makers[int(rng.choice(len(makers), p=(0.34, 0.28, 0.18, 0.04, 0.02, 0.14)))](rng)
