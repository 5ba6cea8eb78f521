"""Plate layout by the measures of QCVN 08:2024/BCA."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_videos.scene.plates import GLYPH_MM, SIZES_MM, Format, Mark, layout, rows_of

DIGITS = st.text("0123456789", min_size=5, max_size=5)


@pytest.mark.parametrize(
    ("text", "plate_format", "rows"),
    [
        ("98A-123.45", "long", ("98A-123.45",)),
        ("98A-123.45", "short", ("98A", "123.45")),
        ("98-AA 123.45", "motorbike", ("98-AA", "123.45")),
    ],
)
def test_rows(text: str, plate_format: Format, rows: tuple[str, ...]) -> None:
    assert rows_of(text, plate_format) == rows


@pytest.mark.parametrize(("text", "plate_format"), [("98A 123.45", "short"), ("98-AA123.45", "motorbike")])
def test_a_text_of_another_format_is_an_error(text: str, plate_format: Format) -> None:
    with pytest.raises(ValueError, match="does not have the rows"):
        rows_of(text, plate_format)


def _inside(mark: Mark, size: tuple[float, float]) -> bool:
    x, y, width, height = mark.box
    return x > 4 and y > 4 and x + width < size[0] - 4 and y + height < size[1] - 4


@given(DIGITS, st.sampled_from([("long", "98A-{}.{}"), ("short", "98A-{}.{}"), ("motorbike", "98-AA {}.{}")]))
def test_marks_keep_clear_of_the_rim_and_of_each_other(digits: str, form: tuple[Format, str]) -> None:
    plate_format, pattern = form
    marks = layout(pattern.format(digits[:3], digits[3:]), plate_format)
    assert all(_inside(mark, SIZES_MM[plate_format]) for mark in marks)
    rows = [
        [m for m in marks if (m.box[1] > SIZES_MM[plate_format][1] / 2) is lower] for lower in (False, True)
    ]
    gaps = [b.box[0] - a.box[0] - a.box[2] for row in rows for a, b in pairwise(row)]
    assert min(gaps) > 2.0


@given(DIGITS)
def test_rows_are_centred(digits: str) -> None:
    marks = layout(f"98A-{digits[:3]}.{digits[3:]}", "long")
    left, right = marks[0].box[0], 520.0 - marks[-1].box[0] - GLYPH_MM["long"][0]
    assert left == pytest.approx(right)


def test_positions_are_those_of_the_regulation_within_its_drawing() -> None:
    """The long plate's ink positions as published for 30F-256.58, to 4 mm."""
    starts = [mark.box[0] for mark in layout("30F-256.58", "long")]
    assert starts == pytest.approx([49, 97, 145, 193, 221, 269, 317, 365, 385, 433], abs=4.0)
