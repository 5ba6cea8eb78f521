"""Seen against registered: what counts as the same vehicle."""

import unicodedata
from typing import Literal

import pytest

from central.registry.comparison import Seen, colour_code, compare, compared
from central.registry.port import RegisteredKind, RegisteredVehicle
from contract.vehicles import VehicleKind

REGISTERED = RegisteredVehicle(
    plate="98A-123.45", plate_colour="white", kind=RegisteredKind.CAR, brand="Vios", colour="trắng"
)


@pytest.mark.parametrize(
    ("seen", "fields"),
    [
        (Seen(VehicleKind.CAR, "white", "white"), []),
        (Seen(VehicleKind.CAR, None, None), []),  # what was not seen is not compared
        (Seen(VehicleKind.CAR, "white", "silver"), []),  # light turns one into the other
        (Seen(VehicleKind.CAR, "white", "mauve"), []),  # no word for it here
        (Seen(VehicleKind.CAR, "white", "Black"), ["colour"]),
        (Seen(VehicleKind.CAR, "yellow", "white"), ["plate_colour"]),
        (Seen(VehicleKind.MOTORBIKE, "white", "white"), ["kind"]),
        (Seen(VehicleKind.TRUCK, "yellow", "red"), ["kind", "plate_colour", "colour"]),
    ],
)
def test_every_known_field_that_differs_is_named(seen: Seen, fields: list[str]) -> None:
    assert [difference.field for difference in compare(seen, REGISTERED)] == fields


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_register_s_colour_is_compared_in_whichever_letters_it_comes(form: Literal["NFC", "NFD"]) -> None:
    told = REGISTERED.model_dump() | {"colour": unicodedata.normalize(form, "Đỏ")}
    registered, seen = RegisteredVehicle.model_validate(told), Seen(VehicleKind.CAR, "white", "blue")
    assert "colour" in compared(seen, registered)
    assert [difference.field for difference in compare(seen, registered)] == ["colour"]


@pytest.mark.parametrize(
    ("registered", "seen", "same"),
    [
        (RegisteredKind.SPECIALISED, VehicleKind.TRUCK, True),  # a tractor or roller looks like a lorry
        (RegisteredKind.SPECIALISED, VehicleKind.MOTORBIKE, False),
        (RegisteredKind.THREE_WHEELER, VehicleKind.TRUCK, True),
        (RegisteredKind.THREE_WHEELER, VehicleKind.MOTORBIKE, True),
        (RegisteredKind.MOPED, VehicleKind.MOTORBIKE, True),
        (RegisteredKind.MOPED, VehicleKind.CAR, False),
        (RegisteredKind.FOUR_WHEELER, VehicleKind.CAR, True),
        (RegisteredKind.CAR, VehicleKind.TRUCK, False),
    ],
)
def test_a_registered_kind_is_seen_as(registered: RegisteredKind, seen: VehicleKind, same: bool) -> None:
    vehicle = REGISTERED.model_copy(update={"kind": registered})
    assert (compare(Seen(seen, None, None), vehicle) == ()) is same


@pytest.mark.parametrize(
    ("kind", "law_class"),
    [
        (RegisteredKind.CAR, "car"),
        (RegisteredKind.BUS, "car"),
        (RegisteredKind.TRUCK, "car"),
        (RegisteredKind.FOUR_WHEELER, "car"),
        (RegisteredKind.MOTORBIKE, "motorbike"),
        (RegisteredKind.MOPED, "motorbike"),
        (RegisteredKind.THREE_WHEELER, "motorbike"),
        (RegisteredKind.SPECIALISED, "specialised"),
        (RegisteredKind.TRAILER, None),
        (RegisteredKind.BICYCLE, None),
        (RegisteredKind.E_BICYCLE, None),
    ],
)
def test_the_register_decides_whose_article_holds(kind: RegisteredKind, law_class: str | None) -> None:
    assert kind.law_class == law_class


@pytest.mark.parametrize(
    ("words", "code"), [("Trắng", "white"), (" xanh dương", "blue"), ("xanh", None), ("cánh gián", None)]
)
def test_a_register_s_colour_has_a_code_if_it_is_one(words: str, code: str | None) -> None:
    assert colour_code(words) == code
