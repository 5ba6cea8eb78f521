"""Phases from looks: debounce, bridging, order, faults, flashing."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.signal.timeline import SignalTimeline, TimelineSettings

FPS = 10.0
LETTERS = {
    "r": "red",
    "a": "amber",
    "g": "green",
    ".": "off",
    "?": "unknown",
    "!": "fault",
}


def watch(looks: str, fps: float = FPS, settings: TimelineSettings | None = None) -> SignalTimeline:
    """A timeline that saw one look per letter, `fps` a second."""
    timeline = SignalTimeline("h1", settings=settings)
    for i, letter in enumerate(looks):
        timeline.observe(i / fps, LETTERS[letter])
    return timeline


def colours(timeline: SignalTimeline) -> list[tuple[str, float]]:
    return [(phase.colour, round(phase.start, 3)) for phase in timeline.snapshot().phases]


@pytest.mark.parametrize(
    ("looks", "expected", "armed"),
    [
        # too few looks: nothing is known
        ("rr", [], False),
        ("rrr", [("red", 0.0)], True),
        # one cycle in order
        ("g" * 20 + "a" * 30 + "r" * 20, [("green", 0.0), ("amber", 2.0), ("red", 5.0)], True),
        ("r" * 20 + "g" * 10, [("red", 0.0), ("green", 2.0)], True),
        # one or two wrong looks are no phase
        ("r" * 10 + "gg" + "r" * 10, [("red", 0.0)], True),
        ("r" * 10 + "a" + "r" * 10 + "a" + "r" * 5, [("red", 0.0)], True),
        # a bus covers the head for less than a second, and for longer
        ("r" * 10 + "?" * 9 + "r" * 10, [("red", 0.0)], True),
        ("r" * 10 + "?" * 15 + "r" * 10, [("red", 0.0), ("unknown", 0.9), ("red", 2.5)], True),
        ("r" * 10 + "?" * 15, [("red", 0.0), ("unknown", 0.9)], False),
        # red straight from green: no working signal does that; the next right change ends the fault
        ("g" * 10 + "r" * 10, [("green", 0.0), ("fault", 1.0)], False),
        ("g" * 10 + "r" * 10 + "g" * 10, [("green", 0.0), ("fault", 1.0), ("green", 2.0)], True),
        # amber for half a second: misread
        ("g" * 10 + "a" * 5 + "r" * 10, [("green", 0.0), ("amber", 1.0), ("fault", 1.5)], False),
        # amber that was on from the first look may have been long
        ("a" * 5 + "r" * 10, [("amber", 0.0), ("red", 0.5)], True),
        # back from red to amber
        ("r" * 10 + "a" * 10, [("red", 0.0), ("fault", 1.0)], False),
        # dark: first off, after three seconds out of order
        ("r" * 10 + "." * 20, [("red", 0.0), ("off", 0.9)], False),
        ("r" * 10 + "." * 45, [("red", 0.0), ("off", 0.9), ("fault", 4.0)], False),
        # the green that blinks before amber stays one green
        ("g" * 10 + ("." * 5 + "g" * 5) * 3 + "a" * 30, [("green", 0.0), ("amber", 4.0)], True),
        # two lamps at once: for a look or two no phase, for longer a fault; red after it has no known onset
        ("r" * 10 + "!!" + "r" * 10, [("red", 0.0)], True),
        ("r" * 10 + "!" * 5, [("red", 0.0), ("fault", 0.9)], False),
        ("r" * 10 + "!" * 5 + "r" * 5, [("red", 0.0), ("fault", 0.9), ("red", 1.5)], True),
        # never readable
        ("?" * 30, [("unknown", 0.0)], False),
    ],
)
def test_phases(looks: str, expected: list[tuple[str, float]], armed: bool) -> None:
    timeline = watch(looks)
    assert colours(timeline) == expected
    assert timeline.snapshot().armed is armed


@pytest.mark.parametrize("fps", [5.0, 6.0172, 12.0, 25.0, 60.0])
def test_onset_is_the_first_look_at_the_new_colour(fps: float) -> None:
    amber_from, red_from = round(3 * fps), round(7 * fps)
    looks = "g" * amber_from + "a" * (red_from - amber_from) + "r" * round(2 * fps)
    red = watch(looks, fps).snapshot().phases[-1]
    assert (red.colour, red.start, red.onset_observed) == ("red", red_from / fps, True)
    assert red.uncertainty == pytest.approx(1 / fps)


def test_colour_that_was_on_at_the_start_is_a_lower_bound() -> None:
    red = watch("r" * 10).snapshot().phases[0]
    assert not red.onset_observed


def test_red_that_appears_from_behind_a_bus_is_a_lower_bound() -> None:
    red = watch("a" * 20 + "?" * 15 + "r" * 10).snapshot().phases[-1]
    assert (red.colour, red.onset_observed) == ("red", False)


def test_gap_before_an_onset_widens_its_uncertainty() -> None:
    red = watch("a" * 20 + "?" * 5 + "r" * 10).snapshot().phases[-1]
    assert red.onset_observed
    assert red.uncertainty == pytest.approx(0.6)


def test_no_looks_for_long_is_unknown_in_between() -> None:
    timeline = watch("r" * 10)
    for i in range(5):
        timeline.observe(6.0 + i / FPS, "red")
    assert colours(timeline) == [("red", 0.0), ("unknown", 0.9), ("red", 6.0)]


def test_led_that_flickers_at_sixty_frames_is_steady() -> None:
    timeline = watch("r." * 120, fps=60)
    assert colours(timeline) == [("red", 0.0)]


@pytest.mark.parametrize("fps", [6.0172, 10.0, 25.0])
def test_flashing_amber(fps: float) -> None:
    half = round(0.5 * fps)
    timeline = watch(("a" * half + "." * half) * 6, fps)
    assert colours(timeline)[-1][0] == "flashing"
    assert not timeline.snapshot().armed


def test_signal_comes_back_from_flashing() -> None:
    timeline = watch(("a" * 5 + "." * 5) * 6 + "r" * 30)
    red = timeline.snapshot().phases[-1]
    assert (red.colour, red.onset_observed) == ("red", False)
    assert timeline.snapshot().armed


def test_old_phases_are_forgotten() -> None:
    cycle = "g" * 20 + "a" * 20 + "r" * 20
    timeline = watch(cycle * 20, settings=TimelineSettings(keep=10.0))
    assert len(timeline.snapshot().phases) <= 8


@pytest.mark.parametrize("t", [1.0, 0.5])
def test_time_must_grow(t: float) -> None:
    timeline = SignalTimeline("h1")
    timeline.observe(1.0, "red")
    with pytest.raises(ValueError, match="must grow"):
        timeline.observe(t, "red")


def test_snapshot_stays_as_it_was() -> None:
    timeline = watch("r" * 10)
    before = timeline.snapshot()
    timeline.observe(5.0, "green")
    assert before.phases[-1].end == 0.9


runs = st.lists(st.tuples(st.sampled_from("rag.?!"), st.integers(1, 40)), min_size=1, max_size=20)


@given(runs=runs, fps=st.sampled_from([5.0, 12.5, 30.0]))
@settings(max_examples=150, deadline=None)
def test_phases_always_join_and_end_at_the_newest_look(runs: list[tuple[str, int]], fps: float) -> None:
    looks = "".join(letter * count for letter, count in runs)
    phases = watch(looks, fps).snapshot().phases
    assert all(a.end == b.start for a, b in itertools.pairwise(phases))
    assert all(p.start <= p.end and p.uncertainty >= 0 for p in phases)
    assert [p.end for p in phases[-1:]] in ([], [(len(looks) - 1) / fps])


@given(runs=runs)
@settings(max_examples=150, deadline=None)
def test_red_with_a_seen_onset_always_follows_amber(runs: list[tuple[str, int]]) -> None:
    phases = watch("".join(letter * count for letter, count in runs)).snapshot().phases
    proven = [(a, b) for a, b in itertools.pairwise(phases) if b.colour == "red" and b.onset_observed]
    assert all(a.colour in ("amber", "fault") for a, _ in proven)


@given(runs=runs)
@settings(max_examples=100, deadline=None)
def test_armed_only_while_a_lit_colour_is_shown(runs: list[tuple[str, int]]) -> None:
    history = watch("".join(letter * count for letter, count in runs)).snapshot()
    newest = [p.colour for p in history.phases[-1:]]
    assert history.armed == bool(set(newest) & {"red", "amber", "green"})


def test_after_an_interruption_red_is_only_known_from_its_next_look() -> None:
    timeline = SignalTimeline("main")
    for number in range(20):
        timeline.observe(number / FPS, "red")
    timeline.interrupt()
    for number in range(20, 40):
        timeline.observe(number / FPS, "red")
    before, between, after = timeline.snapshot().phases
    assert (before.colour, between.colour, after.colour) == ("red", "unknown", "red")
    assert (between.start, between.end) == (19 / FPS, 20 / FPS)
    assert not after.onset_observed
