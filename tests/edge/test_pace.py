"""Looks a second, and which rules rest."""

import pytest

from edge.pace import Pace

NAMES = ("solid_line", "red_light", "stop_line", "no_stopping")


def paced(rates: list[tuple[float, float]]) -> Pace:
    """A pace after so many seconds at each rate."""
    pace, t = Pace(NAMES), 0.0
    for seconds, rate in rates:
        for _ in range(round(seconds * rate)):
            pace.look(t)
            t += 1 / rate
    return pace


@pytest.mark.parametrize(
    ("rates", "resting"),
    [
        ([(20, 12.0)], set()),
        ([(20, 5.0)], set()),
        ([(20, 4.5)], {"solid_line"}),
        ([(20, 3.0)], {"solid_line", "red_light"}),
        ([(20, 1.0)], {"solid_line", "red_light", "stop_line"}),
        ([(60, 0.3)], set(NAMES)),
        ([(2, 1.0)], set()),
        ([(20, 4.5), (10, 5.2)], {"solid_line"}),
        ([(20, 4.5), (12, 5.6)], set()),
        ([(20, 12.0), (0.8, 1.0)], set()),
        ([(20, 12.0), (6, 1.0)], {"solid_line", "red_light", "stop_line"}),
    ],
)
def test_rules_rest_below_their_looks(rates: list[tuple[float, float]], resting: set[str]) -> None:
    assert paced(rates).resting == resting


def test_a_gap_says_nothing_of_the_pace() -> None:
    pace = paced([(20, 10.0)])
    pace.interrupt()
    pace.look(100.0)
    pace.look(100.1)
    assert (pace.rate, pace.trouble) == (None, None)
