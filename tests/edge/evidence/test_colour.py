"""Body colour: named where it prevails, unknown where it doesn't or can't be seen."""

import numpy as np
import pytest

from edge.evidence.colour import body_colour

PAINTS = {
    "red": (30, 30, 200),
    "blue": (190, 70, 30),
    "green": (60, 150, 40),
    "yellow": (20, 200, 220),
    "white": (235, 235, 235),
    "grey": (130, 130, 130),
}


@pytest.mark.parametrize("name", PAINTS)
def test_a_painted_body_has_its_name(name: str) -> None:
    picture = np.full((120, 160, 3), PAINTS[name], np.uint8)
    picture[:40] = 40  # glass
    assert body_colour(picture) == name


@pytest.mark.parametrize(
    "picture",
    [
        np.full((120, 160, 3), 10, np.uint8),  # night
        np.full((10, 10, 3), 200, np.uint8),  # too small to tell
        np.stack([np.full((120, 40, 3), p, np.uint8) for p in list(PAINTS.values())[:4]], 1).reshape(
            120, -1, 3
        ),
    ],
    ids=["night", "tiny", "many colours"],
)
def test_what_cannot_be_told_is_unknown(picture: np.ndarray) -> None:
    assert body_colour(picture) is None
