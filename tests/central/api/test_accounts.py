"""People as JSON: who has to choose another password before anything else."""

from datetime import timedelta

import pytest

from central.accounts.models import OLDEST, User
from central.accounts.permissions import Role
from central.db import transaction
from tests.central.casework import Casework


@pytest.mark.parametrize(
    ("name", "age", "must"),
    [
        ("quan-tri", OLDEST - timedelta(seconds=1), False),
        ("quan-tri", OLDEST, True),
        ("lan", OLDEST, False),
    ],
)
def test_an_aged_password_is_told_like_a_one_time_one(
    casework: Casework, name: str, age: timedelta, must: bool
) -> None:
    with transaction(casework.office.engine) as session:
        user = session.get_one(User, casework.office.people[name])
        user.password_set_at = casework.office.now - age
    browser = casework.at(name)
    assert browser.get("/api/v1/session").json()["must_change_password"] is must
    if user.role == Role.ADMIN:
        assert (browser.get("/api/v1/users").status_code == 403) is must
