"""Who signs by a delegation (giao quyền, Law Art 54): a lower title of their own is no obstacle, and the
paper says by whose power it is signed."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlmodel import Session, col, select

from central.accounts import passwords
from central.accounts.models import User
from central.accounts.permissions import Role
from central.db import transaction
from central.documents.archive import of_case
from central.law import service as law
from central.offences.charging import Choice
from central.proceedings.decisions import Terms
from central.proceedings.models import Decision, SignerPower
from central.proceedings.people import grant_power, held_powers, revoke_power
from central.proceedings.signers import Power
from contract.local_time import local_day
from tests.central.casework import PASSWORD, Casework
from tests.central.people import add_user

FIRST = date(2026, 11, 1)
DELEGATION = "12/QĐ-PC08"


def give(
    session: Session, casework: Casework, title: str, by: str | None = None, last: date | None = None
) -> int:
    """The deputy is given a title, or by somebody a delegation; its number in the register."""
    people = casework.office.people
    power = Power(title, DELEGATION if by else None, FIRST, last)
    giver = people[by] if by else None
    row = grant_power(session, law.book(session), people["pho-phong"], power, "test", giver)
    return row.id or 0


def proposed(casework: Casework) -> int:
    """A car's red light (up to 20 million, 4 points) whose decision waits for a signature; a deputy who signs
    is at the office."""
    office = casework.office
    with transaction(office.engine) as session:
        deputy = add_user(session, "pho-phong", Role.SIGNER, office.now)
        deputy.password_hash, deputy.full_name = passwords.hash_of(PASSWORD), "Lê Văn Phó"
        session.get_one(User, office.people["truong-phong"]).full_name = "Trần Văn Trưởng"
        session.flush()
        office.people["pho-phong"] = deputy.id or 0
    case_id = office.confirmed()
    office.to_record(case_id)
    office.do(case_id, "explain", "citizen", 1)
    office.propose(case_id)
    return case_id


def paper(casework: Casework, case_id: int) -> str:
    """What the decision says."""
    casework.make_files()
    archive = casework.centre.state.services.archive
    with transaction(casework.office.engine) as session:
        number = of_case(session, case_id, "decision")[-1].id or 0
        _, pdf = archive.show(session, number, "user:test", "kiểm tra")
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


def decision(casework: Casework) -> tuple[str, str | None]:
    """By what the decision was signed."""
    with transaction(casework.office.engine) as session:
        found = session.exec(select(Decision)).one()
        return found.signer_title, found.delegation


@pytest.mark.parametrize("own", [None, "officer", "commune_police_head"])
def test_a_title_of_one_s_own_that_does_not_reach_leaves_the_delegation(
    casework: Casework, own: str | None
) -> None:
    case_id = proposed(casework)
    with transaction(casework.office.engine) as session:
        give(session, casework, "division_head", "truong-phong")
        if own is not None:
            give(session, casework, own)
    form = casework.at("pho-phong").get(f"/proceedings/{case_id}/steps/sign_decision").text
    said = "Trưởng phòng Cảnh sát giao thông, theo quyết định giao quyền số 12/QĐ-PC08 (Trần Văn Trưởng)"
    assert said in form
    assert '<select name="power"' not in form, "only one of their powers reaches"
    casework.do("pho-phong", case_id, "sign_decision")
    assert decision(casework) == ("division_head", DELEGATION)
    text = paper(casework, case_id)
    assert (
        "Quyết định giao quyền xử phạt số 12/QĐ-PC08 của Trưởng phòng Cảnh sát giao thông Trần Văn Trưởng"
        in text
    )
    assert "KT. TRƯỞNG PHÒNG CẢNH SÁT GIAO THÔNG" in text
    assert "Lê Văn Phó" in text


def test_where_both_reach_their_own_title_comes_first_and_they_may_choose(casework: Casework) -> None:
    case_id = proposed(casework)
    with transaction(casework.office.engine) as session:
        own = give(session, casework, "team_head")
        delegated = give(session, casework, "division_head", "truong-phong")
    form = casework.at("pho-phong").get(f"/proceedings/{case_id}/steps/sign_decision").text
    offered = re.findall(r'<option value="(\d+)"', form)
    assert offered == [str(own), str(delegated)]
    casework.do("pho-phong", case_id, "sign_decision", power=str(delegated))
    assert decision(casework) == ("division_head", DELEGATION)


def test_without_a_choice_they_sign_by_their_own_title(casework: Casework) -> None:
    case_id = proposed(casework)
    with transaction(casework.office.engine) as session:
        give(session, casework, "division_head", "truong-phong")
        give(session, casework, "team_head")
    casework.do("pho-phong", case_id, "sign_decision")
    assert decision(casework) == ("team_head", None)
    text = paper(casework, case_id)
    assert "giao quyền" not in text.lower()
    assert "KT." not in text
    assert "ĐỘI TRƯỞNG, TRẠM TRƯỞNG CẢNH SÁT GIAO THÔNG" in text, "as the law names the title today"


def test_a_narrower_delegation_takes_nothing_from_one_s_own_title(casework: Casework) -> None:
    case_id = proposed(casework)
    with transaction(casework.office.engine) as session:
        chief = casework.office.people["truong-phong"]
        grant_power(session, law.book(session), chief, Power("officer", valid_from=FIRST), "test")
        give(session, casework, "officer", "truong-phong")
        give(session, casework, "division_head")
    casework.do("pho-phong", case_id, "sign_decision")
    assert decision(casework) == ("division_head", None)


@pytest.mark.parametrize("ended", ["delegation revoked", "delegation over", "giver's title revoked"])
def test_a_delegation_that_ended_leaves_the_lower_title(casework: Casework, ended: str) -> None:
    case_id = proposed(casework)
    office = casework.office
    with transaction(office.engine) as session:
        yesterday = local_day(office.now) - timedelta(days=1)
        last = yesterday if ended == "delegation over" else None
        number = give(session, casework, "division_head", "truong-phong", last)
        give(session, casework, "officer")
        if ended == "giver's title revoked":
            query = select(SignerPower).where(SignerPower.user_id == office.people["truong-phong"])
            number = session.exec(query).one().id or 0
        if last is None:
            revoke_power(session, number, "test", office.now)
    refused = casework.send("pho-phong", case_id, "sign_decision")
    assert refused.status_code == 409
    assert "mức phạt cao nhất của khung vượt thẩm quyền người ký" in refused.text
    chosen = casework.send("pho-phong", case_id, "sign_decision", power=str(number))
    assert (chosen.status_code, "không có thẩm quyền trong ngày này" in chosen.text) == (409, True)


def test_a_chosen_title_that_does_not_reach_is_refused(casework: Casework) -> None:
    case_id = proposed(casework)
    with transaction(casework.office.engine) as session:
        own = give(session, casework, "officer")
        give(session, casework, "division_head", "truong-phong")
    refused = casework.send("pho-phong", case_id, "sign_decision", power=str(own))
    assert (refused.status_code, "mức phạt cao nhất của khung vượt thẩm quyền người ký" in refused.text) == (
        409,
        True,
    )


def test_nobody_signs_by_the_power_of_somebody_else(casework: Casework) -> None:
    case_id = proposed(casework)
    with transaction(casework.office.engine) as session:
        give(session, casework, "officer")
        of_chief = select(SignerPower.id).order_by(col(SignerPower.id))
        number = session.exec(of_chief).first()
    refused = casework.send("pho-phong", case_id, "sign_decision", power=str(number))
    assert (refused.status_code, "không có thẩm quyền trong ngày này" in refused.text) == (409, True)
    wrong = casework.send("pho-phong", case_id, "sign_decision", power="bất kỳ")
    assert (wrong.status_code, "“Ký theo thẩm quyền” không hợp lệ" in wrong.text) == (422, True)


def test_one_power_signs_the_whole_decision(casework: Casework) -> None:
    """Law Art 52.4.b: one act above a power takes the whole file up, whichever case it is proposed on."""
    office = casework.office
    red = proposed(casework)
    office.do(red, "send_proposal_back", "truong-phong")
    park = office.confirmed(choice=Choice("PARK-A", "biển P.130"), rule={"name": "no_stopping", "version": 1})
    office.to_record(park)
    office.propose(park, Terms(with_cases=(red,)))
    with transaction(office.engine) as session:
        give(session, casework, "officer")
        give(session, casework, "division_head", "truong-phong")
    casework.do("pho-phong", park, "sign_decision")
    assert decision(casework) == ("division_head", DELEGATION)


def test_an_order_on_a_decision_is_signed_by_what_the_decision_was(casework: Casework) -> None:
    case_id = proposed(casework)
    with transaction(casework.office.engine) as session:
        give(session, casework, "team_head")
        number = give(session, casework, "division_head", "truong-phong")
    casework.do("pho-phong", case_id, "sign_decision", power=str(number))
    casework.do("pho-phong", case_id, "correct_decision", note="sai số nhà")
    casework.make_files()
    archive = casework.centre.state.services.archive
    with transaction(casework.office.engine) as session:
        (order,) = of_case(session, case_id, "correction")
        _, pdf = archive.show(session, order.id or 0, "user:test", "kiểm tra")
    text = " ".join(PdfReader(BytesIO(pdf)).pages[0].extract_text().split())
    assert "KT. TRƯỞNG PHÒNG CẢNH SÁT GIAO THÔNG" in text
    assert "giao quyền xử phạt số 12/QĐ-PC08 của Trưởng phòng Cảnh sát giao thông Trần Văn Trưởng" in text


def test_the_register_says_that_a_giver_left(casework: Casework) -> None:
    proposed(casework)
    office = casework.office
    with transaction(office.engine) as session:
        give(session, casework, "division_head", "truong-phong")
        query = select(SignerPower).where(SignerPower.user_id == office.people["truong-phong"])
        revoke_power(session, session.exec(query).one().id or 0, "test", office.now)
        assert [held.lapsed for held in held_powers(session, local_day(office.now))] == [True]
    assert "Người giao quyền không còn giữ chức danh" in casework.at("quan-tri").get("/users/powers").text
    (row,) = casework.at("quan-tri").get("/api/v1/powers").json()
    assert row["lapsed"] is True
