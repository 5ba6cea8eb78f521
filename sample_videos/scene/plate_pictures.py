"""Plates drawn with Pillow as textures."""

from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from .plates import SIZES_MM, Colour, Format, layout

INKS: dict[Colour, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    "white": ((236, 236, 232), (16, 16, 18)),
    "yellow": ((240, 190, 28), (16, 16, 18)),
    "blue": ((20, 60, 150), (236, 236, 232)),
    "red": ((170, 24, 30), (236, 236, 232)),
}
FONT = "DejaVuSans-Bold.ttf"
BOLD_MM = 0.75


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
            mask = _glyph(mark.text, round(w), round(h), round(BOLD_MM * px_per_mm))
            picture.paste(ink, (round(x), round(y)), mask)
    return picture.filter(ImageFilter.GaussianBlur(px_per_mm * 0.2))


def write(text: str, plate_format: Format, colour: Colour, file: Path) -> Path:
    """Draw a plate into a PNG file."""
    draw(text, plate_format, colour).save(file)
    return file


@cache
def _glyph(character: str, width: int, height: int, bold: int) -> Image.Image:
    """Ink mask of a character, cut to its ink, stretched to the box and thickened by `bold` px all round.

    The font's strokes are thinner than the regulation's; a "1" keeps its slimness.
    """
    font = ImageFont.truetype(FONT, height * 2)
    left, top, right, bottom = font.getbbox(character)
    ink = Image.new("L", (round(right - left), round(bottom - top)), 0)
    ImageDraw.Draw(ink).text((-left, -top), character, font=font, fill=255)
    ink_width = round(width * (0.62 if character == "1" else 1.0))
    fitted = ink.resize((ink_width - 2 * bold, height - 2 * bold), Image.Resampling.LANCZOS)
    mask = Image.new("L", (width, height), 0)
    mask.paste(fitted, ((width - fitted.width) // 2, bold))
    return mask.filter(ImageFilter.MaxFilter(2 * bold + 1))
