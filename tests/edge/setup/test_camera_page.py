"""Step 1 as a page: cameras that answered are offered, the hours of low sun are told."""

from pathlib import Path

import pytest

from edge.setup import camera_routes
from edge.setup.discovery import Found
from tests.edge.setup.page import Page


def test_cameras_that_answered_are_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_routes, "discover", lambda: [Found("192.168.1.9:8000", "Cổng <1>")])
    client = Page(tmp_path).visitor()
    client.post("/cameras", data={"name": "Ngã tư"})
    told = client.post("/cameras/nga-tu/discover").text
    assert 'data-address="192.168.1.9:8000"' in told
    assert "Cổng &lt;1&gt;" in told


def test_where_none_answered_the_page_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera_routes, "discover", list)
    client = Page(tmp_path).visitor()
    client.post("/cameras", data={"name": "Ngã tư"})
    assert "Không camera nào trả lời" in client.post("/cameras/nga-tu/discover").text


@pytest.mark.parametrize(
    ("bearing", "words"),
    [
        ("270", "Tháng 1 đến 12, từ 15:"),
        ("0", "Mặt trời thấp không bao giờ ở trước ống kính."),
    ],
)
def test_the_hours_of_low_sun_are_told(tmp_path: Path, bearing: str, words: str) -> None:
    client = Page(tmp_path).visitor()
    client.post("/cameras", data={"name": "Ngã tư"})
    assert "Tháng 1" not in client.get("/cameras/nga-tu/camera").text
    assert words in client.post("/cameras/nga-tu/view", data={"bearing": bearing}).text
