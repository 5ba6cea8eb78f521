"""Before a draft is activated the page says what it would have found otherwise than the file in force."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient

from contract.signing import SigningKey
from edge.camera import Eyes, Rolls
from edge.replay import replay
from edge.results import Outputs
from edge.setup.sight import Sight
from tests.edge import road
from tests.edge.setup.page import Page, finished

ELSEWHERE = [{"id": "side", "line": [[20, 235], [20, 30]]}]


class RoadSight(Sight):
    """The networks of a node that knows only the road."""

    @property
    def eyes(self) -> Eyes:
        return road.eyes()


@pytest.fixture
def page(tmp_path: Path) -> Page:
    """The road is active and its solid line was drawn elsewhere since."""
    page = Page(tmp_path / "cameras", sight=RoadSight())
    page.folder.mkdir()
    (page.folder / "road.yaml").write_text(road.camera_file(road.ROAD, "rtsp://127.0.0.1:1/road"), "utf-8")
    place = page.places.one("road")
    place.save(place.draft() | {"solid_lines": ELSEWHERE})
    return page


@pytest.fixture
def client(page: Page, tmp_path: Path) -> TestClient:
    client = page.visitor()
    client.put("/cameras/road/recording", content=road.film(tmp_path / "road.mp4").read_bytes())
    finished(client, "road", "convert")
    return client


def compared(client: TestClient) -> str:
    """The page after a comparison."""
    client.post("/cameras/road/what-if")
    assert "Xong." in finished(client, "road", "compare")
    return client.get("/cameras/road/activate").text


def kept_by_a_node(page: Page, film: Path, start: datetime) -> None:
    """A node beside the folder that found what the road shows."""
    data = page.folder.parent / "data"
    outputs = Outputs(None, data / "outbox" / "packages", None)
    replay(film, road.CONFIG, road.eyes(), outputs, SigningKey.generate(), start=start, rolls=Rolls(1.0, 1.0))
    node = {
        "id": "node-1",
        "data": str(data),
        "broker": {"host": "127.0.0.1"},
        "centre_key": "centre.key",
        "cameras": ["cameras/road.yaml"],
    }
    (page.folder.parent / "node.yaml").write_text(yaml.safe_dump(node), "utf-8")


def test_what_is_lost_on_the_recording_is_told(client: TestClient) -> None:
    assert "0 vụ như cũ" not in client.get("/cameras/road/activate").text
    told = compared(client)
    assert f"0 vụ như cũ, {len(road.STARTS)} vụ mất đi, 0 vụ thêm." in told
    assert "nút không còn đoạn phim nào của ngày qua" in told


def test_the_nodes_clips_of_the_last_day_are_looked_at_too(
    client: TestClient, page: Page, tmp_path: Path
) -> None:
    """Each clip shows the act it was kept for, and others that are near."""
    kept_by_a_node(page, tmp_path / "road.mp4", datetime.now(UTC) - timedelta(hours=2))
    assert f"Đã xem đoạn ghi và {len(road.STARTS)} đoạn phim." in compared(client)


def test_clips_that_are_older_are_not(client: TestClient, page: Page, tmp_path: Path) -> None:
    kept_by_a_node(page, tmp_path / "road.mp4", datetime.now(UTC) - timedelta(hours=25))
    assert "nút không còn đoạn phim nào của ngày qua" in compared(client)


def test_a_draft_that_was_changed_since_is_not_spoken_of(client: TestClient, page: Page) -> None:
    compared(client)
    place = page.places.one("road")
    place.save(place.draft() | {"solid_lines": [*ELSEWHERE, *road.ROAD["solid_lines"]]})  # type: ignore[misc]
    told = client.get("/cameras/road/activate").text
    assert "vụ như cũ" not in told
    assert "So với bản đang dùng" in told
    assert f"{len(road.STARTS)} vụ như cũ, 0 vụ mất đi, 0 vụ thêm." in compared(client)


def test_a_draft_that_is_wrong_is_not_compared(client: TestClient, page: Page) -> None:
    place = page.places.one("road")
    place.save(place.draft() | {"solid_lines": []})
    told = client.post("/cameras/road/what-if", headers={"HX-Request": "true"}).text
    assert "Bản vẽ còn lỗi" in told


def test_what_is_active_already_has_nothing_to_compare(client: TestClient, page: Page) -> None:
    client.post("/cameras/road/activate")
    assert "Bản nháp sẽ thay đổi gì?" not in client.get("/cameras/road/activate").text
