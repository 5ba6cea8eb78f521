"""Layout of number plates in millimetres, by the measures of QCVN 08:2024/BCA (TT 81/2024/TT-BCA)."""

from dataclasses import dataclass
from typing import Literal

Format = Literal["long", "short", "motorbike"]
Colour = Literal["white", "yellow", "blue", "red"]

SIZES_MM: dict[Format, tuple[float, float]] = {
    "long": (520.0, 110.0),
    "short": (330.0, 165.0),
    "motorbike": (190.0, 140.0),
}
GLYPH_MM: dict[Format, tuple[float, float]] = {
    "long": (38.0, 63.0),
    "short": (38.0, 63.0),
    "motorbike": (24.0, 54.0),
}
"""Width and height of a character's ink."""
PITCHES_MM: dict[Format, tuple[float, ...]] = {
    "long": (48.0,),
    "short": (48.0, 48.0),
    "motorbike": (28.0, 32.0),
}
ROW_TOPS_MM: dict[Format, tuple[float, ...]] = {
    "long": (23.0,),
    "short": (12.0, 90.0),
    "motorbike": (9.0, 74.0),
}
DASH_MM: dict[Format, tuple[float, float]] = {
    "long": (18.0, 9.5),
    "short": (18.0, 9.5),
    "motorbike": (12.0, 8.0),
}
DOT_MM: dict[Format, float] = {"long": 9.5, "short": 9.5, "motorbike": 7.5}
MARK_GAP_MM = 10.0
"""Free space on either side of a dash or dot."""


@dataclass(frozen=True)
class Mark:
    """A character, dash or dot; the box [x, y, width, height] of its ink in mm from the top left corner."""

    text: str
    box: tuple[float, float, float, float]


def rows_of(text: str, plate_format: Format) -> tuple[str, ...]:
    """Printed rows: `98A-123.45` is one on a long plate, two on a short one; `98-AA 123.45` is two.

    Raises ValueError for a text that does not fit the format.
    """
    if plate_format == "motorbike":
        rows = tuple(text.split(" "))
    elif plate_format == "short":
        rows = tuple(text.split("-"))
    else:
        rows = (text,)
    if len(rows) != len(ROW_TOPS_MM[plate_format]):
        raise ValueError(f"plate {text!r} does not have the rows of a {plate_format} plate")
    return rows


def layout(text: str, plate_format: Format) -> list[Mark]:
    """Every mark of a plate with the place of its ink in millimetres, rows centred."""
    marks: list[Mark] = []
    for row, top, pitch in zip(
        rows_of(text, plate_format), ROW_TOPS_MM[plate_format], PITCHES_MM[plate_format], strict=True
    ):
        marks += _row(row, top, pitch, plate_format)
    return marks


def _row(row: str, top: float, pitch: float, plate_format: Format) -> list[Mark]:
    width, height = GLYPH_MM[plate_format]
    x, marks = 0.0, list[Mark]()
    for character in row:
        if character == "-":
            w, h = DASH_MM[plate_format]
            marks.append(Mark(character, (x - pitch + width + MARK_GAP_MM, top + (height - h) / 2, w, h)))
            x += w + MARK_GAP_MM * 2 - (pitch - width)
        elif character == ".":
            dot = DOT_MM[plate_format]
            y = top + height - dot - 4.0
            marks.append(Mark(character, (x - pitch + width + MARK_GAP_MM, y, dot, dot)))
            x += dot + MARK_GAP_MM * 2 - (pitch - width)
        else:
            marks.append(Mark(character, (x, top, width, height)))
            x += pitch
    shift = (SIZES_MM[plate_format][0] - (x - pitch + width)) / 2
    return [Mark(m.text, (m.box[0] + shift, *m.box[1:])) for m in marks]
