"""Seen against registered: what counts as the same vehicle."""

import pytest

from central.registry.comparison import Seen, compare
from central.registry.port import RegisteredVehicle
from contract.vehicles import VehicleKind

REGISTERED = RegisteredVehicle(
    plate="98A-123.45", plate_colour="white", kind=VehicleKind.CAR, brand="Vios", colour="trắng"
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
