"""The population database's stand-in answers as the contract says, well or not."""

from datetime import date

import httpx
import pytest

from central.connections.problems import OutsideError, Problem
from central.population.http import HttpPopulation
from central.population.port import PersonEnquiry
from central.population.service import believed
from tests.central.sandboxes.national import National

ENQUIRY = PersonEnquiry("027190000245", "thử", "case-1")


def test_a_person_is_told_as_of_today(national: National) -> None:
    found = HttpPopulation(national.peer("population")).find(ENQUIRY)
    assert (found.name, found.birth, found.died) == ("Trần Thị Hạnh", date(1990, 8, 30), None)
    form = {"identity": ENQUIRY.identity, "day": "2026-11-01"}
    assert httpx.post(f"{national.url}/population/died", data=form).status_code == 303
    assert HttpPopulation(national.peer("population")).find(ENQUIRY).died == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("way", "problem"),
    [
        ("not_found", Problem.NOT_FOUND),
        ("other_person", Problem.OTHER_PERSON),
        ("maintenance", Problem.MAINTENANCE),
        ("refuses", Problem.DENIED),
        ("garbage", Problem.UNREADABLE),
    ],
)
def test_each_way_of_failing_has_its_type(national: National, way: str, problem: Problem) -> None:
    national.behave("population", way)
    with pytest.raises(OutsideError) as failure:
        believed(HttpPopulation(national.peer("population")).find(ENQUIRY), ENQUIRY.identity)
    assert failure.value.problem is problem
