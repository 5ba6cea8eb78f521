"""The treasury's desk: money that fits no decision, and money that has to go back."""

import re
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from central.audit.models import AuditEntry
from central.db import transaction
from central.payments import days, inbox, refunds
from central.payments.models import PaymentMessage, Refund
from central.payments.port import Told, write_file
from central.proceedings.models import Decision, DecisionPayment
from contract.local_time import local_day
from tests.central.casework import Casework


def to_pay(casework: Casework) -> Decision:
    """A decision that was delivered."""
    return casework.office.to_delivery(casework.office.confirmed())


def told(casework: Casework, name: str, amount: int, key: str = "T1", kind: str = "paid") -> int:
    """The bank tells of money, and the worker counts it or sets it aside; its row's id."""
    office = casework.office
    with transaction(office.engine) as session:
        one = Told.model_validate(
            {"transaction": key, "kind": kind, "names": name, "amount": amount, "paid_at": office.now}
        )
        row = inbox.keep(session, one, "call-back", office.now)
        records = casework.centre.state.services.records(session)
        inbox.settle(records, row.id or 0, office.now)
        return row.id or 0


def refund_of(session: Session) -> Refund:
    """The only refund."""
    return session.exec(select(Refund)).one()


def test_money_nobody_could_place_is_given_to_its_decision(casework: Casework) -> None:
    decision, desk = to_pay(casework), casework.at("kho-bac")
    row = told(casework, "NGUYEN VAN AN nop phat", decision.fine)
    page = desk.get("/treasury/aside").text
    assert "không rõ thuộc quyết định nào" in page
    assert "NGUYEN VAN AN nop phat" in page
    answer = desk.post(f"/treasury/aside/{row}/allot", data={"number": "99/2026/XX"})
    assert answer.status_code == 404
    assert "NGUYEN VAN AN nop phat" in answer.text
    answer = desk.post(f"/treasury/aside/{row}/allot", data={"number": decision.number})
    assert decision.number in answer.text
    assert "Không có khoản nào phải xem" in answer.text
    assert desk.post(f"/treasury/aside/{row}/allot", data={"number": decision.number}).status_code == 409
    assert decision.number not in desk.get("/treasury").text


def test_money_of_no_decision_goes_back_whole_and_is_counted_when_the_bank_tells(casework: Casework) -> None:
    desk, row = casework.at("kho-bac"), told(casework, "nham tai khoan", 70_000)
    assert "70.000" in desk.post(f"/treasury/aside/{row}/return", data={"reason": "chuyển nhầm"}).text
    assert desk.post(f"/treasury/aside/{row}/return", data={"reason": "lần nữa"}).status_code == 409
    with transaction(casework.office.engine) as session:
        key = refund_of(session).key
    told(casework, key, 70_000, "T2", "returned")
    with transaction(casework.office.engine) as session:
        assert refund_of(session).done_at is not None
        assert [row.state for row in session.exec(select(PaymentMessage))] == ["closed", "counted"]
    assert "không thuộc quyết định nào" in desk.get("/treasury/refunds").text


def test_what_was_settled_elsewhere_is_closed_in_words(casework: Casework) -> None:
    desk, row = casework.at("kho-bac"), told(casework, "?", 70_000)
    assert desk.post(f"/treasury/aside/{row}/close", data={"reason": "  "}).status_code == 422
    assert "Đã đóng" in desk.post(f"/treasury/aside/{row}/close", data={"reason": "trả tại quầy"}).text
    assert told(casework, "?", 70_000) == row, "told again it stays closed"
    assert "Không có khoản nào phải xem" in desk.get("/treasury/aside").text


@pytest.mark.parametrize("through_bank", [True, False])
def test_what_was_paid_twice_is_asked_back_once(casework: Casework, through_bank: bool) -> None:
    decision, desk = to_pay(casework), casework.at("kho-bac")
    form = {"amount": decision.fine, "source": "quầy", "day": casework.today()}
    for key in ("T1", "T2"):
        if through_bank:
            told(casework, decision.number, decision.fine, key)
        else:
            desk.post(f"/treasury/{decision.id}", data=form | {"reference": key})
    assert decision.number in desk.get("/treasury/refunds").text
    asked = {
        "decision_id": decision.id,
        "amount": decision.fine,
        "reason": "nộp hai lần",
        "transaction": "T2" if through_bank else "",
    }
    assert desk.post("/treasury/refunds", data=asked | {"amount": decision.fine + 1}).status_code == 422
    assert "Không có khoản nào phải hoàn" in desk.post("/treasury/refunds", data=asked).text
    assert desk.post("/treasury/refunds", data=asked).status_code == 422, "asked back once"


def test_money_that_went_back_by_hand_is_entered_with_its_voucher(casework: Casework) -> None:
    decision, desk = to_pay(casework), casework.at("kho-bac")
    case_id = casework.office.cases
    told(casework, decision.number, decision.fine)
    casework.do("truong-phong", case_id, "annul_decision", note="sai người")
    page = desk.get("/treasury/refunds").text
    assert "Quyết định không còn hiệu lực" in page
    asked = {"decision_id": decision.id, "amount": decision.fine, "reason": "hủy bỏ", "transaction": ""}
    desk.post("/treasury/refunds", data=asked)
    with transaction(casework.office.engine) as session:
        path = f"/treasury/refunds/{refund_of(session).key}/done"
    done = {"reference": "UNC-7", "source": "ủy nhiệm chi", "day": casework.today()}
    assert "đã hoàn" in desk.post(path, data=done).text
    assert casework.office.state(case_id, "payment") != "refund_due"
    assert desk.post(path, data=done).status_code == 409
    assert desk.post("/treasury/refunds/nix/done", data=done).status_code == 404


def test_what_is_under_way_or_settled_hides_nothing_that_is_owed(casework: Casework) -> None:
    first, second = to_pay(casework), to_pay(casework)
    told(casework, first.number, first.fine + 5, "T1")
    told(casework, second.number, second.fine + 7, "T2")
    now = casework.office.now
    with transaction(casework.office.engine) as session:
        key = refunds.ask(session, "T1", 5, "nộp dư", "user:kho-bac", now).key
        (owed,) = refunds.owed_back(session, now, limit=1)
        assert (owed.decision.number, owed.open) == (second.number, 7)
    told(casework, key, 5, "T3", "returned")
    with transaction(casework.office.engine) as session:
        (owed,) = refunds.owed_back(session, now, limit=1)
        assert (owed.decision.number, owed.open) == (second.number, 7)
        marked = session.exec(select(DecisionPayment).where(DecisionPayment.beyond)).all()
        assert [row.decision_id for row in marked] == [second.id]


def test_what_the_bank_has_taken_over_is_not_entered_by_hand(casework: Casework) -> None:
    decision, desk = to_pay(casework), casework.at("kho-bac")
    told(casework, decision.number, decision.fine + 5)
    asked = {"decision_id": decision.id, "amount": 5, "reason": "nộp dư", "transaction": "T1"}
    desk.post("/treasury/refunds", data=asked)
    with transaction(casework.office.engine) as session:
        refund = refund_of(session)
        refund.sent_at = refund.accepted_at = casework.office.now + timedelta(minutes=1)
        path = f"/treasury/refunds/{refund.key}/done"
    done = {"reference": "UNC-7", "source": "ủy nhiệm chi", "day": casework.today()}
    answer = desk.post(path, data=done)
    assert answer.status_code == 409
    assert "chờ ngân hàng" in answer.text


def test_only_the_treasury_sees_it_and_in_english_too(casework: Casework) -> None:
    decision = to_pay(casework)
    told(casework, decision.number, decision.fine + 5)
    told(casework, "?", 7, "T9")
    for path in ("/treasury/aside", "/treasury/refunds"):
        assert casework.at("van-thu").get(path).status_code == 403
        page = casework.at("kho-bac").get(path).text
        assert "Nguyễn Văn An" not in re.sub(r"<[^>]+>", "", page)
    desk = casework.at("kho-bac")
    desk.get("/language/en")
    assert "More was paid than was owed" in desk.get("/treasury/refunds").text
    assert "no known decision" in desk.get("/treasury/aside").text


def test_a_refund_is_withdrawn_with_words_and_asked_anew(casework: Casework) -> None:
    decision, desk = to_pay(casework), casework.at("kho-bac")
    told(casework, decision.number, decision.fine + 5)
    asked = {"decision_id": decision.id, "amount": 5, "reason": "nộp dư", "transaction": "T1"}
    desk.post("/treasury/refunds", data=asked)
    with transaction(casework.office.engine) as session:
        path = f"/treasury/refunds/{refund_of(session).key}/withdraw"
    assert desk.post(path, data={"reason": ""}).status_code == 422
    page = desk.post(path, data={"reason": "trả tại quầy nhanh hơn"}).text
    assert "trả tại quầy nhanh hơn" in page
    assert "Đã rút đề nghị hoàn 5 đồng" in page
    assert desk.post(path, data={"reason": "lần nữa"}).status_code == 409
    assert desk.post("/treasury/refunds", data=asked | {"transaction": ""}).status_code == 200


def test_money_that_has_to_go_back_leads_to_the_refunds(casework: Casework) -> None:
    """There is no second form for it among the decisions."""
    decision, desk = to_pay(casework), casework.at("kho-bac")
    told(casework, decision.number, decision.fine)
    casework.do("truong-phong", casework.office.cases, "annul_decision", note="sai người")
    page = desk.get(f"/treasury?number={decision.number}").text
    assert 'href="/treasury/refunds"' in page
    assert f'action="/treasury/{decision.id}"' not in page


def differing(casework: Casework) -> None:
    """A day whose file has one transaction with another sum, lacks one, and has one of another day."""
    office = casework.office
    day = {"kind": "paid", "names": "nop phat", "paid_at": office.now}
    before = {**day, "paid_at": office.now - timedelta(days=2)}
    with transaction(office.engine) as session:
        for name in ("T1", "T2"):
            inbox.keep(
                session,
                Told.model_validate({**day, "transaction": name, "amount": 7}),
                "call-back",
                office.now,
            )
        file = [{**day, "transaction": "T1", "amount": 9}, {**before, "transaction": "T3", "amount": 11}]
        content = write_file([Told.model_validate(one) for one in file])
        days.compare(session, local_day(office.now), content, "file", office.now)


def test_a_line_nobody_can_read_is_told_with_its_number_and_the_reason(casework: Casework) -> None:
    office = casework.office
    with transaction(office.engine) as session:
        content = write_file([]) + b"T7,paid,<b>x</b>,7 dong,2026-11-24T08:00:00+00:00\n"
        days.compare(session, local_day(office.now), content, "file", office.now)
    desk = casework.at("kho-bac")
    page = desk.get("/treasury/differences").text
    for words in ("dòng 2", "T7,paid,&lt;b&gt;x", "số tiền phải là số đồng nguyên", "Các dòng khác đã nhận"):
        assert words in page
    desk.get("/language/en")
    page = desk.get("/treasury/differences").text
    for words in ("line 2", "the amount must be a whole number of VND", "The other lines were read"):
        assert words in page


def test_what_the_bank_says_differently_is_settled_in_words(casework: Casework) -> None:
    differing(casework)
    desk = casework.at("kho-bac")
    assert re.search(r"Đối chiếu <strong>3</strong>", desk.get("/treasury").text)
    page = desk.get("/treasury/differences").text
    assert "Đã đối chiếu đến hết ngày" in page
    for words in ("khác số tiền", "ngân hàng không có trong tệp", "nằm trong tệp của ngày khác"):
        assert words in page
    ids = re.findall(r"/treasury/differences/(\d+)/settle", page)
    assert len(ids) == 3
    take_in = re.findall(r"/treasury/differences/(\d+)/take-in", page)
    assert len(take_in) == 1, "only what nobody has can be taken in"
    assert (
        desk.post(f"/treasury/differences/{take_in[0]}/take-in", data={"reason": "của ta"}).status_code == 200
    )
    for one in set(ids) - set(take_in):
        path = f"/treasury/differences/{one}/settle"
        assert desk.post(path, data={"reason": ""}).status_code == 422
        assert "Đã ghi xử lý" in desk.post(path, data={"reason": "đã hỏi ngân hàng"}).text
        assert desk.post(path, data={"reason": "lần nữa"}).status_code == 409
    page = desk.get("/treasury/differences").text
    assert "Không có chỗ nào khác nhau" in page
    assert page.count("đã hỏi ngân hàng") == 2
    desk.get("/language/en")
    assert "Compared up to the end of" in desk.get("/treasury/differences").text
    assert casework.at("van-thu").get("/treasury/differences").status_code == 403
    with transaction(casework.office.engine) as session:
        acts = [
            entry.action for entry in session.exec(select(AuditEntry)) if entry.action == "payment.difference"
        ]
    assert len(acts) == 3
