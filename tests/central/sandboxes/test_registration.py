"""The vehicle register's stand-in answers as the contract says, well or not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from central.connections.problems import OutsideError, Problem
from central.registry.http import HttpRegistry
from central.registry.port import Enquiry
from contract.vehicles import VehicleKind
from tests.central.sandboxes.national import National

SOLD = datetime(2024, 6, 1, tzinfo=UTC)
ENQUIRY = Enquiry("98A51863", "white", VehicleKind.CAR, SOLD, "thử", "case-1")


@pytest.mark.parametrize(
    ("at", "owner"),
    [(SOLD - timedelta(seconds=1), "Phạm Quốc Khánh"), (SOLD, "Vũ Minh Châu")],
)
def test_the_owner_of_the_day_is_told(national: National, at: datetime, owner: str) -> None:
    found = HttpRegistry(national.peer("registration")).find(replace(ENQUIRY, at=at))
    assert (found.owner.name, found.held_at(at)) == (owner, True)


@pytest.mark.parametrize(
    ("way", "problem"),
    [
        ("maintenance", Problem.MAINTENANCE),
        ("silent", Problem.TIMEOUT),
        ("refuses", Problem.DENIED),
        ("broken", Problem.TIMEOUT),
        ("garbage", Problem.UNREADABLE),
        ("not_found", Problem.NOT_FOUND),
        ("multiple", Problem.MULTIPLE),
    ],
)
def test_each_way_of_failing_has_its_type(national: National, way: str, problem: Problem) -> None:
    national.behave("registration", way)
    with pytest.raises(OutsideError) as failure:
        HttpRegistry(national.peer("registration", limit_seconds=1.5)).find(ENQUIRY)
    assert failure.value.problem is problem
    national.behave("registration", "right")
    assert HttpRegistry(national.peer("registration")).find(ENQUIRY).owner.name == "Vũ Minh Châu"


def test_a_wrong_token_is_refused(national: National) -> None:
    with pytest.raises(OutsideError) as failure:
        HttpRegistry(national.peer("registration", token="other")).find(ENQUIRY)
    assert failure.value.problem is Problem.DENIED


def test_a_sale_changes_the_owner_from_its_day_on(national: National) -> None:
    form = {"plate": "98A-761.30", "name": "Người Mua", "identity": "024200000001", "address": "Bắc Ninh"}
    answer = httpx.post(f"{national.url}/registration/sell", data=form | {"at": "2026-11-01T00:00"})
    assert answer.status_code == 303
    registry = HttpRegistry(national.peer("registration"))
    enquiry = replace(ENQUIRY, plate="98A76130")
    before = registry.find(replace(enquiry, at=datetime(2026, 10, 31, 16, 59, tzinfo=UTC)))
    after = registry.find(replace(enquiry, at=datetime(2026, 10, 31, 17, 0, tzinfo=UTC)))
    assert (before.owner.name, after.owner.name) == ("Đỗ Thị Mai", "Người Mua")
    assert "Người Mua" in httpx.get(f"{national.url}/registration/").text
