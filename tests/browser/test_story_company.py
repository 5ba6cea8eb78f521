"""A company's car at a red light: the company names its driver, who contests it, is found to have driven,
explains, is fined, complains in vain, and pays after the last day with the late fee to the day."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.junction import Offender
from tests.browser.story import BEGINS, telling

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

CAR = Offender("98A67890", seconds=1.0)
DRIVER = {
    "name": "Hoàng Văn Duy",
    "identity": "024090000555",
    "address": "Thôn Đông, xã Tân Dĩnh, Bắc Ninh",
    "licence_number": "240123456789",
}


def test_a_driver_contests_appeals_and_pays_late(browser: Browser, tmp_path: Path) -> None:
    with telling("company", browser, tmp_path) as story:
        story.confirmed(story.captured(CAR, BEGINS - timedelta(days=2)))
        story.do("thiet", "sign_result")
        story.do("hung", "draw_notice")
        story.do("tham", "sign_notice")
        story.do("thu", "send_notice", how="post")
        story.do("hung", "publish")
        first = story.paper("thu", "notice")
        assert "Công ty TNHH Dịch vụ Lục Ngạn" in first

        story.later(days=2)  # Wednesday 7 October
        company = story.reads(first, "98A-678.90")
        expect(company.comes("company").locator("a[href$='/answer/admit']")).to_have_count(0)
        company.answers("name_driver", **DRIVER)
        story.do("hung", "invite_driver")
        story.do("hung", "draw_notice")
        story.do("tham", "sign_notice")
        story.do("thu", "send_notice", how="post")
        second = story.paper("thu", "notice")
        assert "Hoàng Văn Duy" in second
        page = company.opens()
        expect(page.get_by_role("alert")).to_contain_text(
            story.says("bạn không phải làm gì theo thông báo này", "you don't need to do anything")
        )
        story.shot(page, "company-afterwards")

        story.later(days=5)  # Monday 12 October
        driver = story.reads(second, "98A-678.90")
        driver.answers("contest", ground="signal", text="Đèn còn vàng khi tôi qua vạch.")
        story.do("hung", "start_verification", note="Đối chiếu nhật ký bộ điều khiển đèn")
        found = "Nhật ký đèn: pha đỏ bật 1,64 giây trước khi xe qua vạch; camera khớp giờ."
        story.do("hung", "finish_verification", note=found)
        story.paper("hung", "verification")
        story.do("hung", "identify_violator", violator_as="driver")
        story.do("hung", "make_record", statement="Tôi cho rằng đèn còn vàng.")
        story.do("hung", "leave_record_unsigned", note="không đồng ý nên không ký", witness="Nguyễn Thị Xã")
        for kind in ("record", "refusal"):
            story.paper("hung", kind)
        driver.answers("explain", text="Tôi chở hàng gấp, mong được xem xét.")
        story.paper("hung", "explanation")
        story.do("hung", "propose_decision")
        story.later(days=2)  # Wednesday 14 October
        story.do("tham", "sign_decision")
        story.do("thu", "send_decision", how="post")
        assert "Mười chín triệu đồng" in story.paper("thu", "decision")
        story.later(days=2)  # Friday 16 October: ten days to pay, until Monday 26 October
        story.do("thu", "deliver")

        driver.answers("complain", text="Tôi không đồng ý: camera đặt sau vạch.")
        story.later(days=4)
        story.do("hung", "accept_complaint")
        story.paper("hung", "complaint_taken_up")
        story.later(days=15)  # Wednesday 4 November
        page = story.staff.go("hung", "/proceedings/1")
        assert story.state(page, "payment") == "overdue"
        expect(page.locator(".money")).to_contain_text(story.amount(76_000))  # eight days of 9.500
        story.do("hung", "raise_alert")
        note = "Ảnh, đoạn phim và nhật ký đèn thống nhất: đèn đã đỏ khi xe chưa đến vạch dừng."
        story.do("tham", "settle_complaint", note=note)
        settled = story.paper("tham", "complaint_settled")
        assert "Giữ nguyên quyết định" in settled

        story.later(days=6)  # Tuesday 10 November: fourteen days late
        driver.pays(19_133_000)
        assert "133.000 đồng" in story.paper("hung", "receipt")
        driver.comes("paid")
        story.do("hung", "deduct_points", before="12")
        story.do("hung", "update_publication")
        page = story.do("hung", "close")
        assert {track: story.state(page, track) for track in ("case", "complaint", "alert")} == {
            "case": "closed",
            "complaint": "settled",
            "alert": "lifted",
        }
        assert story.problems == []
