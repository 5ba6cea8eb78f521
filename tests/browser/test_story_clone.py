"""A plate that somebody copied: seen at two junctions that no car can have passed within four minutes. Its
registered owner is never told of anything, and every later hit is held back until the watch ends."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import Session, col, func, select

from central.dispatches.models import Dispatch
from central.documents.models import Document
from central.notifications.models import Notification
from central.proceedings.models import NoticeAccess
from contract.reports import CameraInfo
from tests.browser.junction import CAMERA, Offender
from tests.browser.story import BEGINS, Owner, telling

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

CLONE = Offender("99A77788", seconds=1.0)
FAR = CameraInfo(
    id="cam-tay", site="bn-kinh-bac", site_name="Ngã tư Kinh Bắc, Bắc Ninh", calibration="cal-2026-11"
)
SITES = {
    CAMERA.site: {"latitude": 21.2731, "longitude": 106.1946},
    FAR.site: {"latitude": 21.1861, "longitude": 106.0763},
}


def test_a_cloned_plate_never_reaches_its_owner(browser: Browser, tmp_path: Path) -> None:
    with telling("clone", browser, tmp_path, language="en", cameras=(CAMERA, FAR), sites=SITES) as story:
        first = story.captured(CLONE, BEGINS - timedelta(days=1))
        second = story.captured(CLONE, BEGINS - timedelta(days=1, minutes=-4), FAR)
        story.confirmed(first, second)

        page = story.staff.go("hung", "/desk")
        suspected = story.says("Xem xét nghi vấn biển giả", "Look into a suspected clone")
        expect(page.get_by_role("row").filter(has_text=suspected)).to_have_count(2)
        story.do("thiet", "sign_result", first)
        page = story.staff.go("hung", f"/proceedings/{first}")
        expect(page.locator(".leads")).to_contain_text(
            story.says("cách 16 km, sau đó 4 phút", "16 km away, 4 minutes later")
        )
        expect(page.locator(".offers [hx-get$='/draw_notice']")).to_have_count(0)
        story.shot(page, "suspected")
        with page.context.expect_page() as other:
            page.locator(".leads a").click()
        expect(other.value.locator("main")).to_contain_text("Ngã tư Kinh Bắc")
        story.shot(other.value, "evidence-of-the-other")
        other.value.close()

        for case in (first, second):
            page = story.do("hung", "confirm_clone", case, note="Giấy xác nhận: xe của chủ ở xưởng sửa chữa")
            assert story.state(page, "clone") == "confirmed"
            page = story.do(
                "tham", "decide_no_sanction", case, reason="cloned_plate", note="chưa rõ người lái"
            )
            assert story.state(page, "case") == "no_sanction"
        assert "Đặng Văn Lâm" not in story.paper("tham", "no_sanction", first)
        assert story.state(story.do("hung", "close", first), "case") == "closed"

        story.later(days=6)
        third = story.captured(
            CLONE, BEGINS + timedelta(days=5)
        )  # one place only, and held back all the same
        story.confirmed(third)
        page = story.staff.go("hung", f"/proceedings/{third}")
        expect(page.locator(".leads")).to_contain_text(
            story.says("Biển số này đang được theo dõi", "This plate is being watched")
        )
        story.shot(page, "watched")

        story.do("hung", "confirm_clone", third, note="xe mang biển giả, người lái đã bị giữ")

        page = story.staff.go("hung", "/watched")
        expect(page.get_by_role("row").nth(1)).to_contain_text("Giấy xác nhận")
        story.shot(page, "watched-plates")
        page.locator("[name=reason]").fill("Đã thu giữ biển giả, biên bản số 12")
        page.get_by_role("button", name=story.says("Thôi theo dõi", "End the watch")).click()
        expect(page.get_by_role("status").first).to_contain_text(
            story.says("Đã thôi theo dõi", "is no longer watched")
        )

        with Session(story.office.app.state.engine) as session:
            nobody = nobody_was_told(session)
        assert nobody == {"notices": 0, "codes": 0, "mails": 0, "alerts": 0}
        fourth = story.captured(CLONE, BEGINS + timedelta(days=5, hours=3))  # the owner's own car, at last
        story.confirmed(fourth)
        assert story.state(story.staff.go("hung", f"/proceedings/{fourth}"), "clone") in ("", "none")

        stranger = Owner(story, browser.new_context().new_page(), "1/TB-BN", "AAAA-AAAA", "99A-777.88")
        expect(stranger.opens().locator("[role=alert]")).to_be_visible()
        assert story.problems == []


def nobody_was_told(session: Session) -> dict[str, int]:
    """How much went out, or lies ready to be opened, that could reach an owner or hinder them."""
    queries = {
        "notices": select(func.count()).select_from(Document).where(Document.kind == "notice"),
        "codes": select(func.count()).select_from(NoticeAccess),
        "mails": select(func.count()).select_from(Notification),
        "alerts": select(func.count()).select_from(Dispatch).where(col(Dispatch.kind).like("alert%")),
    }
    return {name: session.exec(query).one() for name, query in queries.items()}
