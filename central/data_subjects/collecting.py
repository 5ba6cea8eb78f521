"""Collects everything held about one person or plate through the services of each feature, masked.

The values are plain JSON. Cases of the plate that concern somebody else are only counted: another owner's
journeys are not this person's data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlmodel import Session

from central.cases import queries as cases
from central.cases.models import Case
from central.citizens import held as portal
from central.citizens.models import Attachment
from central.data_subjects.masking import Staff, stated, without_others
from central.data_subjects.tables import LEFT_OUT
from central.documents import archive as documents
from central.documents.models import Document
from central.notifications import service as notifications
from central.parties import service as parties
from central.parties.models import CaseParty, Party
from central.parties.service import Parties, Reader
from central.population import service as population
from central.proceedings import access, clones
from central.registry import service as registry
from central.vault import compared
from configs.retention import RetentionRules

FORMAT = "ngatu.person-data/1"


@dataclass(frozen=True)
class Wanted:
    """Whose data: an identity number (or tax code) and a plate, normalised; one of the two may be empty."""

    identity: str
    plate: str


@dataclass(frozen=True)
class Search:
    """One collection: the session, the keys, for whom, by whom, and what all parts of it need."""

    session: Session
    parties: Parties
    wanted: Wanted
    reader: Reader
    now: datetime
    rules: RetentionRules | None = None

    @cached_property
    def staff(self) -> Staff:
        """The roles of staff."""
        return Staff.of(self.session)

    @cached_property
    def people(self) -> list[Party]:
        """The rows of the person: one, and others that were blocked."""
        if not self.wanted.identity:
            return []
        return parties.everybody_of_identity(self.session, self.parties.index, self.wanted.identity)

    @cached_property
    def mine(self) -> set[int]:
        """The numbers of these rows."""
        return {party.id for party in self.people if party.id is not None}

    @cached_property
    def roles(self) -> list[CaseParty]:
        """Every role the person has or had in a case."""
        return parties.roles_of(self.session, self.mine)

    @cached_property
    def of_plate(self) -> tuple[list[Case], int]:
        """The cases of the plate that are theirs or nobody's yet, and how many concern somebody else."""
        if not self.wanted.plate:
            return [], 0
        found = cases.of_plate(self.session, self.wanted.plate)
        theirs = [case for case in found if self._concerns_nobody_else(case)]
        return theirs, len(found) - len(theirs)

    @cached_property
    def cases(self) -> list[Case]:
        """The cases that are told in full: where the person has a role now, and those of the plate."""
        present = {role.case_id for role in self.roles if role.ended_at is None}
        found = cases.cases_by_id(self.session, present)
        found |= {case.id: case for case in self.of_plate[0] if case.id is not None}
        return [found[number] for number in sorted(found)]

    @cached_property
    def papers(self) -> list[Document]:
        """The papers addressed to the person: also notices that went out before anybody was identified."""
        session, numbers = self.session, sorted(self.mine)
        found = {paper.id: paper for number in numbers for paper in documents.of_party(session, number)}
        notices = {row.document_id for number in numbers for row in access.ever_of_party(session, number)}
        found |= {number: documents.get(session, number) for number in notices - found.keys()}
        return [found[number] for number in sorted(number for number in found if number is not None)]

    @cached_property
    def attachments(self) -> list[Attachment]:
        """The files the person attached to what they sent or are writing."""
        return [row for number in sorted(self.mine) for row in portal.attachments_of(self.session, number)]

    def is_them(self, identity: str) -> bool:
        """Whether an identity number is the person's."""
        return bool(self.wanted.identity) and compared(identity) == compared(self.wanted.identity)

    def _concerns_nobody_else(self, case: Case) -> bool:
        assert case.id is not None
        now = [role for role in parties.roles_in(self.session, [case.id]) if role.ended_at is None]
        if now:
            return any(role.party_id in self.mine for role in now)
        owners = [
            registry.open_owner(
                self.session, case, answer, self.parties.vault, self.reader.actor, self.reader.purpose
            )
            for answer in registry.of_case(self.session, case.id)
        ]
        return all(owner is None or self.is_them(owner.identity) for owner in owners)


def persons(search: Search) -> list[dict[str, Any]]:
    """The rows of the person with every fact, also corrected ones, and the roles in cases."""
    return [_person(search, party) for party in search.people]


def _person(search: Search, party: Party) -> dict[str, Any]:
    assert party.id is not None
    facts = search.parties.read_all(party.id, search.reader)
    roles = [role for role in search.roles if role.party_id == party.id]
    return {
        **stated(party, "kind", "area", "created_at", "blocked_at"),
        "facts": [stated(fact, "field", "value", "source", "at", "ended_at") for fact in facts],
        "roles": [stated(role, "case_id", "role", "source", "at", "ended_at") for role in roles],
        "population_answers": [
            {
                **stated(answer, "case_id", "at", "origin", "reference", "problem", "notes"),
                "person": _opened(search, answer),
            }
            for answer in population.of_party(search.session, party.id)
        ],
    }


def _opened(search: Search, answer: Any) -> dict[str, Any] | None:
    found = population.read(search.session, search.parties.vault, answer, search.reader)
    return found.model_dump(mode="json") if found is not None else None


def papers(search: Search) -> list[dict[str, Any]]:
    """Papers addressed to the person, by number and hash; copies are given from the case files."""
    names = ("kind", "number", "dated", "case_id", "state", "sha256", "signed_at", "sent_at", "sent_how")
    return [stated(paper, *names) for paper in search.papers]


def told(search: Search) -> list[dict[str, Any]]:
    """What was sent to the person, and when it arrived."""
    names = ("case_id", "kind", "values", "at", "sent_at", "read_at", "posted_on", "post_reference")
    return [
        stated(row, *names, "delivered_on", "proof", "problem")
        for number in sorted(search.mine)
        for row in notifications.of_party(search.session, number)
    ]


def on_the_portal(search: Search) -> dict[str, Any]:
    """Notices that open a case, sessions, and what the person wrote, sent and attached."""
    found: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("notices", "open_now", "sessions", "submissions", "drafts", "attachments")
    }
    session, vault = search.session, search.parties.vault
    for number in sorted(search.mine):
        notices = access.ever_of_party(session, number)
        found["notices"] += [stated(row, "number", "plate", "at", "ended_at") for row in notices]
        opened = portal.opened_notices(session, {row.document_id for row in notices})
        found["open_now"] += [stated(row, "document_id", "at") for row in opened]
        sessions = portal.sessions_of(session, number)
        found["sessions"] += [stated(row, "created_at", "last_seen_at", "expires_at") for row in sessions]
        sent = ("number", "kind", "at", "signed_by", "via", "came_on", "state", "refusal", "reply", "sha256")
        for row, text in portal.submissions_of(session, vault, number, search.reader):
            found["submissions"].append({**stated(row, *sent), "content": without_others(text)})
        for draft, typed in portal.drafts_of(session, vault, number):
            found["drafts"].append({**stated(draft, "kind", "saved_at"), "content": without_others(typed)})
    told = ("name", "media_type", "size", "sha256", "at")
    found["attachments"] = [stated(row, *told) for row in search.attachments]
    return found


def watched(search: Search) -> list[dict[str, Any]]:
    """When the plate was watched as cloned; not why, which names other sightings."""
    plates = {case.plate for case in search.cases if case.plate} | {search.wanted.plate} - {""}
    return [
        stated(row, "plate", "since", "ended_at")
        for plate in sorted(plates)
        for row in clones.watches_of(search.session, plate)
    ]


def not_in_it() -> list[dict[str, str]]:
    """Tables with personal data that are not in the file, and why."""
    return [{"table": table, "reason": reason} for table, reason in sorted(LEFT_OUT.items())]


def kept_for(rules: RetentionRules | None) -> Sequence[dict[str, Any]]:
    """How long data are kept, by the approved rules; empty without any."""
    return [stated(rule, "covers", "of", "days", "legal_basis") for rule in rules.rules] if rules else []
