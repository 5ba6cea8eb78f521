"""Number plates by the measures of QCVN 08:2024/BCA: layout in millimetres, drawn with Pillow as textures."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFilter, ImageFont

Format = Literal["long", "short", "motorbike"]
Colour = Literal["white", "yellow", "blue"]

SIZES_MM: dict[Format, tuple[float, float]] = {
    "long": (520.0, 110.0),
    "short": (330.0, 165.0),
    "motorbike": (190.0, 140.0),
}
GLYPH_MM: dict[Format, tuple[float, float]] = {"long": (38.0, 63.0), "short": (38.0, 63.0), "motorbike": (24.0, 54.0)}
"""Width and height of a character's ink."""
PITCHES_MM: dict[Format, tuple[float, ...]] = {"long": (48.0,), "short": (48.0, 48.0), "motorbike": (28.0, 32.0)}
ROW_TOPS_MM: dict[Format, tuple[float, ...]] = {"long": (23.0,), "short": (12.0, 90.0), "motorbike": (9.0, 74.0)}
DASH_MM: dict[Format, tuple[float, float]] = {"long": (18.0, 9.5), "short": (18.0, 9.5), "motorbike": (12.0, 8.0)}
DOT_MM: dict[Format, float] = {"long": 9.5, "short": 9.5, "motorbike": 7.5}
MARK_GAP_MM = 8.0
"""Free space on either side of a dash or dot."""
INKS: dict[Colour, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    "white": ((236, 236, 232), (16, 16, 18)),
    "yellow": ((240, 190, 28), (16, 16, 18)),
    "blue": ((24, 62, 150), (240, 240, 240)),
}
FONT = "DejaVuSans-Bold.ttf"


@dataclass(frozen=True)
class Mark:
    """One character, dash or dot; the box [x, y, width, height] of its ink in millimetres from the top left."""

    text: str
    box: tuple[float, float, float, float]


def rows_of(text: str, plate_format: Format) -> tuple[str, ...]:
    """Printed rows: `98A-123.45` on a long plate, `98A` / `123.45` on a short one, `98-AA` / `123.45` on a motorbike.

    Motorbike plates are written `98-AA 123.45`. Raises ValueError for a text that does not fit the format.
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
            marks.append(Mark(character, (x - pitch + width + MARK_GAP_MM * 0.75, y, dot, dot)))
            x += dot + MARK_GAP_MM * 1.5 - (pitch - width)
        else:
            marks.append(Mark(character, (x, top, width, height)))
            x += pitch
    shift = (SIZES_MM[plate_format][0] - (x - pitch + width)) / 2
    return [Mark(m.text, (m.box[0] + shift, *m.box[1:])) for m in marks]


def draw(text: str, plate_format: Format, colour: Colour, px_per_mm: float = 4.0) -> Image.Image:
    """The plate as a picture: background, rim, embossed-looking glyphs stretched to their exact ink boxes."""
    ground, ink = INKS[colour]
    width, height = (round(side * px_per_mm) for side in SIZES_MM[plate_format])
    picture = Image.new("RGB", (width, height), ground)
    pen = ImageDraw.Draw(picture)
    rim = round(3.0 * px_per_mm)
    pen.rounded_rectangle(
        (rim // 2, rim // 2, width - rim // 2, height - rim // 2), radius=rim * 3, outline=ink, width=rim // 2
    )
    for mark in layout(text, plate_format):
        x, y, w, h = (value * px_per_mm for value in mark.box)
        if mark.text == "-":
            pen.rectangle((x, y, x + w, y + h), fill=ink)
        elif mark.text == ".":
            pen.ellipse((x, y, x + w, y + h), fill=ink)
        else:
            mask = _glyph(mark.text, round(w), round(h))
            picture.paste(ink, (round(x), round(y)), mask)
    return picture.filter(ImageFilter.GaussianBlur(px_per_mm * 0.2))


def write(text: str, plate_format: Format, colour: Colour, file: Path) -> Path:
    """Draw a plate into a PNG file."""
    draw(text, plate_format, colour).save(file)
    return file


@cache
def _glyph(character: str, width: int, height: int) -> Image.Image:
    """Ink mask of a character, cut to its ink and stretched to the box ("1" and "I" keep their slimness)."""
    font = ImageFont.truetype(FONT, height * 2)
    left, top, right, bottom = font.getbbox(character)
    ink = Image.new("L", (round(right - left), round(bottom - top)), 0)
    ImageDraw.Draw(ink).text((-left, -top), character, font=font, fill=255)
    narrow = character == "1"
    fitted = ink.resize((round(width * (0.62 if narrow else 1.0)), height), Image.Resampling.LANCZOS)
    mask = Image.new("L", (width, height), 0)
    mask.paste(fitted, ((width - fitted.width) // 2, 0))
    return mask
