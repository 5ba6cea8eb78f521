"""Submissions of citizens at the clerk's desk (văn thư, cán bộ tiếp nhận): letters are entered, each
submission is accepted or returned with a reason, and its sender is notified.

A submission through the portal is a step at once, on its day of arrival. A letter becomes one when it is
accepted, for the day it was sent. A submission is only returned while another can still be sent in its place.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from central.audit import purposes
from central.audit import service as audit
from central.cases.queries import get_case
from central.citizens import answers
from central.citizens.answers import KINDS, Answer, Came, Entered, Via
from central.citizens.attachments import Cupboard, File
from central.citizens.entry import Opened
from central.citizens.models import Submission
from central.documents.archive import About
from central.documents.models import Document
from central.errors import ConflictError, InvalidError, NotFoundError
from central.notifications import service as notifications
from central.offences import service as offences
from central.parties.service import Reader, Role
from central.proceedings import desk
from central.proceedings import service as proceedings
from central.proceedings.dossier_words import act_of, official_of, person_of, vehicle_of
from central.proceedings.engine import STEPS
from central.proceedings.models import Proceeding
from central.proceedings.papers.sheet import Records
from central.proceedings.people import Mover, for_citizen
from central.proceedings.service import Doing
from central.proceedings.tracks import Track
from central.words.dictionary import translator
from contract.local_time import local_day

REFUSALS = ("illegible", "unsigned", "not_entitled", "other_case", "papers_missing", "duplicate", "other")
"""Reasons for returning a submission; see `refusal.*`."""


@dataclass(frozen=True)
class Letter:
    """A letter as a clerk enters it: from which party, how and on which day it came, and its text."""

    sender: Role
    via: Via
    day: date
    answer: Answer
    files: tuple[File, ...] = ()


def enter(
    records: Records, cupboard: Cupboard, proceeding_id: int, letter: Letter, by: Mover, now: datetime
) -> Submission:
    """Enters a letter in the register under its own number; it then waits to be accepted.

    Raises:
        NotFoundError: nobody has that role in the case.
        InvalidError: something required is missing, the day is impossible, or a file is refused.
    """
    proceeding = proceedings.lock(records.session, proceeding_id)
    link = records.parties.of_case(proceeding.case_id, letter.sender)
    if link is None:
        raise NotFoundError("party", id=letter.sender)
    letter.answer.check()
    if not proceeding.captured_on <= letter.day <= local_day(now):
        raise InvalidError("came_on", field="day")
    came = Came(letter.via, "letter", letter.day, by.person)
    row = answers.keep(records, proceeding, link.party_id, letter.answer, came, now)
    opened = Opened(proceeding_id, link.party_id, None)
    for file in letter.files:
        cupboard.keep(records.session, opened, file, by.audit_name, now, row.id)
    answers.note_arrival(records.session, proceeding, row, by.audit_name, len(letter.files), now)
    return row


def accept(records: Records, submission_id: int, words: str, by: Mover, now: datetime) -> Submission:
    """Accepts a submission; a letter becomes its step, for the day it was sent.

    Raises:
        NotFoundError, ConflictError: nothing waits under that number.
        StepRefusedError: the letter can't be that step now.
    """
    row, proceeding = _waiting(records, submission_id)
    if row.signed_by == "letter":
        content = answers.read(records, submission_id, by.audit_name, "tiếp nhận văn bản")
        answer = Answer(content["kind"], content["text"], content["fields"])
        entered = Entered(row.number, "Văn bản đến", for_citizen(by), row.came_on)
        step = answers.as_step(records, proceeding, answer, entered, now)
        row.step_id = step.id if step is not None else None
    _settle(records, proceeding, row, "accepted", words, by, now)
    return row


def give_back(
    records: Records, submission_id: int, reason: str, words: str, by: Mover, now: datetime
) -> Submission:
    """Returns a submission for a reason; its step is reversed, so that it can be sent again.

    Raises:
        NotFoundError, ConflictError: nothing waits under that number, or its step has an answer of its own.
        InvalidError: no such reason, or "other" without words.
        StepRefusedError: it is too late to send another, so this one remains valid.
    """
    if reason not in REFUSALS or (reason == "other" and not words.strip()):
        raise InvalidError("refusal", field="reason" if reason not in REFUSALS else "words")
    row, proceeding = _waiting(records, submission_id)
    if row.step_id is not None:
        undo = returning_step(row.kind)
        if undo is None:
            raise ConflictError("submission_is_step", number=row.number)
        note = f"{translator('vi')(f'refusal.{reason}')} ({row.number})"
        desk.do(records, proceeding, Doing(undo, note=note, detail={"submission": row.number}), by, now)
    row.refusal = reason
    _settle(records, proceeding, row, "returned", words, by, now)
    return row


def returning_step(kind: str) -> str | None:
    """The step that reverses an answer of that kind; None if nothing can."""
    step = KINDS[kind].step
    if step == "explain":
        return "return_explanation"
    return "return_answer" if step is not None and STEPS[step].track is Track.ANSWER else None


def _waiting(records: Records, submission_id: int) -> tuple[Submission, Proceeding]:
    row = records.session.get(Submission, submission_id)
    if row is None:
        raise NotFoundError("submission", id=submission_id)
    proceeding = proceedings.lock(records.session, row.proceeding_id)
    records.session.refresh(row)
    if row.state != "waiting":
        raise ConflictError("submission_settled", number=row.number)
    return row, proceeding


def _settle(
    records: Records,
    proceeding: Proceeding,
    row: Submission,
    state: str,
    words: str,
    by: Mover,
    now: datetime,
) -> None:
    row.state, row.reply = state, words.strip()[:1000]
    row.replied_at, row.replied_by = now, by.person
    paper = _reply(records, proceeding, row, by, now)
    detail = {"number": row.number, "reason": row.refusal}
    audit.record(records.session, by.audit_name, f"submission.{state}", f"case:{proceeding.case_id}", detail)
    values = {"number": row.number} | ({"reason": row.refusal} if row.refusal else {})
    notifications.tell(
        records.session,
        f"submission:{row.key}:{state}",
        row.party_id,
        proceeding.case_id,
        f"answer_{state}",
        values,
        now,
        paper.id,
    )


def _reply(records: Records, proceeding: Proceeding, row: Submission, by: Mover, now: datetime) -> Document:
    """The paper that informs the sender, for the post and the portal."""
    session, case = records.session, get_case(records.session, proceeding.case_id)
    t = translator("vi")
    reader = Reader(by.audit_name, purposes.REPLY, proceeding.case_id)
    official = official_of(session, by.person, "")
    offence = offences.get(session, proceeding.offence_id) if proceeding.offence_id else None
    values = {
        "to": person_of(records.parties.read(row.party_id, reader)),
        "received": row.number,
        "received_on": row.came_on,
        "received_as": t(f"portal.answer.{row.kind}.title"),
        "vehicle": vehicle_of(session, case),
        "act": act_of(case, offence) if offence is not None else None,
        "accepted": row.state == "accepted",
        "reason": t(f"refusal.{row.refusal}") if row.refusal else None,
        "words": row.reply or None,
        "recipients": ("Như trên", "Lưu: VT, hồ sơ"),
        "signature": {"titles": (official.title.upper(),), "name": by.name},
    }
    about = About(
        key=f"submission:{row.key}:reply", case_id=proceeding.case_id, party_id=row.party_id, by=by.person
    )
    return records.archive.draw(session, "reply", about, values, now)


def at_desk(session: Session, skip: int = 0, limit: int = 50) -> list[Submission]:
    """Submissions waiting for a clerk, the oldest first."""
    query = select(Submission).where(Submission.state == "waiting").order_by(col(Submission.id))
    return list(session.exec(query.offset(skip).limit(limit)))


def count(session: Session) -> int:
    """Number of submissions waiting for a clerk."""
    return session.exec(select(func.count()).where(Submission.state == "waiting")).one()


def latest(session: Session, skip: int = 0, limit: int = 50) -> list[Submission]:
    """The register: all submissions, the latest first."""
    query = select(Submission).order_by(col(Submission.id).desc())
    return list(session.exec(query.offset(skip).limit(limit)))


def get(session: Session, submission_id: int) -> Submission:
    """One submission, sealed. Raises NotFoundError."""
    row = session.get(Submission, submission_id)
    if row is None:
        raise NotFoundError("submission", id=submission_id)
    return row
