"""Paying: the amount owed today, by transfer with VietQR or at the collecting bank; its call-backs;
papers.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from central.audit import purposes
from central.citizens.entry import Guest
from central.db import reading, transaction
from central.documents import archive as documents
from central.documents.models import Document
from central.errors import ConflictError, NotFoundError
from central.payments import inbox, orders
from central.payments.filing import gateway_of
from central.payments.port import GatewayError, Signature, read_signed
from central.payments.vietqr import as_svg, payload
from central.portal.pages import render
from central.portal.people import CurrentGuest, desk_of
from central.portal.together import decided_together
from central.portal.views import CaseView, case_view
from central.web.people import Now, ReadSessionDep
from central.web.values import Id
from contract.local_time import local_day

router = APIRouter()

_BY_CODE = frozenset({"notice", "receipt", "refund", "reply"})
"""Papers that a notice's code may show; papers with more personal data require sign-in with an identity."""
_BY_IDENTITY = _BY_CODE | {
    "record",
    "explanation",
    "decision",
    "no_sanction",
    "points_notice",
    "deferral",
    "reduction",
    "instalments",
    "suspension",
    "correction",
    "annulment",
    "complaint_taken_up",
    "complaint_not_taken_up",
    "relief_refused",
    "complaint_settled",
    "enforcement",
}


@router.get("/cases/{proceeding_id}/pay")
def pay_page(
    request: Request,
    session: ReadSessionDep,
    guest: CurrentGuest,
    now: Now,
    proceeding_id: Id,
    share: orders.Share = "next",
) -> Response:
    """What is asked for today, the next instalment or all, and how it can be paid; after paying, that it has
    arrived."""
    view = case_view(session, guest, proceeding_id, now)
    if view.decision is None or not view.payable:
        return render(request, "paid.html", guest, view=view)
    asked = orders.asked(session, view.decision, local_day(now))
    order = orders.open_order(session, view.decision, asked.amount(share))
    settings = desk_of(request).settings.payment
    online = settings.url is not None
    shown = {"view": view, "asked": asked, "share": share, "order": order, "online": online, "qr": None}
    shown["together"] = decided_together(session, guest, view, now)
    if order is not None and settings.bank_bin and settings.bank_account:
        shown["qr"] = as_svg(payload(settings.bank_bin, settings.bank_account, order.amount, order.reference))
    return render(request, "pay.html", guest, 200, **shown)


@router.post("/cases/{proceeding_id}/pay")
def set_out(
    request: Request,
    guest: CurrentGuest,
    now: Now,
    proceeding_id: Id,
    share: Annotated[orders.Share, Form()] = "next",
) -> Response:
    """Makes the order for the next instalment, or for all that is owed today, and announces it to the
    bank."""
    desk, engine = desk_of(request), request.app.state.engine
    with transaction(engine) as session:
        view = case_view(session, guest, proceeding_id, now)
        if view.decision is None or not view.payable:
            raise ConflictError("nothing_owed")
        order = orders.order_of(session, view.decision, local_day(now), now, share)
        number = view.decision.number
    gateway = gateway_of(desk.settings.payment)
    if gateway is not None and not order.pay_url:
        try:
            url = gateway.order(order.reference, order.amount, f"Nop phat theo quyet dinh {number}")
        except GatewayError:
            url = ""  # transfer by VietQR is still possible; the page says that the bank does not answer
        with transaction(engine) as session:
            orders.note_address(session, order.reference, url)
    return RedirectResponse(f"/cases/{proceeding_id}/pay?share={share}", status_code=303)


@router.post("/payment/told", include_in_schema=False)
async def told(
    request: Request,
    now: Now,
    time: Annotated[str, Header(alias="X-Ngatu-Time")] = "",
    value: Annotated[str, Header(alias="X-Ngatu-Signature")] = "",
) -> Response:
    """A call-back of the collecting bank: kept before it is answered, counted by the worker."""
    body = await request.body()
    await run_in_threadpool(_keep, request, body, Signature(time, value), now)
    return Response(status_code=200)


def _keep(request: Request, body: bytes, signature: Signature, now: Now) -> None:
    secret = desk_of(request).settings.payment.secret()
    if secret is None:
        raise NotFoundError("payment_channel")
    message = read_signed(secret, body, signature, now)
    with transaction(request.app.state.engine) as session:
        inbox.keep(session, message, "call-back", now)


@router.get("/cases/{proceeding_id}/papers/{document_id}")
def paper(request: Request, guest: CurrentGuest, now: Now, proceeding_id: Id, document_id: Id) -> Response:
    """A paper of the case as it was sent, to the byte; that it was shown is written down."""
    engine = request.app.state.engine
    with reading(engine) as session:
        view = case_view(session, guest, proceeding_id, now)
        if document_id not in {paper.id for paper in papers_of(session, guest, view)}:
            raise NotFoundError("document", id=document_id)
    with transaction(engine) as session:
        actor = f"party:{view.opened.party_id}"
        row, pdf = desk_of(request).archive.show(session, document_id, actor, purposes.ON_THE_PORTAL)
    name = row.number.replace("/", "-")
    headers = {"Content-Disposition": f'inline; filename="{name.encode("ascii", "ignore").decode()}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


def papers_of(session: ReadSessionDep, guest: Guest, view: CaseView) -> list[Document]:
    """The papers of a case this guest may read now: sent or made for this party, with their files ready."""
    kinds = _BY_IDENTITY if guest.party_id is not None else _BY_CODE
    return [
        row
        for row in _of_case_or_decision(session, view)
        if row.kind in kinds
        and row.sealed_sha256 is not None
        and row.party_id in (None, view.opened.party_id)
        and (row.kind != "notice" or row.id == view.opened.document_id or guest.party_id is not None)
    ]


def _of_case_or_decision(session: ReadSessionDep, view: CaseView) -> list[Document]:
    """The papers of the case, and those to this party of a decision that names it, wherever that was drawn
    up.
    """
    found = {row.id: row for row in documents.of_case(session, view.proceeding.case_id)}
    if view.decision is not None:
        of_decision = documents.of_decision(session, view.decision.id or 0)
        found |= {row.id: row for row in of_decision if row.party_id == view.opened.party_id}
    return [found[number] for number in sorted(found, key=lambda number: number or 0)]
