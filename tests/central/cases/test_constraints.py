"""What the database refuses by itself, when a service (or a hand) writes what it must not."""

from datetime import datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from central.accounts.permissions import Role
from central.db import transaction
from tests.central.people import add_case, add_user

CHARGED = "state = 'confirmed', operator_id = 1, officer_id = 2, owner_match = true"


@pytest.mark.parametrize(
    "change",
    [
        "state = 'guilty'",
        "operator_id = 1, officer_id = 1",
        "state = 'confirmed', operator_id = 1, officer_id = 1, owner_match = true",
        "state = 'recorded', operator_id = 1, owner_match = true",
        "state = 'recorded', officer_id = 2, owner_match = true",
        "state = 'confirmed', operator_id = 1, officer_id = 2, owner_match = false",
        "state = 'confirmed', operator_id = 1, officer_id = 2",
        f"{CHARGED}, plate = null",
        f"{CHARGED}, node_decision = 'undecidable'",
        "state = 'in_review'",
        "state = 'rejected'",
    ],
)
def test_the_database_refuses(engine: Engine, now: datetime, change: str) -> None:
    with transaction(engine) as session:
        ids = [add_user(session, name, Role.OPERATOR, now).id for name in ("one", "two")]
        add_case(session, now)
    renumbered = change.replace("_id = 1", f"_id = {ids[0]}").replace("_id = 2", f"_id = {ids[1]}")
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.connection().execute(text(f"UPDATE case_file SET {renumbered}"))


@pytest.mark.parametrize("change", [CHARGED, f"{CHARGED}, owner_match = false, mismatch_resolved_by = 2"])
def test_two_people_and_a_match_are_accepted(engine: Engine, now: datetime, change: str) -> None:
    with transaction(engine) as session:
        ids = [add_user(session, name, Role.OPERATOR, now).id for name in ("one", "two")]
        case = add_case(session, now)
    renumbered = change.replace("_id = 1", f"_id = {ids[0]}").replace("_id = 2", f"_id = {ids[1]}")
    renumbered = renumbered.replace("_by = 2", f"_by = {ids[1]}").replace("owner_match = true, ", "", 0)
    with transaction(engine) as session:
        parts = dict(part.split(" = ") for part in renumbered.split(", "))
        assignments = ", ".join(f"{name} = {value}" for name, value in parts.items())
        session.connection().execute(text(f"UPDATE case_file SET {assignments}"))
    with transaction(engine) as session:
        assert session.get(type(case), case.id).state == "confirmed"  # type: ignore[union-attr]
