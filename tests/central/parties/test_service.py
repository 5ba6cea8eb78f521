"""Parties: nothing personal in the tables, found blindly, corrected with history, every reading written
down."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from central.audit.models import AuditEntry
from central.db import transaction
from central.errors import InvalidError, NotFoundError
from central.parties.models import CaseParty, PartyFact
from central.parties.service import Details, NoPurposeError, Parties, Reader
from central.vault import BlindIndex, Vault
from tests.central.people import add_case

KEY, INDEX = b"k" * 32, BlindIndex(b"i" * 32)
AN = Details(
    kind="person",
    name="Nguyễn Văn An",
    identity="024000000001",
    address="Xã Tân Yên, tỉnh Bắc Ninh",
    birth=date(1990, 5, 1),
)
FIRM = Details(kind="organisation", name="Công ty TNHH Vận tải Sao Mai", identity="2400123456")
OFFICER = Reader("user:hung", "lập biên bản vi phạm", 17)


@pytest.fixture
def parties(session: Session) -> Parties:
    return Parties(session, Vault((KEY,)), INDEX)


@pytest.fixture
def later(now: datetime) -> datetime:
    return now + timedelta(days=1)


@pytest.fixture(params=[AN, FIRM], ids=["person", "organisation"])
def details(request: pytest.FixtureRequest) -> Details:
    """One after the other."""
    return request.param  # type: ignore[no-any-return]


def test_what_was_entered_is_read(parties: Parties, details: Details, now: datetime) -> None:
    party = parties.enter(details, "registry R1", now)
    assert parties.read(party.id or 0, OFFICER) == details
    assert parties.read(party.id or 0, OFFICER).organisation is (details is FIRM)


def test_nothing_personal_lies_in_the_tables_in_the_clear(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        Parties(session, Vault((KEY,)), INDEX).enter(AN, "registry R1", now)
    with engine.connect() as connection:
        for table in ("party", "party_fact", "audit_entry"):
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                content = " ".join(
                    bytes(value).hex() + bytes(value).decode(errors="replace")
                    if isinstance(value, (bytes, memoryview))
                    else str(value)
                    for value in row
                )
                for secret in ("024000000001", "Nguyễn", "Tân Yên", "1990"):
                    assert secret not in content


def test_the_same_identity_is_the_same_party_and_a_new_address_ends_the_old(
    parties: Parties, now: datetime, later: datetime
) -> None:
    party = parties.enter(AN, "registry R1", now)
    moved = AN.model_copy(update={"address": "Phường Kinh Bắc, tỉnh Bắc Ninh"})
    again = parties.enter(moved, "registry R2", later, area="27001")
    assert again.id == party.id
    assert parties.read(party.id or 0, OFFICER).address == "Phường Kinh Bắc, tỉnh Bắc Ninh"
    facts = parties.session.exec(select(PartyFact).where(PartyFact.field == "address")).all()
    assert [(fact.source, fact.ended_at is None) for fact in facts] == [
        ("registry R1", False),
        ("registry R2", True),
    ]
    assert again.area == "27001"


def test_entering_the_same_again_writes_nothing(parties: Parties, now: datetime, later: datetime) -> None:
    parties.enter(AN, "registry R1", now)
    before = len(parties.session.exec(select(PartyFact)).all())
    parties.enter(AN, "registry R2", later)
    assert len(parties.session.exec(select(PartyFact)).all()) == before


def test_only_the_fields_asked_for_are_opened(parties: Parties, now: datetime) -> None:
    party = parties.enter(AN, "registry R1", now)
    read = parties.read(party.id or 0, OFFICER, ["address"])
    assert (read.name, read.address, read.birth) == (AN.name, AN.address, None)


def test_every_reading_is_written_down_with_purpose_and_fields(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        parties = Parties(session, Vault((KEY,)), INDEX)
        party = parties.enter(AN, "registry R1", now)
        parties.read(party.id or 0, OFFICER, ["address"])
        parties.find("024000000001", OFFICER)
        parties.find("999", OFFICER)
    with transaction(engine) as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.seq))).all()
    assert [entry.action for entry in entries] == ["party.read", "party.find", "party.find"]
    assert entries[0].detail == {
        "purpose": OFFICER.purpose, "case": "case:17", "fields": ["address", "identity", "name"],
    }  # fmt: skip
    assert [entry.detail["found"] for entry in entries[1:]] == [True, False]
    assert "024000000001" not in str(entries)


def test_without_a_purpose_nothing_is_read(parties: Parties, now: datetime) -> None:
    party = parties.enter(AN, "registry R1", now)
    with pytest.raises(NoPurposeError):
        parties.read(party.id or 0, replace(OFFICER, purpose=" "))


def test_found_blindly(parties: Parties, now: datetime) -> None:
    party = parties.enter(AN, "registry R1", now)
    found = parties.find(" 024000 000001", OFFICER)
    assert found is not None
    assert found.id == party.id


@pytest.mark.parametrize("changes", [{"identity": "1"}, {"shoe_size": "42"}])
def test_some_fields_are_not_corrected(parties: Parties, now: datetime, changes: dict[str, str]) -> None:
    party = parties.enter(AN, "registry R1", now)
    with pytest.raises(InvalidError):
        parties.correct(party.id or 0, changes, "biên bản", OFFICER, now)


def test_a_correction_keeps_what_stood_before(parties: Parties, now: datetime, later: datetime) -> None:
    party = parties.enter(AN, "registry R1", now)
    parties.correct(party.id or 0, {"name": "Nguyễn Văn Ân"}, "CCCD", OFFICER, later)
    assert parties.read(party.id or 0, OFFICER).name == "Nguyễn Văn Ân"
    assert len(parties.session.exec(select(PartyFact).where(PartyFact.field == "name")).all()) == 2


def test_a_party_named_by_mistake_is_shown_to_nobody(
    parties: Parties, now: datetime, later: datetime
) -> None:
    case = add_case(parties.session, now)
    party = parties.enter(AN, "registry R1", now)
    parties.link(case.id or 0, party.id or 0, "owner", "registry R1", now)
    parties.block(party.id or 0, "biển số đọc sai", OFFICER, later)
    with pytest.raises(NotFoundError):
        parties.read(party.id or 0, OFFICER)
    assert parties.find(AN.identity, OFFICER) is None
    assert parties.of_case(case.id or 0, "owner") is None
    again = parties.enter(AN, "registry R9", later)
    assert again.id != party.id


def test_a_role_has_one_holder_at_a_time(parties: Parties, now: datetime, later: datetime) -> None:
    case = add_case(parties.session, now)
    first = parties.enter(AN, "registry R1", now)
    second = parties.enter(FIRM, "hợp đồng", now)
    parties.link(case.id or 0, first.id or 0, "owner", "registry R1", now)
    parties.link(case.id or 0, first.id or 0, "owner", "registry R1", later)
    parties.link(case.id or 0, second.id or 0, "owner", "hợp đồng", later)
    links = parties.session.exec(select(CaseParty).order_by(col(CaseParty.id))).all()
    assert [(link.party_id, link.ended_at is None) for link in links] == [
        (first.id, False),
        (second.id, True),
    ]
    assert parties.cases_of(second.id or 0) == [case.id]
    assert parties.cases_of(first.id or 0) == []


def test_a_new_key_seals_everything_anew(session: Session, now: datetime) -> None:
    old = Parties(session, Vault((KEY,)), INDEX)
    party = old.enter(AN, "registry R1", now)
    new = Parties(session, Vault((b"n" * 32, KEY)), INDEX)
    assert new.reseal(limit=2) == 2
    while new.reseal():
        pass
    only_new = Parties(session, Vault((b"n" * 32,)), INDEX)
    assert only_new.read(party.id or 0, OFFICER) == AN
