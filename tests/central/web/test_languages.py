"""Every page in either language: no words of the other, no codes of the programme."""

import pytest

from central.accounts.permissions import Role
from tests.central.casework import Casework
from tests.central.faces import SignedIn
from tests.central.strangers import strange_pages


@pytest.mark.parametrize("role", list(Role))
def test_no_page_speaks_another_language_or_in_codes(signed_in: SignedIn, role: Role) -> None:
    assert strange_pages(signed_in(role), role.value.title()) == {}


@pytest.mark.parametrize("name", ["thu-ly", "truong-phong", "van-thu", "thiet-bi", "kho-bac"])
def test_no_page_of_a_case_that_is_under_way_does(casework: Casework, name: str) -> None:
    office = casework.office
    office.to_delivery(office.confirmed())
    office.to_notice(office.confirmed())
    office.wait(40)
    assert strange_pages(casework.at(name)) == {}
