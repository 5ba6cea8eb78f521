"""A motorbike's red light from the camera to the archive, every step by the pages: the owner admits it in the
portal and pays at the bank."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.junction import Offender
from tests.browser.story import BEGINS, telling

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

BIKE = Offender("98B123456", kind="motorbike", seconds=1.0)


def test_a_red_light_is_admitted_paid_and_closed(browser: Browser, tmp_path: Path) -> None:
    with telling("admitted", browser, tmp_path) as story:
        story.confirmed(story.captured(BIKE, BEGINS - timedelta(days=2)))
        story.do("thiet", "sign_result")
        story.paper("thiet", "detection_result")
        story.do("hung", "draw_notice")
        story.do("tham", "sign_notice")
        story.do("thu", "send_notice", how="post")
        story.do("hung", "publish")

        owner = story.reads(story.paper("thu", "notice"), "98B1-234.56")
        owner.answers("admit")
        story.do("hung", "identify_violator", violator_as="owner")
        story.do("hung", "make_record", statement="Tôi vội nên không nhìn đèn.")
        story.do("hung", "sign_record")
        story.paper("hung", "record")
        story.do("hung", "propose_decision")
        story.do("tham", "sign_decision")
        story.do("thu", "send_decision", how="electronic")
        story.do("thu", "deliver")
        assert "Năm triệu đồng" in story.paper("thu", "decision")

        owner.pays(5_000_000)
        expect(owner.comes("paid").locator("[href*='/papers/']").last).to_be_visible()
        story.do("hung", "deduct_points", before="12")
        story.do("hung", "update_publication")
        for kind in ("receipt", "points_notice"):
            story.paper("hung", kind)
        page = story.staff.go("hung", "/proceedings/1")
        assert story.state(page, "case") == "executed"
        page = story.do("hung", "close")
        assert story.state(page, "case") == "closed"
        assert story.problems == []
