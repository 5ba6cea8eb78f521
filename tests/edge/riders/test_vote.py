"""Votes over looks written down by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.riders.heads import SeenHead, state_of
from edge.riders.vote import Seen, vote
from edge.rules.inputs import Riders

UP = (0.0, -1.0)
RIGHT = (1.0, 0.0)


def head(x: float, y: float, *, bare: float = 0.02, score: float = 0.95, size: float = 20) -> SeenHead:
    return SeenHead((x - size / 2, y - size / 2, x + size / 2, y + size / 2), score, bare)


def look(t: float, *heads: SeenHead, height: float = 150, scale: tuple[float, float] = (1.0, 1.0)) -> Seen:
    return Seen(t, round(t * 10), (100, 100, 180, 100 + height), heads, scale)


def voted(*looks: Seen, heading: tuple[float, float] = UP) -> Riders:
    return vote(looks, [heading] * len(looks))


def test_a_passenger_hidden_in_some_looks_is_counted() -> None:
    both = (head(140, 100), head(150, 115))
    assert voted(look(0, *both), look(1, *both), look(2, both[0])).people == 2


def test_a_rucksack_taken_for_a_head_once_is_not_a_person() -> None:
    assert (
        voted(
            look(0, head(140, 100), head(140, 130)), look(1, head(140, 100)), look(2, head(141, 100))
        ).people
        == 1
    )


def test_doubtful_candidates_leave_the_count_open() -> None:
    riders = voted(*[look(t, head(140, 100), head(150, 115, score=0.4)) for t in range(3)])
    assert riders.people == 1
    assert riders.people_probability == pytest.approx(0.95 * 0.6)
    assert (
        voted(*[look(t, head(140, 100, score=0.6), head(150, 115, score=0.4)) for t in range(3)]).people
        is None
    )


@pytest.mark.parametrize(
    ("heading", "first"), [(UP, 0.9), ((0.0, 1.0), 0.1), (RIGHT, 0.1), ((-1.0, 0.0), 0.9)]
)
def test_the_foremost_head_comes_first(heading: tuple[float, float], first: float) -> None:
    front_when_up = head(130, 100, bare=0.9)
    riders = voted(look(0, front_when_up, head(160, 110, bare=0.1)), heading=heading)
    assert riders.heads[0].bare == pytest.approx(first)


def test_boxes_come_in_pixels_of_the_detect_stream_and_small_heads_stay_unsure() -> None:
    large = look(0, head(140, 100, bare=0.99, size=20), scale=(2.0, 2.0))
    (told,) = voted(large).heads
    assert told.box == (65, 45, 75, 55)
    assert told.state == "bare"
    assert voted(look(0, head(140, 100, bare=0.99, size=12))).heads[0].state == "unsure"


def test_one_sure_look_does_not_outweigh_the_others() -> None:
    looks = [look(t, head(140, 100, bare=0.3)) for t in range(4)]
    assert voted(*looks, look(5, head(140, 100, bare=1.0))).heads[0].bare < 0.6


def test_nobody_seen_is_nobody_counted() -> None:
    riders = voted(look(0), look(1))
    assert (riders.people, riders.heads) == (None, ())


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(1, 60))
def test_the_vote_lies_among_the_looks(bares: list[float], size: float) -> None:
    riders = voted(*[look(t, head(140, 100, bare=bare, size=size)) for t, bare in enumerate(bares)])
    (told,) = riders.heads
    assert min(max(min(bares), 0.02), 0.98) - 1e-6 <= told.bare <= max(min(max(bares), 0.98), 0.02) + 1e-6
    assert told.state == state_of(told.bare, size)
    assert 0 <= riders.people_probability <= 1
