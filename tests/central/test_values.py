"""Whatever stands in a request, an answer of another system or a letter can be stored on every database and
worked with: no NUL, no half of a surrogate pair, no year beyond which zones overflow, no number that is too
large for its column.

The walk (`tests/central/web/test_hostile.py`) sends such values; this asks every type of every operation and
every model, those too that a walk does not get to because the case is in another state.
"""

import inspect
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import pytest
from fastapi import params
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from central.app import create_app
from central.dispatches.by_hand import Told as TellingByHand
from central.dispatches.port import Receipt
from central.parties.service import Details
from central.payments.http import _Order
from central.payments.port import Told
from central.population.by_hand import PersonAnswer
from central.population.port import Person
from central.portal.app import create_portal
from central.proceedings.particulars import MODELS
from central.registry.by_hand import OwnerAnswer
from central.registry.port import Registration
from central.settings import CentralSettings
from central.values import LARGEST_ID, Text, WebAddress, trimmed, visible

HOSTILE: tuple[Any, ...] = (
    "a\x00b", "\ud800", "\x1b[2J", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59", LARGEST_ID + 1,
    -LARGEST_ID - 2, 10**30, str(10**30), -(10**30), ["a\x00b"], [10**30],
)  # fmt: skip

BLANKS = (" " * 8, "\u00a0" * 8, "\u200b" * 8, "\n\t \ufeff\u2060\u00ad\u3000", "\u2800\u3164" * 4)
"""White space: ordinary, no-break, of no width, mixed, and letters that show nothing."""

BLANK = "nothing but white space"

MONEY = ("amount", "fee", "reduced_to", "first_amount", "second_amount", "third_amount", "fines")
"""Dong, in columns of 64 bits."""

READ_LATER = {
    "central.api.proceedings.StepBody.particulars": "by `particulars.read`, whose models are asked here",
    "central.console.session_routes.sign_in.to": "where a page may lead is checked before it is used",
    "central.console.session_routes.sign_in_page.to": "the same",
    "central.portal.payment_routes.told.time": "by `read_signed`, which compares it",
    "central.portal.payment_routes.told.value": "the same",
    "contract.reports.CameraInfo.site_name": "made visible before it is stored",
    "contract.reports.Enrolment.software": "not stored: what a node runs is told at birth",
}

TO_THE_LETTER = {
    *(f"central.api.accounts.{field}" for field in ("SignIn.password", "NewPassword.present")),
    "central.api.accounts.NewPassword.new",
    *(f"central.console.session_routes.change_password.{name}" for name in ("old", "new", "again")),
    "central.console.session_routes.sign_in.password",
    "central.api.forms.EditionBody.template",
    "central.api.law.TableBody.content",
}
"""Passwords and files: nothing is taken off them, and what they are used for refuses blanks."""

FROM_OTHERS: tuple[type[BaseModel], ...] = (
    *MODELS.values(), Registration, Person, Receipt, Told, _Order, OwnerAnswer, PersonAnswer, TellingByHand,
    Details,
)  # fmt: skip


def _faults(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, str):
        if value and not trimmed(value):
            yield BLANK
        elif any(not c.isprintable() and c not in "\t\r\n" for c in value):
            yield "control characters"
    elif isinstance(value, date):
        if not 1800 <= value.year <= 2200:
            yield "a year that no zone takes"
    elif isinstance(value, int):
        if abs(value) > (10**12 if name in MONEY else LARGEST_ID):
            yield "too large a number"
    elif isinstance(value, dict):
        yield from _faults([*value, *value.values()], name)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from _faults(each, name)


def _taken(wanted: Any, name: str) -> Iterator[str]:
    """What hostile values of a type are taken."""
    reader = TypeAdapter(wanted)
    for value in (*HOSTILE, *BLANKS, {"a": "\x00"}):
        try:
            read = reader.validate_python(value)
        except ValidationError:
            continue
        yield from (f"{name}: {value!r}: {fault}" for fault in _faults(read, name.rpartition(".")[2]))


def _of_model(model: type[BaseModel], seen: set[Any]) -> Iterator[str]:
    if model in seen:
        return
    seen.add(model)
    for name, info in model.model_fields.items():
        yield from _taken(Annotated[info.annotation, info], f"{model.__module__}.{model.__name__}.{name}")
        yield from _of_models_in(info.annotation, seen)


def _of_models_in(wanted: Any, seen: set[Any]) -> Iterator[str]:
    if inspect.isclass(wanted) and issubclass(wanted, BaseModel):
        yield from _of_model(wanted, seen)
    for inner in get_args(wanted):
        yield from _of_models_in(inner, seen)


def _of_function(function: Callable[..., Any], seen: set[Any]) -> Iterator[str]:
    """What an operation, or a dependency of one, takes from the request."""
    if function in seen:
        return
    seen.add(function)
    hints = get_type_hints(function.__init__ if inspect.isclass(function) else function, include_extras=True)
    for name, wanted in hints.items():
        told = getattr(wanted, "__metadata__", ())
        depends = next((each for each in told if isinstance(each, params.Depends)), None)
        if depends is not None:
            yield from _of_function(depends.dependency or get_args(wanted)[0], seen)
            continue
        if any(isinstance(each, FieldInfo) for each in told):
            yield from _taken(wanted, f"{function.__module__}.{getattr(function, '__name__', '')}.{name}")
        if name != "return":
            yield from _of_models_in(wanted, seen)


def _operations(face: Any) -> Iterator[Callable[..., Any]]:
    for route in face.routes:
        if isinstance(route, APIRoute):
            yield route.endpoint
        elif hasattr(route, "original_router"):
            yield from _operations(route.original_router)


def test_no_operation_takes_what_can_not_be_stored(tmp_path: Path) -> None:
    settings = CentralSettings(data_dir=tmp_path, secure_cookies=False, unit="BN")
    centre, portal = create_app(settings), create_portal(settings)
    seen: set[Any] = set()
    found, count = [], 0
    for face in (centre.api, centre.console, portal.app):
        for operation in _operations(face):
            count += 1
            found += _of_function(operation, seen)
    assert count > 200
    named = [(fault.partition(":")[0], fault) for fault in found if fault.partition(":")[0] not in READ_LATER]
    assert [fault for name, fault in named if not (name in TO_THE_LETTER and fault.endswith(BLANK))] == []


@pytest.mark.parametrize("model", FROM_OTHERS, ids=lambda model: f"{model.__module__}.{model.__name__}")
def test_nothing_that_comes_from_others_can_not_be_stored(model: type[BaseModel]) -> None:
    assert list(_of_model(model, set())) == []


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("https://bank.vn/pay/1?x=1#2", True), ("http://127.0.0.1:8000/", True), ("javascript:alert", False),
        ("https://", False), ("http://[::1", False), ("//bank.vn/pay", False), ("/pay", False), ("", False),
        ("https://bank.vn/" + "x" * 500, False), ("https://bank.vn/\x00", False),
    ],
)  # fmt: skip
def test_a_browser_is_sent_to_addresses_only(address: str, taken: bool) -> None:
    try:
        TypeAdapter(WebAddress).validate_python(address)
    except ValidationError:
        assert not taken
    else:
        assert taken


@pytest.mark.parametrize("around", ["", *BLANKS])
def test_white_space_around_a_text_is_taken_off(around: str) -> None:
    typed = Annotated[Text, Field(min_length=5)]
    assert TypeAdapter(typed).validate_python(f"{around}sai vạch{around}") == "sai vạch"
    with pytest.raises(ValidationError):
        TypeAdapter(typed).validate_python(f"sai{around}")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (unicodedata.normalize("NFD", "Nguyễn Thị Phượng, đỏ"), "Nguyễn Thị Phượng, đỏ"),
        (
            "Nguyê\u0303n Thi\u0323 Phươ\u0323ng",
            "Nguyễn Thị Phượng",
        ),  # Windows' own keyboard
        ("a\u0323\u0302", "ậ"),
        ("a\u0302\u0323", "ậ"),  # the marks in the other order
        ("\u202a+84 912 345 678\u202c", "+84 912 345 678"),  # as copied from a telephone's contacts
        ("\u2068An\u2069 Bình", "An Bình"),
        ("An \u202egnub hnìB", "An gnub hnìB"),
        ("\u202e \u2066", ""),
    ],
)
def test_a_text_is_the_same_whichever_keyboard_it_came_from(typed: str, kept: str) -> None:
    assert TypeAdapter(Text).validate_python(typed) == kept


def test_a_letter_typed_in_parts_counts_once() -> None:
    name = TypeAdapter(Annotated[Text, Field(max_length=250)])
    assert name.validate_python(unicodedata.normalize("NFD", "ệ" * 250)) == "ệ" * 250
    with pytest.raises(ValidationError):
        name.validate_python("ệ" * 251)
    with pytest.raises(ValidationError):
        TypeAdapter(Annotated[Text, Field(min_length=3)]).validate_python(unicodedata.normalize("NFD", "ệ"))


def test_what_is_kept_whatever_it_is_is_made_visible() -> None:
    assert visible("ngã\x00 tư\ud800\x1b", 40) == "ngã\\x00 tư\\ud800\\x1b"
    assert visible("x" * 500, 200) == "x" * 200
