"""Words on a picture: inside it, and small ones never over others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.evidence.lettering import Lettering

RED, PALE = (50, 50, 235), (215, 190, 90)


def blank() -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    return np.full((240, 320, 3), 90, np.uint8)


@pytest.mark.parametrize("baseline", [(10, 100), (-50, -50), (1000, 1000), (319, 0)])
@pytest.mark.parametrize("unit", [0.6, 1.0, 3.0])
def test_a_tab_is_always_there(baseline: tuple[float, float], unit: float) -> None:
    picture = blank()
    Lettering(picture, unit).tab("red", baseline, RED)
    assert (picture == RED).all(axis=2).sum() > 50


def test_small_words_cover_nothing_that_is_written() -> None:
    picture = blank()
    words = Lettering(picture, 1.0)
    words.tab("violation", (40, 100), RED)
    before = picture.copy()
    words.small("7 car", (60, 103), PALE)
    assert (picture == before).all()
    words.small("7 car", (60, 150), PALE)
    assert (picture != before).any()


@given(st.lists(st.tuples(st.floats(-50, 400), st.floats(-50, 300)), max_size=20))
def test_a_crowd_of_small_words_never_overlaps(places: list[tuple[float, float]]) -> None:
    """Each one that was written still stands as if it were alone."""
    picture = blank()
    words = Lettering(picture, 1.0)
    written = []
    for place in places:
        before = picture.copy()
        words.small("123", place, PALE)
        changed = (picture != before).any(axis=2)
        assert not any((changed & other).any() for other in written)
        written.append(changed)
