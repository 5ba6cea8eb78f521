"""Takes a step with everything that belongs to it. API and pages call this module. The step is checked by the
tables, its document is drawn up, and notices or alerts that no longer apply are ended, in one transaction.
A notice is only drawn up after a check for a cloned plate; a paper is only sent once its file is made and
signed.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from central.copies import service as copies
from central.documents import archive as documents
from central.documents.models import Document
from central.errors import ConflictError
from central.proceedings import access, clones, decisions, payments, serving, withdrawal
from central.proceedings.clones import Places
from central.proceedings.loading import living_decision
from central.proceedings.models import (
    Decision,
    Proceeding,
    ProceedingStep,
    Withdrawal,
    WithdrawnCase,
)
from central.proceedings.papers.drawing import case_file, paper_of, withdrawal_paper
from central.proceedings.papers.sheet import Records
from central.proceedings.payments import Counted, Grant, Receipt
from central.proceedings.people import PROGRAMME, Mover
from central.proceedings.service import Doing, StepRefusedError, last_step, of_case, take
from central.proceedings.tracks import Track
from central.proceedings.withdrawal import Scope

SENDS: Mapping[str, str] = {
    "send_notice": "notice",
    "send_decision": "decision",
    "send_enforcement": "enforcement",
}
"""Steps that send a paper, and which."""


TOWARDS_OWNER = ("draw_notice", "sign_notice", "send_notice")
"""Steps before each of which a clone is looked for: the plate may have been seen elsewhere since the last."""


class PaperMissingError(ConflictError):
    """The paper to be sent has not been drawn up, or its file is still being made."""

    code: ClassVar[str] = "paper_missing"


def do(
    records: Records,
    proceeding: Proceeding,
    doing: Doing,
    by: Mover,
    now: datetime,
    places: Places | None = None,
) -> tuple[ProceedingStep, Document | None]:
    """Takes a step on a locked proceeding and draws its paper up.

    If a clone is suspected, no notice is drawn up, signed or sent: the step taken then is `suspect_clone`.

    Raises:
        StepRefusedError: the tables refuse.
        PaperMissingError: the paper to be sent has no file yet.
        EvidenceNotOpenError: a notice whose owner could not see the evidence yet.
    """
    if doing.action in TOWARDS_OWNER and clones.suspect(records.session, proceeding, places or {}, now):
        last = last_step(records.session, proceeding)
        if last.action == "suspect_clone" and last.at == now:  # not an earlier suspicion
            return last, None
        raise StepRefusedError("plate_suspected", action=doing.action, problems=("plate_suspected",))
    if doing.action in SENDS:
        _send(records, proceeding, SENDS[doing.action], str(doing.detail.get("how") or "post"), now)
    step = take(records.session, proceeding, doing, by, now)
    if doing.action == "draw_notice":
        copies.ask(records.session, proceeding.case_id, now)
    if doing.action == "send_decision" and doing.detail.get("how") == "electronic":
        # This starts the time after which the law deems it delivered (NĐ 118/2021 Điều 17a).
        take(records.session, proceeding, Doing("enter_electronically", step.day), PROGRAMME, now)
    end_what_is_untrue(records, proceeding, step, now)
    paper = paper_of(records, proceeding, step, by, now)
    serving.tell(records, proceeding, paper, now)
    return step, paper


def _send(records: Records, proceeding: Proceeding, kind: str, how: str, now: datetime) -> None:
    papers = documents.of_case(records.session, proceeding.case_id, kind)
    if not papers or papers[-1].sealed_sha256 is None:
        raise PaperMissingError("waits" if papers else "not_drawn", kind=kind)
    if kind == "notice":
        copies.check_open(records.session, records.archive.store, proceeding.case_id)
    documents.sent(records.session, papers[-1].id or 0, how, now)


def end_what_is_untrue(records: Records, proceeding: Proceeding, step: ProceedingStep, now: datetime) -> None:
    """Invalidates the codes of a notice that no longer applies, and of a decision that is posted in public
    (niêm yết).
    """
    delivery = step.moved.get(Track.DELIVERY.value)
    decision = living_decision(records.session, proceeding.id or 0)
    if delivery is not None and delivery[1] == "posting" and decision is not None:
        access.close(records.session, decision.number)
    notice = step.moved.get(Track.NOTICE.value)
    if notice is not None and notice[1] in ("withdrawn", "none"):
        access.end_access(records.session, proceeding.id or 0, now)


def sign_decision(
    records: Records, proceeding: Proceeding, by: Mover, now: datetime, power_id: int | None = None
) -> tuple[Decision, Document]:
    """Signs the proposed decision, by one of the person's powers if there are several, and draws up its
    paper.
    """
    decision = decisions.sign(records.session, records.parties, proceeding, by, now, power_id)
    step = last_step(records.session, proceeding)
    paper = paper_of(records, proceeding, step, by, now)
    assert paper is not None
    return decision, paper


def receive_money(
    records: Records, decision_id: int, receipt: Receipt, now: datetime, by: Mover = PROGRAMME
) -> Counted:
    """Counts a payment and draws up its receipt; a repeated report changes nothing."""
    counted = payments.received(records.session, decision_id, receipt, now, by)
    _receipt(records, counted, by, now)
    return counted


def pay_money_back(
    records: Records,
    decision_id: int,
    receipt: Receipt,
    now: datetime,
    by: Mover = PROGRAMME,
    promised: int = 0,
) -> Counted:
    """Counts a refund that was paid and draws up its voucher; see `payments.paid_back`."""
    counted = payments.paid_back(records.session, decision_id, receipt, now, by, promised)
    _receipt(records, counted, by, now)
    return counted


def answer_relief(
    records: Records,
    proceeding: Proceeding,
    action: str,
    grant: Grant | None,
    reason: str,
    by: Mover,
    now: datetime,
) -> Document | None:
    """Grants or refuses (`grant` None) requested relief, and draws up the decision on it.

    Raises:
        ConflictError: nothing was requested, or another kind of relief.
        InvalidError, StepRefusedError: see `payments.answer_relief`.
    """
    decision = living_decision(records.session, proceeding.id or 0)
    relief = payments.open_relief(records.session, decision.id or 0) if decision is not None else None
    if relief is None or action not in (payments.ANSWERS[relief.kind], "refuse_relief"):
        raise ConflictError("relief_not_asked")
    step = payments.answer_relief(records.session, proceeding, relief, grant, reason, by, now)
    paper = paper_of(records, proceeding, step, by, now)
    serving.tell(records, proceeding, paper, now)
    return paper


def _receipt(records: Records, counted: Counted, by: Mover, now: datetime) -> None:
    if counted.step is None:
        return
    proceeding = records.session.get_one(Proceeding, counted.step.proceeding_id)
    paper_of(records, proceeding, counted.step, by, now)


def bind_file(records: Records, proceeding: Proceeding, by: Mover, now: datetime) -> Document:
    """The case's file as one paper: contents, steps, pictures, and all of its papers. Raises ConflictError
    while one of them has no file yet.
    """
    return case_file(records, proceeding, by, now)


def withdraw(
    records: Records, scope: Scope, reason: str, by: Mover, now: datetime
) -> tuple[Withdrawal, list[WithdrawnCase]]:
    """Withdraws everything a camera recorded within a period; a paper is drawn up for everybody who had been
    notified of a case. Raises as `withdrawal.withdraw` does.
    """
    act, rows = withdrawal.withdraw(records.session, scope, reason, by, now)
    for row in rows:
        proceeding = of_case(records.session, row.case_id)
        if proceeding is None or proceeding.withdrawal_id != act.id:
            continue
        access.end_access(records.session, proceeding.id or 0, now)
        paper = withdrawal_paper(records, proceeding, act, row, by, now)
        row.paper_id = paper.id if paper is not None else None
    records.session.flush()
    return act, rows


def tell(records: Records, act: Withdrawal, case_id: int, how: str, now: datetime) -> WithdrawnCase:
    """Records that the paper of a withdrawn case was sent to its parties.

    Raises:
        NotFoundError: no such case in this withdrawal.
        ConflictError: its paper has no file yet.
    """
    row = withdrawal.told(records.session, act.id or 0, case_id, now)
    if row.paper_id is not None:
        documents.sent(records.session, row.paper_id, how, now)
    return row


def confirm_clone(
    records: Records, proceeding: Proceeding, note: str, by: Mover, now: datetime
) -> ProceedingStep:
    """Confirms that the plate is cloned: notices and their codes are withdrawn, the plate is watched."""
    step = clones.confirm(records.session, proceeding, note, by, now)
    end_what_is_untrue(records, proceeding, step, now)
    return step
