"""Every error the centre raises has words in both languages, and its values fill them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import central
from central.api.app import create_api  # noqa: F401 (imports every module that has errors)
from central.console.app import create_console  # noqa: F401
from central.errors import DomainError
from central.review.decisions import typed_plate
from central.words.dictionary import dictionary
from central.words.errors import told
from central.words.languages import LANGUAGES, Language

ROOT = Path(central.__file__).parent


def all_errors(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """The base and everything below it."""
    yield base
    for below in base.__subclasses__():
        yield from all_errors(below)


def raised() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Class, reason and names of values of every error raised with a literal reason, from the source."""
    names = {error.__name__ for error in all_errors()}
    calls = (
        node
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    )
    for call in calls:
        if call.args and isinstance(call.args[0], ast.Constant):
            assert isinstance(call.func, ast.Name)
            yield call.func.id, str(call.args[0].value), frozenset(k.arg for k in call.keywords if k.arg)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_a_title(language: Language) -> None:
    titles = {f"error.{error.code}.title" for error in all_errors()}
    assert titles - dictionary(language).keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_told_with_its_values(language: Language) -> None:
    errors = {error.__name__: error for error in all_errors()}
    calls = sorted(set(raised()), key=lambda call: (call[0], call[1], sorted(call[2])))
    assert len(calls) > 200
    for name, reason, values in calls:
        words = told(errors[name](reason, **dict.fromkeys(values, 7)), language)
        assert words.detail, (name, reason)
        assert "{" not in words.sentence, (name, reason)


@pytest.mark.parametrize(
    "text", ["", "9" * 30, "98A123", "00A12345", "30O12345", "98A00000", "98a-٣", "TM1234"]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_of_a_plate_is_told(text: str, language: Language) -> None:
    with pytest.raises(DomainError) as caught:
        typed_plate(text, "white", "car")
    assert told(caught.value, language).detail


def test_codes_among_the_values_become_words() -> None:
    with pytest.raises(DomainError) as caught:
        typed_plate("TM1234", "white", "car")
    assert "quân đội" in told(caught.value, "vi").detail
    assert "military" in told(caught.value, "en").detail
