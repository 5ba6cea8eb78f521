"""Nobody does anything in time: a notice that is never sent, an owner who never comes, a fine that nobody
pays. What time alone does, the programme does; the pages say so to both sides."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.junction import Offender
from tests.browser.story import BEGINS, Story, telling

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

FORGOTTEN = Offender("98A12345", seconds=1.0)
SILENT = Offender("99A30304", seconds=1.0)
UNPAID = Offender("98B123456", kind="motorbike", seconds=1.0)


def test_every_deadline_passes(browser: Browser, tmp_path: Path) -> None:
    with telling("deadlines", browser, tmp_path, language="en") as story:
        forgotten, silent, unpaid = (
            story.captured(offender, BEGINS - timedelta(days=2, hours=-hours))
            for hours, offender in enumerate((FORGOTTEN, SILENT, UNPAID))
        )
        story.confirmed(forgotten, silent, unpaid)
        for case in (silent, unpaid):
            notice_sent(story, case)
        owner = story.reads(story.paper("thu", "notice", silent), "99A-303.04")
        debtor = story.reads(story.paper("thu", "notice", unpaid), "98B1-234.56")
        decided(story, unpaid)

        story.later(days=7)  # Monday 12 October: the decision should have gone out by Thursday
        assert late(story) == {"service": 1, "points_deduct": 1}
        story.do("thu", "send_decision", unpaid, how="electronic")
        story.later(days=5)
        assert {"notice", "publication"} <= late(story).keys()
        assert state(story, unpaid, "delivery") == "delivered"  # as the law has it, after three working days

        story.later(days=10)  # Tuesday 27 October
        story.do("hung", "raise_alert", silent, unit="Công an phường Kinh Bắc")
        story.paper("hung", "commune_slip", silent)
        story.also("hung", "identify_violator", silent, violator_as="owner")
        story.later(days=9)  # Thursday 5 November
        assert late(story)["record"] == 1
        expect(debtor.comes("overdue").locator("main")).to_contain_text(
            story.amount(5_022_500)
        )  # nine days of 2,500
        story.do("hung", "raise_alert", unpaid)
        story.do("hung", "deduct_points", unpaid)
        story.do("hung", "make_record", silent)
        story.do("hung", "leave_record_unsigned", silent, note="absent", witness="Nguyễn Thị Xã")
        expect(owner.comes("explain").locator(".due")).to_contain_text(
            story.says("12/11/2026", "12 Nov 2026")
        )
        story.later(days=13)  # Wednesday 18 November: five, then seven working days are over
        assert state(story, silent, "explanation") == "over"
        assert state(story, silent, "case") == "time_over"
        assert state(story, silent, "alert") == "lifted"
        expect(owner.comes("time-over").locator(".stage-time_over")).to_be_visible()
        closed(story, silent)

        story.later(days=340)
        assert state(story, forgotten, "case") == "expired"
        assert state(story, unpaid, "case") == "unenforced"
        expect(debtor.comes("unenforced").locator(".stage-unenforced")).to_be_visible()
        closed(story, unpaid)
        story.do("hung", "close", forgotten)
        assert late(story) == {}
        page = story.staff.go("hung", "/desk")
        expect(page.get_by_role("row")).to_have_count(2)  # the head, and that nothing waits
        story.shot(page, "nothing-waits")
        assert story.problems == []


def notice_sent(story: Story, case: int) -> None:
    """Everything up to the published notice."""
    story.do("thiet", "sign_result", case)
    story.do("hung", "draw_notice", case)
    story.do("tham", "sign_notice", case)
    story.do("thu", "send_notice", case, how="post")
    story.do("hung", "publish", case)


def decided(story: Story, case: int) -> None:
    """The owner came to the office and admitted it; the decision is signed."""
    story.also("hung", "open_session", case, content="The owner was shown the pictures.")
    story.paper("hung", "session_record", case)
    story.do("hung", "admit", case)
    story.do("hung", "identify_violator", case, violator_as="owner")
    story.do("hung", "make_record", case)
    story.do("hung", "sign_record", case)
    story.do("hung", "propose_decision", case)
    story.do("tham", "sign_decision", case)


def closed(story: Story, case: int) -> None:
    """What is published is taken down, the case closed."""
    story.do("hung", "take_down", case)
    assert story.state(story.do("hung", "close", case), "case") == "closed"


def state(story: Story, case: int, track: str) -> str:
    """Where a track stands, as the case officer reads it."""
    return story.state(story.staff.go("hung", f"/proceedings/{case}"), track)


def late(story: Story) -> dict[str, int]:
    """How many deadlines of the authority are late, by code, as the page of deadlines shows them."""
    page = story.staff.go("hung", "/deadlines")
    story.shot(page, "late")
    tiles = page.locator(".tile[href*='code=']:has(.late-count)")
    codes = [(link.get_attribute("href") or "").partition("code=")[2] for link in tiles.all()]
    numbers = tiles.locator(".late-count").all_inner_texts()
    return {code: int(text.split()[0]) for code, text in zip(codes, numbers, strict=True)}
