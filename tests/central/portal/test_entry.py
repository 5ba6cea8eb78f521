"""Getting in: the right code opens one case, wrong ones cost time, nothing else is shown."""

from datetime import timedelta

import pytest

from tests.central.portal.house import PortalHouse, text_of


def test_the_code_of_a_notice_opens_its_case_and_no_other(any_house: PortalHouse) -> None:
    mine, other = any_house.noticed(), any_house.noticed()
    browser = any_house.browser()
    page = browser.post("/open", data=any_house.keys[mine])
    assert page.url.path == any_house.page_of(mine)
    assert "Chờ trả lời" in page.text
    assert browser.get(any_house.page_of(other)).status_code == 404
    assert browser.get("/cases/999999").status_code == 404


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/cases/999999", 404), ("/cases/x", 422)])
def test_an_error_leaves_whoever_is_in_their_way_to_other_pages(
    house: PortalHouse, path: str, status: int
) -> None:
    inside = house.enter(house.noticed()).get(path)
    assert inside.status_code == status
    assert 'href="/inbox"' in inside.text
    assert 'action="/leave"' in inside.text
    assert 'action="/leave"' not in house.browser().get("/nowhere").text


@pytest.mark.parametrize(
    ("field", "typed"), [("plate", " 29a-000.01 "), ("code", "lower"), ("number", "spaces")]
)
def test_people_type_as_they_like(house: PortalHouse, field: str, typed: str) -> None:
    case_id = house.noticed()
    key = dict(house.keys[case_id])
    given = {"lower": key["code"].lower().replace("-", " "), "spaces": f" {key['number'].lower()} "}
    key[field] = given.get(typed, typed)
    assert house.browser().post("/open", data=key).url.path == house.page_of(case_id)


@pytest.mark.parametrize("field", ["number", "plate", "code"])
def test_which_of_the_three_was_wrong_is_not_told(house: PortalHouse, field: str) -> None:
    case_id = house.noticed()
    answer = house.browser().post("/open", data=house.keys[case_id] | {field: "29A99999"})
    assert answer.status_code == 401
    assert "không khớp" in answer.text


def test_wrong_codes_lock_for_a_while_and_it_is_told_until_when(any_house: PortalHouse) -> None:
    case_id = any_house.noticed()
    key, browser = any_house.keys[case_id], any_house.browser()
    statuses = [browser.post("/open", data=key | {"code": "AAAA-AAAA"}).status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 401, 429]
    locked = browser.post("/open", data=key)
    assert locked.status_code == 429
    assert int(locked.headers["retry-after"]) == 15 * 60 + 1
    assert "mở lại lúc" in text_of(locked.text)
    any_house.office.now += timedelta(minutes=15, seconds=1)
    assert browser.post("/open", data=key).status_code == 200


def test_a_right_code_forgets_the_wrong_ones_before_it(house: PortalHouse) -> None:
    case_id = house.noticed()
    key, browser = house.keys[case_id], house.browser()
    for _ in range(3):
        for _ in range(4):
            assert browser.post("/open", data=key | {"code": "AAAA-AAAA"}).status_code == 401
        assert browser.post("/open", data=key).status_code == 200


def test_one_place_can_try_many_notices_only_so_often(house: PortalHouse) -> None:
    browser = house.browser()
    statuses = [
        browser.post(
            "/open", data={"number": f"{n}/2026/TB-BN", "plate": "29A00001", "code": "x"}
        ).status_code
        for n in range(61)
    ]
    assert statuses.index(429) == 59


def test_a_withdrawn_notice_opens_nothing_any_more(house: PortalHouse) -> None:
    case_id = house.noticed()
    browser = house.enter(case_id)
    house.do(case_id, "withdraw_notice", "thu-ly")
    assert browser.get(house.page_of(case_id)).status_code == 404
    again = house.browser().post("/open", data=house.keys[case_id])
    assert again.status_code == 410
    assert "bạn không phải làm gì" in again.text
    wrong = house.browser().post("/open", data=house.keys[case_id] | {"code": "AAAA-AAAA"})
    assert wrong.status_code == 401


def test_several_notices_are_open_in_one_browser(house: PortalHouse) -> None:
    first, second = house.noticed(), house.noticed()
    browser = house.enter(second, house.enter(first))
    page = browser.get("/")
    assert house.page_of(first) in page.text
    assert house.page_of(second) in page.text


def test_an_older_notice_opened_second_is_the_one_that_is_shown(house: PortalHouse) -> None:
    older, newer = house.noticed(), house.noticed()
    browser = house.enter(newer)
    assert browser.post("/open", data=house.keys[older]).url.path == house.page_of(older)


@pytest.mark.parametrize("wait", [timedelta(minutes=30), timedelta(hours=5)])
def test_a_session_ends(house: PortalHouse, wait: timedelta) -> None:
    case_id = house.noticed()
    browser = house.enter(case_id)
    house.office.now += wait
    page = browser.get(house.page_of(case_id))
    assert page.url.path == "/"
    assert "Phiên làm việc đã hết" in page.text


def test_leaving_ends_the_session(house: PortalHouse) -> None:
    case_id = house.noticed()
    browser = house.enter(case_id)
    cookie = browser.cookies["ngatu-portal"]
    browser.post("/leave")
    browser.cookies.set("ngatu-portal", cookie)
    assert browser.get(house.page_of(case_id)).url.path == "/"


def test_the_qr_fills_the_code_in_and_another_host_gets_nothing(house: PortalHouse) -> None:
    browser = house.browser()
    assert 'value="ABCD-EFGH"' in browser.get("/?c=ABCD-EFGH").text
    assert browser.get("/", headers={"Host": "elsewhere.example"}).status_code == 400


def test_another_site_can_not_send_a_form(house: PortalHouse) -> None:
    answer = house.browser().post("/open", data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
