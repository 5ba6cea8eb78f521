"""The places to choose from, on both databases."""

from datetime import datetime

from sqlmodel import Session

from central.cases.queries import sites_with_cases
from tests.central.people import add_case


def test_every_place_once_with_its_newest_name(session: Session, now: datetime) -> None:
    assert sites_with_cases(session) == {}
    names = [("b", "Lê Lợi cũ"), ("a", "Trần Phú"), ("b", "Lê Lợi"), ("c", "Đông Côi"), ("a", "Trần Phú")]
    for sequence, (site, name) in enumerate(names, 1):
        add_case(session, now, sequence, site=site, site_name=name)
    assert sites_with_cases(session) == {"a": "Trần Phú", "b": "Lê Lợi", "c": "Đông Côi"}
