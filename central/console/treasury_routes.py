"""The treasury's desk: unpaid and overpaid decisions, unmatched payments, refunds. It shows numbers and
amounts, but no names."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.console.counter import Counter
from central.errors import DomainError
from central.payments import days, differences, inbox, refunds
from central.proceedings import counter
from central.proceedings import desk as casework
from central.proceedings.payments import Receipt
from central.values import Day, Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.services import services
from central.web.values import Id

router = APIRouter(prefix="/treasury")

PAGE = 50
Skip = Annotated[int, Query(ge=0, le=100_000)]
Treasurer = Annotated[User, Depends(require(Permission.ENTER_PAYMENTS))]
Dong = Annotated[int, Form(gt=0, le=10**11)]
Words = Annotated[Text, Form(min_length=1, max_length=300)]
Reference = Annotated[Text, Form(min_length=1, max_length=120)]
Through = Annotated[Text, Form(min_length=1, max_length=60)]


class TreasuryDesk(Counter):
    """A person at the treasury's desk."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Number of unmatched payments, refunds in progress, and differences from the bank's files."""
        return {
            "aside": inbox.count_aside(self.session),
            "refunds": refunds.count_open(self.session),
            "differences": differences.count(self.session),
        }


def _reading(request: Request, session: ReadSessionDep, user: Treasurer, now: Now) -> TreasuryDesk:
    return TreasuryDesk(request, session, user, now)


def _writing(request: Request, session: SessionDep, user: Treasurer, now: Now) -> TreasuryDesk:
    return TreasuryDesk(request, session, user, now)


Reading = Annotated[TreasuryDesk, Depends(_reading)]
Writing = Annotated[TreasuryDesk, Depends(_writing)]


@router.get("")
def treasury_page(
    at: Reading, number: Annotated[Text, Query(max_length=60)] = "", skip: Skip = 0
) -> Response:
    """Decisions that are to be paid or whose money is to go back."""
    return _decisions(at, number=number, skip=skip)


def _decisions(at: TreasuryDesk, *, number: str = "", skip: int = 0, **told_here: Any) -> Response:
    found = counter.open_decisions(at.session, at.now, number, skip, PAGE + 1)
    more = skip + PAGE if len(found) > PAGE else None
    return at.shown("treasury.html", rows=found[:PAGE], number=number, more=more, **told_here)


@router.get("/aside")
def aside_page(at: Reading) -> Response:
    """Money that could not be counted by itself, the oldest first."""
    return _aside(at)


def _aside(at: TreasuryDesk, **told_here: Any) -> Response:
    return at.shown("treasury_aside.html", rows=inbox.aside(at.session), **told_here)


@router.post("/aside/{message_id}/allot")
def allot(
    at: Writing, message_id: Id, number: Annotated[Text, Form(min_length=1, max_length=60)]
) -> Response:
    """Says which decision the money belongs to; it is counted at once."""
    records = services(at.request).records(at.session)
    try:
        row = inbox.allot(records, message_id, number, at.by.audit_name, at.now)
    except DomainError as refused:
        return _aside(at, **at.refused(refused))
    if row.state != "counted":
        return _aside(at, warning=at.t(f"treasury.aside_problem.{row.problem}"))
    return _aside(at, said=at.t("treasury.allotted", transaction=row.transaction, number=number))


@router.post("/aside/{message_id}/return")
def return_to_payer(at: Writing, message_id: Id, reason: Words) -> Response:
    """Has the whole sum returned to whoever paid it: it belongs to no decision."""
    try:
        refund = refunds.ask_aside(at.session, message_id, reason, at.by.audit_name, at.now)
    except DomainError as refused:
        return _aside(at, **at.refused(refused))
    return _aside(at, said=at.t("treasury.refund_asked", amount=refund.amount))


@router.post("/aside/{message_id}/close")
def close(at: Writing, message_id: Id, reason: Words) -> Response:
    """What was settled outside of the programme is closed in writing."""
    try:
        row = inbox.close(at.session, message_id, reason, at.by.audit_name)
    except DomainError as refused:
        return _aside(at, **at.refused(refused))
    return _aside(at, said=at.t("treasury.closed", transaction=row.transaction))


@router.get("/refunds")
def refund_page(at: Reading) -> Response:
    """What came in beyond what was owed, and what is on its way back."""
    return _refunds(at)


def _refunds(at: TreasuryDesk, **told_here: Any) -> Response:
    rows = refunds.latest(at.session)
    return at.shown(
        "treasury_refunds.html",
        owed=refunds.owed_back(at.session, at.now),
        rows=rows,
        numbers=refunds.numbers(at.session, rows),
        bank=at.request.app.state.settings.payment.url is not None,
        **told_here,
    )


@router.post("/refunds")
def ask_refund(
    at: Writing,
    decision_id: Annotated[Id, Form()],
    amount: Dong,
    reason: Words,
    transaction: Annotated[Text, Form(max_length=80)] = "",
) -> Response:
    """Has money of a decision returned: by the bank where it came through it, else by hand."""
    try:
        if transaction:
            refund = refunds.ask(at.session, transaction, amount, reason, at.by.audit_name, at.now)
        else:
            refund = refunds.ask_by_hand(at.session, decision_id, amount, reason, at.by.audit_name, at.now)
    except DomainError as refused:
        return _refunds(at, **at.refused(refused))
    return _refunds(at, said=at.t("treasury.refund_asked", amount=refund.amount))


@router.post("/refunds/{key}/done")
def refund_done(
    at: Writing,
    key: Annotated[Text, Path(max_length=40)],
    reference: Reference,
    source: Through,
    day: Annotated[Day, Form()],
) -> Response:
    """Money that went back by another way than the bank's interface: its voucher is drawn up."""
    records = services(at.request).records(at.session)
    try:
        refund = refunds.done_by_hand(records, key, refunds.ByHand(reference, source, day), at.by, at.now)
    except DomainError as refused:
        return _refunds(at, **at.refused(refused))
    return _refunds(at, said=at.t("treasury.refund_done", amount=refund.amount))


@router.post("/refunds/{key}/withdraw")
def withdraw_refund(at: Writing, key: Annotated[Text, Path(max_length=40)], reason: Words) -> Response:
    """A refund that is not to be done; the money has to go back by another one."""
    try:
        refund = refunds.withdraw(at.session, key, reason, at.by.audit_name, at.now)
    except DomainError as refused:
        return _refunds(at, **at.refused(refused))
    return _refunds(at, said=at.t("treasury.refund_withdrawn", amount=refund.amount))


@router.get("/differences")
def difference_page(at: Reading) -> Response:
    """What the bank's files and our books say differently, the oldest first; below, what was settled."""
    return _differences(at)


def _differences(at: TreasuryDesk, **told_here: Any) -> Response:
    return at.shown(
        "treasury_differences.html",
        rows=differences.waiting(at.session),
        settled=differences.settled(at.session),
        compared=days.last_compared(at.session),
        **told_here,
    )


@router.post("/differences/{difference_id}/{action}")
def settle_difference(
    at: Writing, difference_id: Id, action: Literal["settle", "take-in"], reason: Words
) -> Response:
    """Settles a difference in words, or takes a transaction in that the file has under another day."""
    act = differences.settle if action == "settle" else differences.take_in
    try:
        row = act(at.session, difference_id, reason, at.by.audit_name, at.now)
    except DomainError as refused:
        return _differences(at, **at.refused(refused))
    return _differences(at, said=at.t("treasury.difference_settled", transaction=row.transaction))


@router.post("/{decision_id}")
def enter_money(
    at: Writing,
    decision_id: Id,
    amount: Dong,
    reference: Reference,
    source: Through,
    day: Annotated[Day, Form()],
) -> Response:
    """Enters money that came in; a reference counts once."""
    records, receipt = services(at.request).records(at.session), Receipt(reference, amount, day, source)
    try:
        counted = casework.receive_money(records, decision_id, receipt, at.now, at.by)
    except DomainError as refused:
        return _decisions(at, **at.refused(refused))
    return _decisions(at, said=at.t(f"treasury.outcome.{counted.outcome}", owed=counted.stand.owed))
