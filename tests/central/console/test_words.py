"""Words and numbers for people, in both languages."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from central.cases.lifecycle import Action, State
from central.console import i18n
from central.console.i18n import dictionary, local_time, number, signed_seconds
from central.review.decisions import SKIP_REASONS
from contract.vehicles import VehicleKind

TEMPLATES = Path(i18n.__file__).parent / "templates"
USED = re.compile(r'\bt\("([a-z_.]+)"[,)]')
PLACES = re.compile(r"\{\w+\}")


def test_both_languages_have_the_same_words() -> None:
    assert dictionary("vi").keys() == dictionary("en").keys()


def test_both_languages_fill_the_same_places() -> None:
    english = dictionary("en")
    places = {key: sorted(PLACES.findall(words)) for key, words in dictionary("vi").items()}
    assert places == {key: sorted(PLACES.findall(words)) for key, words in english.items()}


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_every_word_a_template_asks_for_exists(template: Path) -> None:
    assert set(USED.findall(template.read_text())) <= dictionary("vi").keys()


@pytest.mark.parametrize(
    ("prefix", "codes"),
    [("state", State), ("action", Action), ("vehicle", VehicleKind), ("skip", SKIP_REASONS)],
)
def test_every_code_has_a_word(prefix: str, codes: tuple[str, ...]) -> None:
    assert {f"{prefix}.{code}" for code in codes} <= dictionary("vi").keys()


@pytest.mark.parametrize(
    ("language", "expected"),
    [("vi", ("19.000.000", "1,64", "−0,75 s")), ("en", ("19,000,000", "1.64", "−0.75 s"))],
)
def test_numbers(language: str, expected: tuple[str, str, str]) -> None:
    found = (number(19_000_000, language), number(1.64, language, 2), signed_seconds(-0.75, language))
    assert found == expected


def test_times_are_vietnamese() -> None:
    moment = datetime(2026, 11, 24, 17, 30, 5, tzinfo=UTC)
    assert local_time(moment, "vi", seconds=True) == "25/11/2026 00:30:05"
    assert local_time(moment, "en") == "25 Nov 2026 00:30"
