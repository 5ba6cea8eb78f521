"""Titles and delegations: who may be given one, by whom, for how long; each act in the audit log."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from central.accounts.models import User
from central.audit.models import AuditEntry
from central.db import transaction
from central.errors import ConflictError, InvalidError, NotFoundError
from central.law import service as law
from central.proceedings.models import SignerPower
from central.proceedings.people import grant_power, held_powers, powers_of, revoke_power
from central.proceedings.signers import Power
from contract.local_time import local_day
from tests.central.people import Role, add_user
from tests.central.proceedings.office import Office

FIRST = date(2026, 11, 1)


def deputy(office: Office) -> int:
    """Somebody who signs but holds no title."""
    with transaction(office.engine) as session:
        return add_user(session, "pho-phong", Role.SIGNER, office.now).id or 0


def grant(session: Session, office: Office, user_id: int, power: Power, by: int | None = None) -> SignerPower:
    return grant_power(session, law.book(session), user_id, power, "user:quan-tri", by)


@pytest.mark.parametrize(
    ("who", "power", "by", "reason"),
    [
        ("pho-phong", Power("no_such_title", valid_from=FIRST), None, "title_unknown"),
        ("pho-phong", Power("division_head", valid_from=date(2001, 1, 1)), None, "title_unknown"),
        ("pho-phong", Power("division_head", None, FIRST, FIRST - timedelta(days=1)), None, "interval"),
        ("pho-phong", Power("division_head", None, FIRST), "truong-phong", "delegation"),
        ("pho-phong", Power("department_head", "12/QĐ", FIRST), "truong-phong", "delegator"),
        ("pho-phong", Power("division_head", "12/QĐ", date(2025, 12, 31)), "truong-phong", "delegator"),
        ("pho-phong", Power("division_head", "12/QĐ", FIRST), "pho-phong", "delegator"),
        ("thu-ly", Power("division_head", valid_from=FIRST), None, "signer"),
        ("nobody", Power("division_head", valid_from=FIRST), None, "signer"),
    ],
)
def test_what_no_power_can_be(office: Office, who: str, power: Power, by: str | None, reason: str) -> None:
    people = office.people | {"pho-phong": deputy(office), "nobody": 10_000}
    with transaction(office.engine) as session:
        with pytest.raises(InvalidError) as refused:
            grant(session, office, people[who], power, people[by] if by else None)
        assert refused.value.reason == reason
        assert [held.user.username for held in held_powers(session, local_day(office.now))] == [
            "truong-phong"
        ]


def test_nobody_who_is_kept_out_is_given_a_power(office: Office) -> None:
    user_id = deputy(office)
    with transaction(office.engine) as session:
        session.get_one(User, user_id).disabled_at = office.now
        with pytest.raises(InvalidError, match="signer"):
            grant(session, office, user_id, Power("division_head", valid_from=FIRST))


@pytest.mark.parametrize("ends", ["revoked", "over"])
def test_a_delegation_ends_with_the_title_of_who_gave_it(office: Office, ends: str) -> None:
    user_id, today = deputy(office), local_day(office.now)
    with transaction(office.engine) as session:
        chief = office.people["truong-phong"]
        power = Power("division_head", "12/QĐ-PC08", FIRST)
        grant(session, office, user_id, power, chief)
        assert powers_of(session, user_id, today) == (power,)
        (title,) = session.exec(select(SignerPower).where(SignerPower.user_id == chief))
        if ends == "revoked":
            revoke_power(session, title.id or 0, "user:quan-tri", office.now)
        else:
            title.valid_to = today - timedelta(days=1)
            session.flush()
        assert powers_of(session, user_id, today) == ()


def test_a_delegation_holds_until_it_is_revoked_once(office: Office) -> None:
    user_id, today = deputy(office), local_day(office.now)
    power = Power("division_head", "12/QĐ-PC08", FIRST, today)
    with transaction(office.engine) as session:
        row = grant(session, office, user_id, power, office.people["truong-phong"])
        found = [held for held in held_powers(session, local_day(office.now)) if held.user.id == user_id]
        assert [held.delegator and held.delegator.username for held in found] == ["truong-phong"]
        assert powers_of(session, user_id, today) == (power,)
        assert powers_of(session, user_id, today + timedelta(days=1)) == ()
        revoke_power(session, row.id or 0, "user:quan-tri", office.now)
        assert powers_of(session, user_id, today) == ()
        with pytest.raises(ConflictError, match="power_revoked"):
            revoke_power(session, row.id or 0, "user:quan-tri", office.now + timedelta(days=1))
        assert row.revoked_at == office.now
        with pytest.raises(NotFoundError, match="signer_power"):
            revoke_power(session, 10_000, "user:quan-tri", office.now)
    with transaction(office.engine) as session:
        query = select(AuditEntry.action).where(AuditEntry.actor == "user:quan-tri")
        assert session.exec(query.order_by(col(AuditEntry.seq))).all() == ["signer.grant", "signer.revoke"]
