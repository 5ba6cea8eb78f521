"""Getting in: the right code opens one case, wrong ones cost time, nothing else is shown."""

from datetime import timedelta

import pytest

from tests.central.portal.site import PortalSite, text_of


def test_the_code_of_a_notice_opens_its_case_and_no_other(any_site: PortalSite) -> None:
    mine, other = any_site.noticed(), any_site.noticed()
    browser = any_site.browser()
    page = browser.post("/open", data=any_site.keys[mine])
    assert page.url.path == any_site.page_of(mine)
    assert "Chờ trả lời" in page.text
    assert browser.get(any_site.page_of(other)).status_code == 404
    assert browser.get("/cases/999999").status_code == 404


def test_the_code_printed_on_a_decision_leads_to_its_case_or_says_how(site: PortalSite) -> None:
    case_id = site.noticed()
    number = site.decided(case_id).number
    stranger = site.browser().get("/", params={"q": number})
    assert f"Về quyết định số {number}" in text_of(stranger.text)
    assert 'name="code"' in stranger.text
    assert site.enter(case_id).get("/", params={"q": number}).url.path == site.page_of(case_id)
    assert site.enter(case_id).get("/", params={"q": "9/QĐ"}).url.path == "/"


def on_paper(site: PortalSite) -> tuple[int, dict[str, str]]:
    """A case with its decision on paper, sent; what stands on it."""
    case_id = site.noticed()
    site.proposed(case_id)
    return case_id, site.sign_on_paper(case_id)


def test_who_holds_only_the_decision_opens_their_case_with_it(site: PortalSite) -> None:
    case_id, key = on_paper(site)
    form = site.browser().get("/", params={"q": key["number"], "c": key["code"]}).text
    assert f'value="{key["number"]}"' in form
    assert f'value="{key["code"]}"' in form
    assert "Chờ trả lời" not in form, "the QR code alone opens nothing"
    opened = site.browser().post("/open", data=key)
    assert opened.url.path == site.page_of(case_id)
    for wrong in ({"plate": "30A-000.01"}, {"code": "AAAA-AAAA"}, {"code": site.keys[case_id]["code"]}):
        assert site.browser().post("/open", data=key | wrong).status_code == 401
    assert site.enter(case_id).get("/", params={"q": key["number"]}).url.path == site.page_of(case_id)


def test_a_decision_posted_in_public_opens_nothing_by_its_code(site: PortalSite) -> None:
    """Law Art 70.2.d: it hangs out for everybody; the notice's code stays its owner's."""
    case_id, key = on_paper(site)
    site.do(case_id, "post_publicly", "thu-ly")
    assert site.browser().post("/open", data=key).status_code == 401
    assert site.enter(case_id).get(site.page_of(case_id)).status_code == 200


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/cases/999999", 404), ("/cases/x", 422)])
def test_an_error_leaves_whoever_is_in_their_way_to_other_pages(
    site: PortalSite, path: str, status: int
) -> None:
    inside = site.enter(site.noticed()).get(path)
    assert inside.status_code == status
    assert 'href="/inbox"' in inside.text
    assert 'action="/leave"' in inside.text
    assert 'action="/leave"' not in site.browser().get("/nowhere").text


@pytest.mark.parametrize(
    ("field", "typed"), [("plate", " 29a-000.01 "), ("code", "lower"), ("number", "spaces")]
)
def test_people_type_as_they_like(site: PortalSite, field: str, typed: str) -> None:
    case_id = site.noticed()
    key = dict(site.keys[case_id])
    given = {"lower": key["code"].lower().replace("-", " "), "spaces": f" {key['number'].lower()} "}
    key[field] = given.get(typed, typed)
    assert site.browser().post("/open", data=key).url.path == site.page_of(case_id)


@pytest.mark.parametrize("field", ["number", "plate", "code"])
def test_which_of_the_three_was_wrong_is_not_told(site: PortalSite, field: str) -> None:
    case_id = site.noticed()
    answer = site.browser().post("/open", data=site.keys[case_id] | {field: "29A99999"})
    assert answer.status_code == 401
    assert "không khớp" in answer.text


def test_wrong_codes_lock_for_a_while_and_it_is_told_until_when(any_site: PortalSite) -> None:
    case_id = any_site.noticed()
    key, browser = any_site.keys[case_id], any_site.browser()
    statuses = [browser.post("/open", data=key | {"code": "AAAA-AAAA"}).status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 401, 429]
    locked = browser.post("/open", data=key)
    assert locked.status_code == 429
    assert int(locked.headers["retry-after"]) == 15 * 60 + 1
    assert "mở lại lúc" in text_of(locked.text)
    any_site.office.now += timedelta(minutes=15, seconds=1)
    assert browser.post("/open", data=key).status_code == 200


def test_a_right_code_forgets_the_wrong_ones_before_it(site: PortalSite) -> None:
    case_id = site.noticed()
    key, browser = site.keys[case_id], site.browser()
    for _ in range(3):
        for _ in range(4):
            assert browser.post("/open", data=key | {"code": "AAAA-AAAA"}).status_code == 401
        assert browser.post("/open", data=key).status_code == 200


def test_one_place_can_try_many_notices_only_so_often(site: PortalSite) -> None:
    browser = site.browser()
    statuses = [
        browser.post(
            "/open", data={"number": f"{n}/2026/TB-BN", "plate": "29A00001", "code": "x"}
        ).status_code
        for n in range(61)
    ]
    assert statuses.index(429) == 59


def test_a_withdrawn_notice_opens_nothing_any_more(site: PortalSite) -> None:
    case_id = site.noticed()
    browser = site.enter(case_id)
    site.do(case_id, "withdraw_notice", "thu-ly")
    assert browser.get(site.page_of(case_id)).status_code == 404
    again = site.browser().post("/open", data=site.keys[case_id])
    assert again.status_code == 410
    assert "bạn không phải làm gì" in again.text
    wrong = site.browser().post("/open", data=site.keys[case_id] | {"code": "AAAA-AAAA"})
    assert wrong.status_code == 401


def test_several_notices_are_open_in_one_browser(site: PortalSite) -> None:
    first, second = site.noticed(), site.noticed()
    browser = site.enter(second, site.enter(first))
    page = browser.get("/")
    assert site.page_of(first) in page.text
    assert site.page_of(second) in page.text


def test_an_older_notice_opened_second_is_the_one_that_is_shown(site: PortalSite) -> None:
    older, newer = site.noticed(), site.noticed()
    browser = site.enter(newer)
    assert browser.post("/open", data=site.keys[older]).url.path == site.page_of(older)


@pytest.mark.parametrize("wait", [timedelta(minutes=30), timedelta(hours=5)])
def test_a_session_ends(site: PortalSite, wait: timedelta) -> None:
    case_id = site.noticed()
    browser = site.enter(case_id)
    site.office.now += wait
    page = browser.get(site.page_of(case_id))
    assert page.url.path == "/"
    assert "Phiên làm việc đã hết" in page.text


def test_leaving_ends_the_session(site: PortalSite) -> None:
    case_id = site.noticed()
    browser = site.enter(case_id)
    cookie = browser.cookies["ngatu-portal"]
    browser.post("/leave")
    browser.cookies.set("ngatu-portal", cookie)
    assert browser.get(site.page_of(case_id)).url.path == "/"


def test_the_qr_fills_the_code_in_and_another_host_gets_nothing(site: PortalSite) -> None:
    browser = site.browser()
    assert 'value="ABCD-EFGH"' in browser.get("/?c=ABCD-EFGH").text
    assert browser.get("/", headers={"Host": "elsewhere.example"}).status_code == 400


def test_another_site_can_not_send_a_form(site: PortalSite) -> None:
    answer = site.browser().post("/open", data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
