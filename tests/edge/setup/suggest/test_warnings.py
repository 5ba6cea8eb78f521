"""Warnings: each measure that would disappoint is told, with its value, and a good camera hears nothing."""

from dataclasses import replace

import numpy as np
import pytest

from configs.wording import LANGUAGES
from configs.words import say
from contract.reasons import Reason
from contract.vehicles import VehicleKind
from edge.setup.suggest.model import (
    LampHead,
    LampPhase,
    Minute,
    PlatePixels,
    SeenPlate,
    StopLine,
    Suggestions,
)
from edge.setup.suggest.warnings import warnings
from tests.edge.setup.suggest.street import drive, minute, vehicle

PHASES = (LampPhase("red", 0, 30), LampPhase("green", 30, 60))
HEAD = LampHead((900, 100, 924, 160), "vertical", PHASES, None, None, 0.8)
LINE = StopLine(((300, 450), (800, 455)), (0, -1), 5, painted=True, confidence=0.9)
PLATES = PlatePixels(40, np.zeros((18, 32), np.float32), 20, 20, 300.0)
GOOD = Suggestions(heads=(HEAD,), stop_lines=(LINE,), plates=PLATES)


def _minute(width: float = 60) -> Minute:
    vehicles = [vehicle(drive(-4 + i * 0.5, 11, 50)) for i in range(20)]
    plates = [SeenPlate(1.0, (600, 500), width, width / 1.4, VehicleKind.MOTORBIKE)] * 20
    return minute(vehicles, plates)


def _codes(seen: Minute, found: Suggestions = GOOD) -> list[str]:
    return [warning.code for warning in warnings(seen, found)]


def test_a_good_camera_hears_nothing() -> None:
    assert _codes(_minute()) == []


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (replace(_minute(), fps=3.0), "suggest.rate_low"),
        (replace(_minute(), background=np.full((720, 1280, 3), 255, np.uint8)), "suggest.glare"),
        (replace(_minute(), background=np.full((720, 1280, 3), 10, np.uint8)), "suggest.dark"),
        (replace(_minute(), vehicles=_minute().vehicles[:3]), "suggest.few_vehicles"),
        (_minute(width=20), "suggest.plates_small"),
        (replace(_minute(), plates=()), "suggest.plates_not_seen"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_recording_lacks_is_told(seen: Minute, code: str) -> None:
    assert _codes(seen) == [code]


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (replace(GOOD, heads=()), "suggest.no_lamp"),
        (replace(GOOD, stop_lines=()), "suggest.no_stop_line"),
        (replace(GOOD, heads=(replace(HEAD, box=(900, 100, 907, 120)),)), "suggest.lamp_small"),
        (replace(GOOD, heads=(replace(HEAD, box=(900, 100, 903, 110)),)), "suggest.lamp_unreadable"),
        (replace(GOOD, heads=(replace(HEAD, box=(1250, 100, 1275, 160)),)), "suggest.lamp_at_edge"),
        (replace(GOOD, heads=(replace(HEAD, confidence=0.3),)), "suggest.lamp_doubtful"),
        (replace(GOOD, stop_lines=(replace(LINE, line=((300, 710), (800, 712))),)), "suggest.line_at_edge"),
        (replace(GOOD, stop_lines=(replace(LINE, line=((2, 450), (800, 455))),)), "suggest.line_cut"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_was_found_badly_is_told(found: Suggestions, code: str) -> None:
    assert _codes(_minute(), found) == [code]


def test_a_warning_has_words_with_its_values() -> None:
    (warning,) = warnings(_minute(width=20), GOOD)

    assert isinstance(warning, Reason)
    assert warning.values["pixels"] == 20
    for language in LANGUAGES:
        assert "20" in say(warning, language)
        assert "?" not in say(warning, language)
