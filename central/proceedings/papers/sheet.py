"""The input of a step's paper: everything a paper may state about its case.

Statements only a person can make come with the step (`detail`): the statement, the witnesses, the addressee.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from central.audit import purposes
from central.cases.models import Case
from central.documents import archive as documents
from central.documents.archive import Archive
from central.documents.models import Document
from central.documents.phrases import short_day
from central.errors import NotFoundError
from central.offences.models import Offence
from central.parties.service import Parties, Reader
from central.proceedings.dossier_words import (
    act_of,
    delegation_words,
    official_of,
    person_of,
    signature_of,
)
from central.proceedings.models import (
    Proceeding,
    ProceedingStep,
)
from central.proceedings.people import Mover
from central.settings import OfficeSettings
from central.vault import BlindIndex, Vault
from configs.law_tables import LawBook
from contract.local_time import local_day

Values = dict[str, Any]


@dataclass(frozen=True)
class Records:
    """Dependencies for drawing up and storing papers, in one transaction: parties, archive, the unit's
    details.
    """

    session: Session
    parties: Parties
    archive: Archive
    office: OfficeSettings

    @classmethod
    def of(
        cls, session: Session, vault: Vault, index: BlindIndex, archive: Archive, office: OfficeSettings
    ) -> "Records":
        """Creates them for a transaction, with parties that the keys can open."""
        return cls(session, Parties(session, vault, index), archive, office)


@dataclass(frozen=True)
class Sheet:
    """The input of a step's paper: the case with everything a paper may state about it."""

    records: Records
    proceeding: Proceeding
    step: ProceedingStep
    by: Mover
    now: datetime
    case: Case
    offence: Offence | None
    book: LawBook

    @property
    def detail(self) -> Mapping[str, Any]:
        """The step's details."""
        return self.step.detail

    @property
    def session(self) -> Session:
        """The transaction."""
        return self.records.session

    def said(self, name: str, otherwise: str = "") -> str:
        """A text from the step's details."""
        return str(self.detail.get(name) or otherwise)

    def reader(self) -> Reader:
        """The reader of personal data for this paper."""
        return Reader(
            self.by.audit_name, purposes.coded(purposes.PAPER, self.step.action), self.proceeding.case_id
        )

    def person(self, party_id: int | None) -> Any:
        """A party as papers name them."""
        assert party_id is not None
        return person_of(self.records.parties.read(party_id, self.reader()))

    def owner_id(self) -> int | None:
        """The owner of the case."""
        link = self.records.parties.of_case(self.proceeding.case_id, "owner")
        return link.party_id if link is not None else None

    def addressee(self) -> int | None:
        """The addressee of a notice: the named driver who was invited, otherwise the owner."""
        return self.proceeding.violator_id or self.owner_id()

    def act(self) -> Any:
        """The act."""
        assert self.offence is not None
        return act_of(self.case, self.offence)


def last_of(sheet: Sheet, kind: str) -> Document:
    """The case's latest paper of that kind. Raises NotFoundError."""
    found = documents.of_case(sheet.session, sheet.proceeding.case_id, kind)
    if not found:
        raise NotFoundError("document", id=kind)
    return found[-1]


def number_of(sheet: Sheet, kind: str, case_id: int | None = None) -> str | None:
    """Number and day of the latest paper of that kind of the case, or of another, as papers cite it."""
    found = documents.of_case(sheet.session, case_id or sheet.proceeding.case_id, kind)
    return f"số {found[-1].number} ngày {short_day(found[-1].dated)}" if found else None


def signature(sheet: Sheet) -> Any:
    """The signature of a step's paper: by the person's power if they have one, otherwise by their role."""
    if sheet.by.power is not None:
        return signature_of(sheet.book, sheet.by.power, sheet.by.name, local_day(sheet.now))
    official = official_of(sheet.session, sheet.by.person, "")
    return {"titles": (official.title.upper(),), "name": sheet.by.name}


def delegation_of(sheet: Sheet) -> tuple[str, ...]:
    """The delegation under which a paper is signed, as one of its grounds; empty for a title held in
    person.
    """
    power = sheet.by.power
    if power is None or power.delegation is None:
        return ()
    return (delegation_words(sheet.session, sheet.book, power, local_day(sheet.now)),)


def sent_of(sheet: Sheet, kind: str) -> list[Document]:
    """The case's papers of that kind that were sent."""
    papers = documents.of_case(sheet.session, sheet.proceeding.case_id, kind)
    return [paper for paper in papers if paper.sent_at is not None]
