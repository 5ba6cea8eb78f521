"""Which act a case is charged as: the register's class, the officer's choice, a change before the
decision."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from central.accounts.models import User
from central.accounts.permissions import Role
from central.audit.models import AuditEntry
from central.cases.queries import get_case
from central.db import transaction
from central.offences import charging
from central.offences.charging import ActNotChosenError, Choice, NoOffenceInLawError, options_for
from central.offences.models import Offence, OffenceChange
from central.offences.service import requalify
from central.registry.port import Enquiry, Owner, RegisteredKind, RegisteredVehicle, Registration
from central.review import confirmation
from central.review.decisions import Correction
from central.vault import Vault
from tests.central.people import AFTER_UNDO, accepted_case, add_user, sight, valid_device
from tests.central.work import look_up_due, record_due

VAULT = Vault((b"k" * 32,))


@dataclass(frozen=True)
class Register:
    """A register that knows one vehicle of this kind."""

    kind: RegisteredKind

    def find(self, enquiry: Enquiry) -> Registration:
        """The vehicle, whatever was asked."""
        vehicle = RegisteredVehicle(plate=enquiry.plate, plate_colour="white", kind=self.kind, brand="Kubota")
        owner = Owner(name="Nguyễn Văn An", identity="024000000001", address="Bắc Giang")
        return Registration(vehicle=vehicle, owner=owner, reference="R1")


def charge(
    engine: Engine,
    now: datetime,
    rule: str,
    choice: Choice = charging.AS_PROVEN,
    kind: RegisteredKind = RegisteredKind.CAR,
    seen: str = "car",
    corrected: str | None = None,
) -> Offence:
    """An offence of the rule by a vehicle seen as `seen` and registered as `kind`; `corrected`: the rule by
    which the operator saw it."""
    with transaction(engine) as session:
        operator = add_user(session, "lan", Role.OPERATOR, now)
        officer = add_user(session, "hung", Role.OFFICER, now)
        valid_device(session, now)
        vehicle = {"kind": seen, "confidence": 0.9, "track": 1}
        plate = {"text": "29B112345" if seen == "motorbike" else "29A00001", "colour": "white"}
        case = accepted_case(
            session,
            operator,
            now,
            correction=Correction(rule=corrected),
            rule={"name": rule, "version": 1},
            vehicle=vehicle,
            plate=plate | {"confidence": 0.97, "agreed": True},
        )
        case_id, officer_id = case.id or 0, officer.id or 0
    look_up_due(engine, Register(kind), VAULT, lambda: now + AFTER_UNDO)
    with transaction(engine) as session:
        by = session.get_one(User, officer_id)
        case = get_case(session, case_id)
        confirmation.confirm(session, by, sight(case), now, choice)
    record_due(engine, lambda: now + AFTER_UNDO)
    with transaction(engine) as session:
        return session.exec(select(Offence)).one()


@pytest.mark.parametrize(
    ("seen", "kind", "article", "fine_max"),
    [
        ("car", RegisteredKind.CAR, "6.9.b", 20_000_000),
        ("truck", RegisteredKind.SPECIALISED, "8.7.c", 8_000_000),  # a tractor is not charged as a lorry
        ("truck", RegisteredKind.THREE_WHEELER, "7.7.c", 6_000_000),
        ("motorbike", RegisteredKind.MOPED, "7.7.c", 6_000_000),
    ],
)
def test_the_article_follows_the_registered_class(
    engine: Engine, now: datetime, seen: str, kind: RegisteredKind, article: str, fine_max: int
) -> None:
    offence = charge(engine, now, "red_light", kind=kind, seen=seen)
    assert (offence.article, offence.fine_max) == (article, fine_max)


def test_a_zone_without_a_declared_ban_needs_the_officers_choice(engine: Engine, now: datetime) -> None:
    with pytest.raises(ActNotChosenError):
        charge(engine, now, "no_stopping")


@pytest.mark.parametrize(
    ("choice", "error"),
    [
        (Choice("PARK-A"), ActNotChosenError),  # unproven, and no reason given
        (Choice("PARK-A", "   "), ActNotChosenError),
        (Choice("RED-A", "vì"), NoOffenceInLawError),  # not what this rule can be
        (Choice("PARK-M", "vì"), NoOffenceInLawError),  # not this vehicle's
        (Choice(accident=True), ActNotChosenError),
    ],
)
def test_a_choice_is_checked(engine: Engine, now: datetime, choice: Choice, error: type[Exception]) -> None:
    with pytest.raises(error):
        charge(engine, now, "no_stopping", choice)


def test_what_is_frozen_names_act_article_band_and_reason(engine: Engine, now: datetime) -> None:
    offence = charge(engine, now, "no_stopping", Choice("PARK-A", "biển P.130 trên ảnh"))
    assert (offence.act, offence.article, offence.proven) == ("stop_sign", "6.2.đ", False)
    assert (offence.fine_min, offence.fine_max, offence.points) == (600_000, 800_000, 0)
    assert (offence.reason, offence.vehicle_class) == ("biển P.130 trên ảnh", "car")


CORRECTED = Choice("LANE-A", "xe đi hết đoạn trên làn rẽ trái, xem clip")


@pytest.mark.parametrize(
    ("rule", "choice", "act"),
    [
        ("wrong_lane", CORRECTED, "wrong_lane"),
        ("wrong_lane", charging.AS_PROVEN, None),  # nothing of it was measured: somebody says why
        ("wrong_lane", Choice("RED-A", "vượt đèn"), None),  # not what the corrected rule can be
        ("solid_line", Choice("LANE-A", "xe sang hẳn nửa đường kia"), "wrong_lane"),
        ("no_helmet", Choice("LANE-A", "x"), None),  # no car can break it
    ],
)
def test_the_law_follows_the_corrected_rule_but_nothing_is_proven(
    engine: Engine, now: datetime, rule: str, choice: Choice, act: str | None
) -> None:
    def charged() -> Offence:
        return charge(engine, now, "red_light", choice, corrected=rule)

    if act is None:
        with pytest.raises((ActNotChosenError, NoOffenceInLawError)):
            charged()
    else:
        offence = charged()
        assert (offence.rule, offence.act, offence.proven) == (rule, act, False)


def test_an_accident_changes_the_act(engine: Engine, now: datetime) -> None:
    offence = charge(engine, now, "red_light", Choice(reason="tai nạn lúc 8:30", accident=True))
    assert (offence.article, offence.points) == ("6.10", 10)


def test_a_recorded_offence_can_be_charged_as_another_act_and_keeps_what_it_was(
    engine: Engine, now: datetime
) -> None:
    offence = charge(engine, now, "solid_line")
    assert offence.article == "6.1.a"
    with transaction(engine) as session:
        offence = session.get_one(Offence, offence.id)
        case = get_case(session, offence.case_id)
        option = next(o for o in options_for(session, case) if o.offence.article == "6.2.a")
        by = session.get_one(User, offence.officer_id)
        requalify(session, offence, option, by, "chuyển làn qua vạch liền", now)
    with transaction(engine) as session:
        changed = session.get_one(Offence, offence.id)
        assert (changed.article, changed.reason) == ("6.2.a", "chuyển làn qua vạch liền")
        kept = session.exec(select(OffenceChange)).one()
        assert (kept.before["article"], kept.before["fine_max"]) == ("6.1.a", 600_000)
        actions = session.exec(select(AuditEntry.action)).all()
        assert "offence.requalify" in actions
