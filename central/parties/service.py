"""Owners, drivers, organisations: entered with a source, corrected with history, read only for a recorded
purpose.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from central.audit import service as audit
from central.db import among
from central.errors import InvalidError, NotFoundError
from central.parties.models import CaseParty, Party, PartyFact
from central.values import DayOfLife, Text
from central.vault import BlindIndex, Vault

Role = Literal["owner", "driver", "buyer", "lessee"]
Line = Annotated[Text, Field(min_length=1, max_length=300)]


class NoPurposeError(InvalidError):
    """Personal data were requested without a purpose."""

    code: ClassVar[str] = "no_purpose"


class Details(BaseModel):
    """Known data of a person or organisation (`identity`: số định danh, or mã số thuế); all but three may be
    unknown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["person", "organisation"]
    name: Line
    identity: Line
    address: Line | None = None
    phone: Line | None = None
    email: Line | None = None
    account: Line | None = None
    birth: DayOfLife | None = None
    nationality: Line | None = None
    occupation: Line | None = None
    identity_issued: Line | None = None
    licence_number: Line | None = None
    licence_class: Line | None = None
    licence_issuer: Line | None = None
    representative: Line | None = None
    representative_title: Line | None = None

    @property
    def organisation(self) -> bool:
        """True for an organisation: double fine, no points."""
        return self.kind == "organisation"


FIELDS = tuple(name for name in Details.model_fields if name != "kind")
"""Fields that are sealed, each separately."""


@dataclass(frozen=True)
class Reader:
    """Who reads personal data, for which purpose, on which case: all recorded in the audit log."""

    actor: str
    purpose: str
    case_id: int | None = None


@dataclass(frozen=True)
class HeldFact:
    """One value of a field, from when and which source; `ended_at`: when a correction replaced it."""

    field: str
    value: str
    source: str
    at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Parties:
    """The parties of a centre: the service over a session, the vault for sealing and the blind index for
    finding.
    """

    session: Session
    vault: Vault
    index: BlindIndex

    def enter(self, details: Details, source: str, now: datetime, area: str | None = None) -> Party:
        """The party with this identity, created or updated; a changed fact ends the previous one."""
        party = self._of_identity(details.identity)
        if party is None:
            hashed = self.index.of("identity", details.identity)
            party = Party(kind=details.kind, identity_index=hashed, area=area, created_at=now)
            self.session.add(party)
            self.session.flush()
        if area is not None:
            party.area = area
        self._write(party, details, source, now)
        return party

    def correct(
        self, party_id: int, changes: dict[str, str], source: str, reader: Reader, now: datetime
    ) -> None:
        """Replaces single fields (an address that was wrong); the previous value is kept, and who changed it.

        Raises:
            InvalidError: no such field, or the identity, which can't change: another identity is another
            party.
        """
        party = self._get(party_id)
        wrong = [name for name in changes if name not in FIELDS or name == "identity"]
        if wrong:
            raise InvalidError("party_field", field=wrong[0])
        present = self._open(party, self._facts(party_id))
        Details.model_validate({**present.model_dump(), **changes})
        for name, value in changes.items():
            self._replace(party, name, value, source, now)
        self._audit(reader, "party.correct", party_id, {"fields": sorted(changes)})

    def block(self, party_id: int, reason: str, reader: Reader, now: datetime) -> None:
        """Hides a party that was named by mistake from all pages; the rows stay for the audit."""
        party = self._get(party_id)
        party.blocked_at, party.blocked_reason = now, reason
        for link in self.session.exec(
            select(CaseParty).where(CaseParty.party_id == party_id, col(CaseParty.ended_at).is_(None))
        ):
            link.ended_at = now
        self._audit(reader, "party.block", party_id, {"reason": reason})

    def read(self, party_id: int, reader: Reader, fields: Collection[str] | None = None) -> Details:
        """A party's data; `fields` limits the fields that are opened (name and identity always are).

        Raises:
            NoPurposeError: the reader states no purpose.
            NotFoundError: no such party, or a blocked one.
        """
        party = self._get(party_id)
        wanted = set(FIELDS if fields is None else fields) | {"name", "identity"}
        if not reader.purpose.strip():
            raise NoPurposeError("party")
        facts = [fact for fact in self._facts(party_id) if fact.field in wanted]
        self._audit(reader, "party.read", party_id, {"fields": sorted(fact.field for fact in facts)})
        return self._open(party, facts)

    def read_all(self, party_id: int, reader: Reader) -> list[HeldFact]:
        """Every fact held about a party, also corrected ones and those of a blocked party, for the person
        themselves; audited.

        Raises:
            NoPurposeError: the reader states no purpose.
        """
        if not reader.purpose.strip():
            raise NoPurposeError("party")
        query = select(PartyFact).where(PartyFact.party_id == party_id).order_by(col(PartyFact.id))
        facts = self.session.exec(query).all()
        self._audit(reader, "party.read", party_id, {"fields": sorted({fact.field for fact in facts})})
        return [
            HeldFact(fact.field, self._plain(fact), fact.source, fact.at, fact.ended_at) for fact in facts
        ]

    def find(self, identity: str, reader: Reader) -> Party | None:
        """The party with this identity number; the search is audited whether or not there is one."""
        party = self._of_identity(identity)
        self._audit(reader, "party.find", party.id if party else None, {"found": party is not None})
        return party

    def link(self, case_id: int, party_id: int, role: Role, source: str, now: datetime) -> CaseParty:
        """Gives a party a role in a case; a previous holder of the role loses it."""
        present = self.of_case(case_id, role)
        if present is not None and present.party_id == party_id:
            return present
        if present is not None:
            present.ended_at = now
            self.session.flush()
        link = CaseParty(case_id=case_id, party_id=party_id, role=role, source=source, at=now)
        self.session.add(link)
        self.session.flush()
        return link

    def of_case(self, case_id: int, role: Role) -> CaseParty | None:
        """The parties with a role in a case now."""
        return self.session.exec(
            select(CaseParty).where(
                CaseParty.case_id == case_id, CaseParty.role == role, col(CaseParty.ended_at).is_(None)
            )
        ).one_or_none()

    def cases_of(self, party_id: int) -> list[int]:
        """The cases a party has a role in now, newest first."""
        query = select(CaseParty.case_id).where(
            CaseParty.party_id == party_id, col(CaseParty.ended_at).is_(None)
        )
        return sorted(set(self.session.exec(query)), reverse=True)

    def get(self, party_id: int) -> Party:
        """The row, without anything personal. Raises NotFoundError."""
        return self._get(party_id)

    def reseal(self, limit: int = 500) -> int:
        """Seals again under the current key what older keys sealed, one batch at a time; returns how many (0:
        the old keys can be removed).
        """
        query = select(PartyFact).where(PartyFact.key_id != self.vault.key_id).limit(limit)
        facts = self.session.exec(query.with_for_update(skip_locked=True)).all()
        for fact in facts:
            context = _context(fact.party_id, fact.field)
            fact.sealed = self.vault.seal(self.vault.open(fact.sealed, context), context)
            fact.key_id = self.vault.key_id
        return len(facts)

    def _write(self, party: Party, details: Details, source: str, now: datetime) -> None:
        assert party.id is not None
        known = {fact.field: self._plain(fact) for fact in self._facts(party.id)}
        for name, value in details.model_dump(mode="json", exclude={"kind"}, exclude_none=True).items():
            if known.get(name) != value:
                self._replace(party, name, value, source, now)

    def _replace(self, party: Party, name: str, value: str, source: str, now: datetime) -> None:
        assert party.id is not None
        for fact in self._facts(party.id):
            if fact.field == name:
                fact.ended_at = now
        self.session.flush()
        sealed = self.vault.seal(value.encode(), _context(party.id, name))
        self.session.add(
            PartyFact(
                party_id=party.id,
                field=name,
                sealed=sealed,
                key_id=self.vault.key_id,
                source=source,
                at=now,
            )
        )
        self.session.flush()

    def _open(self, party: Party, facts: Collection[PartyFact]) -> Details:
        return Details.model_validate(
            {"kind": party.kind} | {fact.field: self._plain(fact) for fact in facts}
        )

    def _plain(self, fact: PartyFact) -> str:
        return self.vault.open(fact.sealed, _context(fact.party_id, fact.field)).decode()

    def _facts(self, party_id: int) -> list[PartyFact]:
        query = select(PartyFact).where(PartyFact.party_id == party_id, col(PartyFact.ended_at).is_(None))
        return list(self.session.exec(query.order_by(col(PartyFact.id))))

    def _get(self, party_id: int) -> Party:
        party = self.session.get(Party, party_id)
        if party is None or party.blocked_at is not None:
            raise NotFoundError("party", id=party_id)
        return party

    def _of_identity(self, identity: str) -> Party | None:
        return of_identity(self.session, self.index, identity)

    def _audit(self, reader: Reader, action: str, party_id: int | None, detail: dict[str, object]) -> None:
        case = f"case:{reader.case_id}" if reader.case_id is not None else ""
        audit.record(
            self.session,
            reader.actor,
            action,
            f"party:{party_id}" if party_id is not None else "party",
            {"purpose": reader.purpose[:200], "case": case, **detail},
        )


def party_of(session: Session, party_id: int) -> Party | None:
    """The row of a party that is not blocked: its kind and area, nothing personal."""
    party = session.get(Party, party_id)
    return party if party is not None and party.blocked_at is None else None


def of_identity(session: Session, index: BlindIndex, identity: str) -> Party | None:
    """The party with this identity number, for a person who has just proved that identity."""
    hashed = index.of("identity", identity)
    query = select(Party).where(Party.identity_index == hashed, col(Party.blocked_at).is_(None))
    return session.exec(query).one_or_none()


def everybody_of_identity(session: Session, index: BlindIndex, identity: str) -> list[Party]:
    """The parties entered with this identity number, also those named by mistake and blocked since."""
    hashed = index.of("identity", identity)
    return list(session.exec(select(Party).where(Party.identity_index == hashed).order_by(col(Party.id))))


def roles_of(session: Session, party_ids: Collection[int]) -> list[CaseParty]:
    """Every role these parties have or had, by case."""
    query = select(CaseParty).where(among(session, CaseParty.party_id, party_ids))
    return list(session.exec(query.order_by(col(CaseParty.case_id), col(CaseParty.id))))


def roles_in(session: Session, case_ids: Collection[int]) -> list[CaseParty]:
    """Every role anybody has or had in these cases."""
    query = select(CaseParty).where(among(session, CaseParty.case_id, case_ids))
    return list(session.exec(query.order_by(col(CaseParty.case_id), col(CaseParty.id))))


def of_cases(session: Session, case_ids: Collection[int]) -> dict[int, set[int]]:
    """The parties that each of these cases has or had, by the case."""
    found: dict[int, set[int]] = {}
    query = select(CaseParty.case_id, CaseParty.party_id).where(among(session, CaseParty.case_id, case_ids))
    for case_id, party_id in session.exec(query):
        found.setdefault(case_id, set()).add(party_id)
    return found


def has_role(session: Session, case_id: int, role: Role) -> bool:
    """Whether somebody has this role in the case now."""
    query = select(CaseParty.id).where(
        CaseParty.case_id == case_id, CaseParty.role == role, col(CaseParty.ended_at).is_(None)
    )
    return session.exec(query).first() is not None


def _context(party_id: int, field: str) -> str:
    return f"party:{party_id}:{field}"
