"""Words and numbers for people, in both languages."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest
import yaml

import central.words
from central.accounts.permissions import Permission
from central.cases.lifecycle import Action, State
from central.console.pages import FOLDER
from central.proceedings.correcting import CORRECTABLE
from central.review.decisions import SKIP_REASONS
from central.words.dictionary import dictionary, translator
from central.words.forms import local_date, local_time, money, number, signed_seconds
from central.words.languages import LANGUAGES, Language, wanted_language
from contract.vehicles import VehicleKind

TEMPLATES = FOLDER / "templates"
USED = re.compile(r'\bt\("([a-z_.]+)"[,)]')
PLACES = re.compile(r"\{(\w+)")


def test_both_languages_have_the_same_words() -> None:
    assert dictionary("vi").keys() == dictionary("en").keys()


def keys_of(node: yaml.Node, prefix: str = "") -> Iterator[str]:
    """Every word of a file with the keys that lead to it, as often as it stands there."""
    if not isinstance(node, yaml.MappingNode):
        yield prefix
        return
    for key, value in node.value:
        yield from keys_of(value, f"{prefix}.{key.value}".removeprefix("."))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_stands_twice_so_that_the_last_would_hide_the_first(language: Language) -> None:
    files = (path.read_text() for path in Path(central.words.__path__[0]).glob(f"{language}*.yaml"))
    found = Counter(chain.from_iterable(keys_of(yaml.compose(text)) for text in files))
    assert [key for key, times in found.items() if times > 1] == []


def test_both_languages_fill_the_same_places() -> None:
    vietnamese, english = (
        {key: set(PLACES.findall(words["other"])) for key, words in dictionary(language).items()}
        for language in LANGUAGES
    )
    assert vietnamese == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_those_of_the_language(language: Language) -> None:
    plurals = {key: forms for key, forms in dictionary(language).items() if forms.keys() != {"other"}}
    assert {frozenset(forms) for forms in plurals.values()} <= {frozenset({"one", "other"})}
    assert (language == "en") == bool(plurals)
    assert all("{n}" in form for forms in plurals.values() for form in forms.values())


@pytest.mark.parametrize(
    ("language", "days", "expected"),
    [("en", 1, "1 day left"), ("en", 2, "2 days left"), ("en", 0, "0 days left"), ("vi", 1, "còn 1 ngày")],
)
def test_plurals(language: Language, days: int, expected: str) -> None:
    assert translator(language)("deadline.left", n=days) == expected


MANY = re.compile(r"(?<![\w.,#])1 (?:[a-z]+ ){0,2}?[a-z]{2,}s\b")
"""A one before what looks like a plural."""
NO_COUNTS = re.compile(
    r"\b1 (?:(?:(?:line|row|question|that) )?(was|waits)|has|holds|belongs|concerns|in the|second nobody)\b"
)
"""A one that is a name, or a single thing that does something."""


def test_one_of_a_thing_is_no_plural() -> None:
    wrong = {}
    for key, forms in dictionary("en").items():
        places = PLACES.findall("".join(forms.values()))
        told = translator("en")(key, **dict.fromkeys(places, 1)) if places else ""
        if MANY.search(NO_COUNTS.sub("", told)):
            wrong[key] = told
    assert wrong == {}


def test_a_plural_after_a_one_is_seen() -> None:
    assert MANY.search("1 days left")
    assert MANY.search("1 more open cases")
    assert not MANY.search("1 day left, 21 days in all")


@pytest.mark.parametrize(
    ("n", "empty", "words"),
    [
        (1, 2, "1 answer entered; 2 lines without an answer."),
        (21, 1, "21 answers entered; 1 line without an answer."),
    ],
)
def test_each_number_of_a_sentence_has_its_form(n: int, empty: int, words: str) -> None:
    assert translator("en")("by_hand.taken", n=n, empty=empty) == words


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "vi"),
        ("en", "en"),
        ("en-GB,vi;q=0.8", "en"),
        ("vi-VN,en;q=0.9", "vi"),
        ("vi;q=0.3, en;q=0.9", "en"),
        ("fr, de;q=0.5", "vi"),
        ("fr, en;q=0.1", "en"),
        (";;;q=,,*", "vi"),
        ("en;q=nan", "en"),
        ("x" * 5000, "vi"),
    ],
)
def test_the_wanted_language(header: str, language: Language) -> None:
    assert wanted_language(header) == language


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_every_word_a_template_asks_for_exists(template: Path) -> None:
    assert set(USED.findall(template.read_text())) <= dictionary("vi").keys()


@pytest.mark.parametrize(
    ("prefix", "codes"),
    [
        ("state", State),
        ("action", Action),
        ("permission", Permission),
        ("vehicle", VehicleKind),
        ("skip", SKIP_REASONS),
        ("happened", CORRECTABLE),
    ],
)
def test_every_code_has_a_word(prefix: str, codes: tuple[str, ...]) -> None:
    assert {f"{prefix}.{code}" for code in codes} <= dictionary("vi").keys()


@pytest.mark.parametrize(
    ("language", "expected"),
    [("vi", ("19.000.000", "1,64", "−0,75 s")), ("en", ("19,000,000", "1.64", "−0.75 s"))],
)
def test_numbers(language: Language, expected: tuple[str, str, str]) -> None:
    found = (number(19_000_000, language), number(1.64, language, 2), signed_seconds(-0.75, language))
    assert found == expected


def test_times_are_vietnamese() -> None:
    moment = datetime(2026, 11, 24, 17, 30, 5, tzinfo=UTC)
    assert local_time(moment, "vi", seconds=True) == "25/11/2026 00:30:05"
    assert local_time(moment, "en") == "25 Nov 2026 00:30"
    assert local_date(moment, "vi") == "25/11/2026"
    assert local_date(moment, "en") == "25 Nov 2026"


def test_money() -> None:
    assert money(19_000_000, "vi").replace("\u00a0", " ") == "19.000.000 đồng"
    assert money(19_000_000, "en") == "19,000,000\u00a0VND"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_that_is_a_name_is_written_as_it_stands_elsewhere(language: Language) -> None:
    t = translator(language)
    assert "#1234567" in t("case.title", id=1234567)
    assert "#1234567" in t("error.not_found.case", id=1234567)
    assert re.search(r"12[.,]345", t("law.points", n=12345))
