"""Answers a citizen may send about a case, and how they are processed: stored word for word, sealed, and
taken as a step of the proceedings where they are one.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from pydantic import ValidationError
from sqlmodel import Session, col, select

from central.audit import service as audit
from central.citizens import attachments
from central.citizens.entry import Guest, Opened
from central.citizens.forgetting import GONE
from central.citizens.models import Submission
from central.documents.numbers import next_number
from central.errors import ConflictError, InvalidError, NotFoundError
from central.notifications import service as notifications
from central.parties import service as parties
from central.parties.service import Details
from central.proceedings import desk, engine, parties_of_case, payments
from central.proceedings import service as proceedings
from central.proceedings.dossier import Dossier
from central.proceedings.loading import load
from central.proceedings.models import Proceeding, ProceedingStep
from central.proceedings.papers.sheet import Records
from central.proceedings.people import Mover, citizen
from central.proceedings.service import Doing, attempt_of
from central.proceedings.tracks import Track
from central.vault import Vault
from contract.canonical import sha256_hex
from contract.local_time import local_day

Needs = Literal["", "text", "driver", "buyer", "relief", "contest"]
"""What an answer must contain: nothing, text, the driver's details, the buyer's, the relief, the grounds."""

Via = Literal["portal", "post", "counter", "email"]
"""How something was received."""

CONTEST_GROUNDS = ("wrong_vehicle", "cloned_plate", "wrong_place", "signal", "necessity", "other")
RELIEFS = ("deferral", "reduction", "instalments")


@dataclass(frozen=True)
class Kind:
    """One kind of answer; `step` is the step of the proceedings it becomes (None: a request that a person
    answers)."""

    name: str
    step: str | None
    needs: Needs = ""
    person: bool = True
    organisation: bool = True
    portal: bool = True


KINDS = {
    kind.name: kind
    for kind in (
        Kind("admit", "admit", organisation=False),
        Kind("name_driver", "name_driver", "driver"),
        Kind("deny_driving", "deny_driving", "text", organisation=False),
        Kind("name_nobody", "name_nobody", person=False),
        Kind("say_sold", "say_sold", "buyer"),
        Kind("say_stolen", "say_stolen", "text"),
        Kind("contest", "contest", "contest"),
        Kind("ask_place", None, "text"),
        Kind("data_request", None, "text"),
        Kind("explain", "explain", "text"),
        Kind("ask_hearing", "ask_hearing"),
        Kind("waive_explanation", "waive_explanation"),
        Kind("take_waiver_back", "take_waiver_back"),
        Kind("ask_relief", "ask_relief", "relief"),
        Kind("complain", "complain", "text"),
        Kind("complain_again", "complain_again", "text"),
        Kind("withdraw_complaint", "withdraw_complaint"),
        Kind("letter", None, "text", portal=False),
    )
}
"""In the order in which a page offers them; `letter` is a letter that is not an answer."""

SHARED = frozenset({"admit", "name_driver", "deny_driving", "say_sold", "say_stolen", "contest", "ask_place"})
"""Answers that may be given to several notices at once."""


@dataclass(frozen=True)
class Answer:
    """An answer as sent. `fields` are the details the kind needs, as typed."""

    kind: str
    text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def check(self) -> Kind:
        """Its kind. Raises InvalidError if something required is missing."""
        kind = KINDS.get(self.kind)
        if kind is None:
            raise InvalidError("answer", field="kind")
        _check(kind, self)
        return kind

    def content(self) -> dict[str, Any]:
        """The content that is sealed."""
        return {"kind": self.kind, "text": self.text, "fields": dict(self.fields)}


@dataclass(frozen=True)
class Came:
    """How it was received: through the portal or as a letter entered by a clerk, and on which day."""

    via: Via
    signed_by: Literal["code", "identity", "letter"]
    day: date
    entered_by: int | None = None


@dataclass(frozen=True)
class Entered:
    """How an answer is entered into the proceedings: its number, channel, by whom, and for which day (None:
    today).
    """

    number: str
    through: str
    by: Mover
    day: date | None = None


def offers(session: Session, dossier: Dossier, party_id: int, now: datetime) -> list[Kind]:
    """Kinds of answer a party may send about a case now, in the order of `KINDS`."""
    party = parties.party_of(session, party_id)
    organisation = party is not None and party.kind == "organisation"
    attempt = attempt_of(Doing("", note="?"), citizen(party_id), now)
    found = []
    for kind in KINDS.values():
        if not kind.portal:
            continue
        if not (kind.organisation if organisation else kind.person):
            continue
        if kind.name == "ask_relief":
            is_paid = dossier.is_at(Track.PAYMENT, "paid")
            if dossier.relief_open and not is_paid and dossier.is_at(Track.RELIEF, "none", "refused"):
                found.append(kind)
        elif kind.step is None:
            if dossier.is_at(Track.CASE, "open") and dossier.is_at(Track.RECORD, "none"):
                found.append(kind)
        elif not engine.problems_of(dossier, kind.step, attempt):
            found.append(kind)
    return found


def give(records: Records, guest: Guest, proceeding_id: int, answer: Answer, now: datetime) -> Submission:
    """Accepts an answer: takes its step and stores its sealed text, or does neither.

    Raises:
        NotFoundError: the case is not open to this guest.
        InvalidError: something required is missing or wrong; `field` says which.
        ConflictError: this kind can't be sent now.
        StepRefusedError: the tables refuse.
    """
    opened = guest.case(proceeding_id)
    kind = KINDS.get(answer.kind)
    if kind is None:
        raise InvalidError("answer", field="kind")
    proceeding = proceedings.lock(records.session, proceeding_id)
    dossier = load(records.session, proceeding, local_day(now)).dossier
    if kind not in offers(records.session, dossier, opened.party_id, now):
        raise ConflictError("answer_not_open")
    _check(kind, answer)
    actor = f"party:{opened.party_id}"
    came = Came("portal", "code" if guest.party_id is None else "identity", local_day(now))
    submission = keep(records, proceeding, opened.party_id, answer, came, now)
    entered = Entered(submission.number, "Cổng thông tin", citizen(opened.party_id))
    step = as_step(records, proceeding, answer, entered, now)
    submission.step_id = step.id if step is not None else None
    files = attachments.send(records.session, opened, submission.id or 0)
    note_arrival(records.session, proceeding, submission, actor, files, now)
    return submission


def note_arrival(
    session: Session, proceeding: Proceeding, row: Submission, actor: str, files: int, now: datetime
) -> None:
    """Records that something was received, and notifies the sender of its number."""
    detail = {"kind": row.kind, "number": row.number, "sha256": row.sha256, "files": files, "via": row.via}
    audit.record(session, actor, "portal.answer", f"case:{proceeding.case_id}", detail)
    key, values = f"submission:{row.key}", {"number": row.number}
    notifications.tell(session, key, row.party_id, proceeding.case_id, "answer_received", values, now)


def _check(kind: Kind, answer: Answer) -> None:
    if kind.needs == "text" and not answer.text.strip():
        raise InvalidError("answer_text", field="text")
    if kind.needs == "contest" and answer.fields.get("ground") not in CONTEST_GROUNDS:
        raise InvalidError("contest_ground", field="ground")
    if kind.needs == "contest" and answer.fields["ground"] == "other" and not answer.text.strip():
        raise InvalidError("answer_text", field="text")
    if kind.needs == "relief" and answer.fields.get("relief") not in RELIEFS:
        raise InvalidError("relief", field="relief")
    needed = {"driver": ("name", "identity", "address"), "buyer": ("name", "address")}.get(kind.needs, ())
    for name in needed:
        if not answer.fields.get(name, "").strip():
            raise InvalidError("person_field", field=name)


def keep(
    records: Records, proceeding: Proceeding, party_id: int, answer: Answer, came: Came, now: datetime
) -> Submission:
    """Numbers an answer and stores it sealed; nothing else is done with it yet."""
    content = json.dumps(answer.content(), ensure_ascii=False, sort_keys=True).encode()
    key, vault = secrets.token_hex(16), records.parties.vault
    year = local_day(now).year
    sequence = next_number(records.session, proceeding.unit, "submission", year)
    assert proceeding.id is not None
    submission = Submission(
        key=key,
        number=f"{sequence}/{year}/TL-{proceeding.unit}"[:40],
        proceeding_id=proceeding.id,
        party_id=party_id,
        kind=answer.kind,
        sealed=vault.seal(content, submission_context(key)),
        key_id=vault.key_id,
        sha256=sha256_hex(content),
        at=now,
        via=came.via,
        signed_by=came.signed_by,
        came_on=came.day,
        entered_by=came.entered_by,
    )
    records.session.add(submission)
    records.session.flush()
    return submission


def as_step(
    records: Records, proceeding: Proceeding, answer: Answer, entered: Entered, now: datetime
) -> ProceedingStep | None:
    """Takes the step of an answer; None if it is not a step. Raises StepRefusedError and the errors of the
    step's own service.
    """
    kind, by, day = KINDS[answer.kind], entered.by, entered.day
    note = f"{entered.through}, số {entered.number}"
    if kind.step is None:
        return None
    if kind.name == "name_driver":
        source = f"chủ xe khai, số {entered.number}"[:120]
        driver = _driver(answer)
        return parties_of_case.name_driver(
            records.session, records.parties, proceeding, driver, source, by, now, day
        )
    if kind.name == "ask_relief":
        payments.ask_relief(records.session, proceeding, answer.fields["relief"], note, by, now, day)
        return proceedings.last_step(records.session, proceeding)
    detail: dict[str, Any] = {"submission": entered.number}
    if kind.name == "explain":
        detail["content"] = [["Nội dung giải trình", answer.text.strip()]]
    return desk.do(records, proceeding, Doing(kind.step, day, note=note, detail=detail), by, now)[0]


def _driver(answer: Answer) -> Details:
    wanted = ("name", "identity", "address", "phone", "licence_number")
    fields = {name: answer.fields[name].strip() for name in wanted if answer.fields.get(name, "").strip()}
    try:
        return Details.model_validate({"kind": "person", **fields})
    except ValidationError as problem:
        raise InvalidError("person_field", field=str(problem.errors()[0]["loc"][0])) from None


def of_case(session: Session, proceeding_id: int) -> list[Submission]:
    """Answers of citizens about a case, the oldest first; sealed."""
    query = select(Submission).where(Submission.proceeding_id == proceeding_id)
    return list(session.exec(query.order_by(col(Submission.id))))


def sent_by(session: Session, opened: Opened) -> list[Submission]:
    """Answers of this party about this case, the oldest first."""
    return [row for row in of_case(session, opened.proceeding_id) if row.party_id == opened.party_id]


def read(records: Records, submission_id: int, actor: str, purpose: str) -> dict[str, Any]:
    """The text of a submission; reading it is audited. Raises NotFoundError, also if it was deleted after its
    retention period.
    """
    row = records.session.get(Submission, submission_id)
    if row is None or row.key_id == GONE:
        raise NotFoundError("submission", id=submission_id)
    return text_of(records.session, records.parties.vault, row, actor, purpose)


def text_of(session: Session, vault: Vault, row: Submission, actor: str, purpose: str) -> dict[str, Any]:
    """The text of a submission that was not deleted; reading it is audited."""
    content: dict[str, Any] = json.loads(vault.open(row.sealed, submission_context(row.key)))
    audit.record(session, actor, "submission.read", f"submission:{row.number}", {"purpose": purpose[:200]})
    return content


def submission_context(key: str) -> str:
    """The context in which a submission's text is sealed."""
    return f"submission:{key}"
