"""The lamp's timeline: bands cut to the window, ticks in their place."""

from datetime import UTC, datetime, timedelta

import pytest

from central.console.timeline import WIDTH, lamp_timeline
from contract.manifest import LampPhase, SignalEvidence

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def phase(colour: str, start: float, end: float, seen: bool = True) -> LampPhase:
    """A stretch of one colour, in seconds from the violation."""
    times = {"start": AT + timedelta(seconds=start), "end": AT + timedelta(seconds=end)}
    return LampPhase(colour=colour, onset_observed=seen, uncertainty_ms=40, **times)  # type: ignore[arg-type]


SIGNAL = SignalEvidence(
    head="d1",
    source="vision",
    phases=(phase("green", -30, -4.6, seen=False), phase("amber", -4.6, -1.6), phase("red", -1.6, 60)),
)


def test_bands_fill_the_window_without_gaps() -> None:
    line = lamp_timeline(SIGNAL, AT, [("before", AT - timedelta(seconds=1))])
    assert line is not None
    assert [band.colour for band in line.bands] == ["green", "amber", "red"]
    assert line.bands[0].x == 0
    assert sum(band.width for band in line.bands) == pytest.approx(WIDTH, abs=0.2)
    assert [band.open_start for band in line.bands] == [True, False, False]


def test_ticks_stand_where_their_moment_is() -> None:
    line = lamp_timeline(SIGNAL, AT, [("before", AT - timedelta(seconds=1)), ("over", AT)])
    assert line is not None
    places = {tick.kind: tick.x for tick in line.ticks}
    assert places["before"] == WIDTH * 0.5
    assert places["over"] == places["event"] == WIDTH * 0.6


@pytest.mark.parametrize("signal", [None, SIGNAL.model_copy(update={"phases": ()})])
def test_a_rule_without_a_lamp_has_no_timeline(signal: SignalEvidence | None) -> None:
    assert lamp_timeline(signal, AT, []) is None
