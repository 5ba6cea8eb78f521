"""Paying over the portal, with the sandbox of the bank as the other side on a real port."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from central.db import transaction
from central.documents.filing import make_file
from central.documents.models import Document
from central.jobs.runner import Runner
from central.payments import refunds
from central.payments.http import HttpGateway
from central.payments.models import PaymentMessage, Refund
from central.payments.port import SIGNATURE_HEADER, TIME_HEADER, Told, signature_of
from central.payments.vietqr import as_svg, payload
from central.payments.work import compare_due, handlers
from central.portal.app import create_portal
from central.proceedings.papers.sheet import Records
from central.sandboxes.payment import Bank, Way, create_bank
from central.settings import CentralSettings, PaymentSettings
from contract.local_time import local_day
from tests.central.portal.site import SETTINGS, PortalSite, text_of
from tests.serving import address_of, free_port, served

SECRET = b"one key of both sides"


@contextmanager
def bank_at_work(bank: Bank) -> Iterator[str]:
    """The bank on a free port."""
    listener = free_port()
    with served(create_bank(bank, address_of(listener)), listener):
        yield address_of(listener)


class Counter:
    """Portal, bank and worker around one decision that is to be paid."""

    def __init__(self, site: PortalSite, folder: Path, address: str) -> None:
        self.site, self.folder = site, folder
        (folder / "token").write_text("a-token")
        (folder / "secret").write_bytes(SECRET)
        self.settings: CentralSettings = site.portal.state.settings.model_copy(
            update={
                "payment": PaymentSettings(
                    url=address,
                    token_file=folder / "token",
                    secret_file=folder / "secret",
                    bank_bin="970403",
                    bank_account="0011012345678",
                )
            }
        )
        site.portal = create_portal(self.settings, clock=lambda: site.office.now)
        self.gateway = HttpGateway(address, "a-token")
        self.case_id = site.noticed()
        self.decision = site.decided(self.case_id)
        self.browser = site.enter(self.case_id)
        self.page = site.page_of(self.case_id)

    def work(self) -> None:
        """What the worker does, papers included."""
        office = self.site.office

        def records(session: object) -> Records:
            return Records(session, office.parties(session), self.site.archive, SETTINGS)  # type: ignore[arg-type]

        found = handlers(office.engine, records, self.gateway, lambda: office.now)
        Runner(office.engine, [one for one in found if one.every is None], lambda: office.now).run_due()
        with transaction(office.engine) as session:
            waiting = session.exec(select(Document.id).where(Document.kind == "receipt")).all()
        for document in waiting:
            make_file(office.engine, self.site.archive, None, document or 0, office.now)

    def reference(self) -> str:
        """Sets out to pay; the order's reference."""
        self.browser.post(f"{self.page}/pay")
        page = self.browser.get(f"{self.page}/pay").text
        assert "<svg" in page
        return next(iter(self.bank_orders()))

    def bank_orders(self) -> list[str]:
        """What the bank was told of."""
        return list(BANKS[-1].orders)


BANKS: list[Bank] = []


@pytest.fixture
def counter(site: PortalSite, tmp_path: Path) -> Iterator[Counter]:
    def tell(one: Told) -> int:
        body = one.model_dump_json().encode()
        signature = signature_of(SECRET, body, site.office.now)
        headers = {TIME_HEADER: signature.time, SIGNATURE_HEADER: signature.value}
        client = TestClient(site.portal, raise_server_exceptions=False)
        status: int = client.post("/payment/told", content=body, headers=headers).status_code
        return status

    bank = Bank(tmp_path / "books.json", "a-token", tell, lambda: site.office.now)
    BANKS.append(bank)
    with bank_at_work(bank) as address:
        yield Counter(site, tmp_path, address)
    BANKS.pop()


def test_a_fine_is_paid_online_and_the_receipt_is_there(counter: Counter) -> None:
    assert "Xem cách nộp" in counter.browser.get(counter.page).text
    reference = counter.reference()
    assert reference == counter.reference(), "setting out twice is one order"
    BANKS[-1].pay(reference, "right")
    counter.work()
    assert counter.site.office.state(counter.case_id, "payment") == "paid"
    shown = counter.browser.get(counter.page)
    assert "Biên lai" in text_of(shown.text)
    paper = shown.text.split(f"{counter.page}/papers/")[-1].split('"')[0]
    pdf = counter.browser.get(f"{counter.page}/papers/{paper}")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert "Không còn khoản nào" in counter.browser.get(f"{counter.page}/pay").text


@pytest.mark.parametrize(
    ("way", "state", "outcomes"),
    [("less", "partly", ["part"]), ("more", "paid", ["overpaid"]), ("twice", "paid", ["full", "overpaid"])],
)
def test_wrong_amounts_are_counted_as_they_are(
    counter: Counter, way: Way, state: str, outcomes: list[str]
) -> None:
    BANKS[-1].pay(counter.reference(), way)
    counter.work()
    BANKS[-1].tell_all()
    counter.work()
    assert counter.site.office.state(counter.case_id, "payment") == state
    with transaction(counter.site.office.engine) as session:
        assert [row.outcome for row in session.exec(select(PaymentMessage))] == outcomes


@pytest.mark.parametrize("way", ["late", "silent"])
def test_what_was_not_told_comes_late_or_with_the_day_s_file(counter: Counter, way: Way) -> None:
    BANKS[-1].pay(counter.reference(), way)
    counter.work()
    assert counter.site.office.state(counter.case_id, "payment") == "due"
    office = counter.site.office
    office.now += timedelta(days=1)
    if way == "late":
        BANKS[-1].tell_all()
    else:
        assert compare_due(office.engine, counter.gateway, office.now) == 1
        assert compare_due(office.engine, counter.gateway, office.now) == 0
    counter.work()
    assert office.state(counter.case_id, "payment") == "paid"


def test_days_on_which_nobody_was_at_work_are_compared_afterwards(counter: Counter) -> None:
    """The worker stood still for three days; on the first of them money came that only the file tells of."""
    office, gateway = counter.site.office, counter.gateway
    assert compare_due(office.engine, gateway, office.now) == 1
    BANKS[-1].pay(counter.reference(), "silent")
    office.now += timedelta(days=3)
    assert compare_due(office.engine, gateway, office.now) == 3
    counter.work()
    assert office.state(counter.case_id, "payment") == "paid"


def test_what_was_paid_too_much_goes_back_once(counter: Counter) -> None:
    BANKS[-1].pay(counter.reference(), "more")
    counter.work()
    engine, now = counter.site.office.engine, counter.site.office.now
    transaction_id = next(iter(BANKS[-1].told))
    with transaction(engine) as session:
        refund = refunds.ask(session, transaction_id, 50_000, "nộp dư", "user:kho-bac", now)
    counter.work()
    BANKS[-1].tell_all()
    counter.gateway.give_back(refund.key, transaction_id, 50_000)
    counter.work()
    with transaction(engine) as session:
        done = session.get_one(Refund, refund.key)
        assert done.done_at is not None
        states = [(row.kind, row.state) for row in session.exec(select(PaymentMessage))]
    assert states == [("paid", "counted"), ("returned", "counted")]


def test_the_late_fee_is_that_of_the_day(counter: Counter) -> None:
    counter.site.office.wait(15)
    browser = counter.site.enter(counter.case_id)
    shown = text_of(browser.get(f"{counter.page}/pay").text)
    assert "Tiền chậm nộp đến hôm nay" in shown
    before = BANKS[-1].orders.copy()
    browser.post(f"{counter.page}/pay")
    counter.site.office.wait(1)
    browser = counter.site.enter(counter.case_id)
    browser.post(f"{counter.page}/pay")
    amounts = sorted(int(order["amount"]) for order in BANKS[-1].orders.values())
    assert not before
    assert len(amounts) == 2
    assert amounts[1] - amounts[0] == counter.decision.fine * 5 // 10_000


def ordered(counter: Counter, share: str) -> tuple[str, int]:
    """Sets out to pay the next instalment or all; the bank's order, after the page and its code agree."""
    known = set(BANKS[-1].orders)
    browser = counter.site.enter(counter.case_id)
    page = browser.post(f"{counter.page}/pay", data={"share": share}).text
    new = set(BANKS[-1].orders) - known
    assert len(new) == 1, "each instalment has an order of its own"
    reference = new.pop()
    amount = int(BANKS[-1].orders[reference]["amount"])
    assert as_svg(payload("970403", "0011012345678", amount, reference)) in page
    return reference, amount


FIRST, SECOND, THIRD = 7_600_000, 5_700_000, 5_700_000


def test_the_next_instalment_is_offered_and_fills_the_parts_in_their_order(counter: Counter) -> None:
    office, days = counter.site.office, counter.site.in_parts(counter.case_id, (FIRST, SECOND, THIRD))
    assert "Nộp lần tiếp theo trước hết ngày" in text_of(counter.browser.get(counter.page).text)
    for number, amount in enumerate((FIRST, SECOND, THIRD)):
        office.now += timedelta(days=(days[number] - local_day(office.now)).days)
        shown = text_of(counter.site.enter(counter.case_id).get(f"{counter.page}/pay").text)
        assert "đã quá hạn" not in shown, "the last day is in time"
        assert ("Nộp toàn bộ số còn lại" in shown) == (number < 2), "the last instalment is all that is left"
        reference, asked = ordered(counter, "next")
        assert asked == amount
        BANKS[-1].pay(reference, "right")
        counter.work()
        state = office.state(counter.case_id, "payment")
        assert state == ("paid" if number == 2 else "partly")
        if number < 2:
            assert office.last_days(counter.case_id)["instalments"] == days[number + 1]
    with transaction(office.engine) as session:
        assert [row.outcome for row in session.exec(select(PaymentMessage))] == ["part", "part", "full"]


def test_all_that_is_left_can_be_paid_instead(counter: Counter) -> None:
    counter.site.in_parts(counter.case_id, (FIRST, SECOND, THIRD))
    BANKS[-1].pay(ordered(counter, "next")[0], "right")
    counter.work()
    counter.site.office.wait(1)
    shown = text_of(counter.site.enter(counter.case_id).get(f"{counter.page}/pay").text)
    for told in ("7.600.000", "đã nộp", "Nộp toàn bộ số còn lại: 11.400.000"):
        assert told in shown
    reference, asked = ordered(counter, "all")
    assert asked == SECOND + THIRD
    BANKS[-1].pay(reference, "right")
    counter.work()
    assert counter.site.office.state(counter.case_id, "payment") == "paid"


def test_late_instalments_are_asked_for_together_and_the_fee_comes_last(counter: Counter) -> None:
    office, days = counter.site.office, counter.site.in_parts(counter.case_id, (FIRST, SECOND, THIRD))
    office.now += timedelta(days=(days[1] - local_day(office.now)).days + 1)
    assert "đã quá hạn từ ngày" in text_of(
        counter.site.enter(counter.case_id).get(f"{counter.page}/pay").text
    )
    reference, asked = ordered(counter, "next")
    assert asked == FIRST + SECOND
    BANKS[-1].pay(reference, "right")
    counter.work()
    fee = 30 * FIRST * 5 // 10_000
    assert ordered(counter, "next")[1] == THIRD
    assert ordered(counter, "all")[1] == THIRD + fee


def test_a_stranger_can_tell_nothing(counter: Counter) -> None:
    client = TestClient(counter.site.portal, raise_server_exceptions=False)
    body = b'{"transaction":"T1","kind":"paid","names":"x","amount":5,"paid_at":"2026-11-24T08:00:00Z"}'
    assert client.post("/payment/told", content=body).status_code == 403
    signature = signature_of(b"another key", body, counter.site.office.now)
    headers = {TIME_HEADER: signature.time, SIGNATURE_HEADER: signature.value}
    assert client.post("/payment/told", content=body, headers=headers).status_code == 403


def test_papers_of_others_and_with_more_data_are_not_shown_for_a_code(counter: Counter) -> None:
    with transaction(counter.site.office.engine) as session:
        ids = session.exec(select(Document.id).where(Document.kind != "notice")).all()
    for document in ids:
        assert counter.browser.get(f"{counter.page}/papers/{document}").status_code == 404
