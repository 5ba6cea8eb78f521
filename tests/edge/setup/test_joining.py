"""A plate camera is joined on the page: drawn in both, bound by lane, clocks compared by what both saw."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from configs.camera_check import load_camera
from configs.node_check import joining_problems
from configs.scene import Section
from edge.setup.joining import Measured, Recorded, Shown, measure
from edge.setup.places import SetupError
from tests.edge.setup.page import Page, finished
from tests.edge.setup.pair import AHEAD, DRIVES, OVERVIEW, PLATE, SIZE, RedSight, RedThings, View, film

NOON = datetime(2026, 11, 28, 5, 0, tzinfo=UTC)


def recorded(path: Path, view: View, start: datetime = NOON) -> Recorded:
    return Recorded(path, start, SIZE, Section.model_validate(view.section()))


def compared(here: Recorded, there: Recorded) -> tuple[Measured, list[Shown]]:
    return measure(here, there, RedThings(), lambda _done: None)


def test_clocks_are_compared_by_the_vehicles_that_both_saw(tmp_path: Path) -> None:
    told: list[float] = []
    here = recorded(film(tmp_path / "here.mp4", OVERVIEW), OVERVIEW)
    there = recorded(film(tmp_path / "there.mp4", PLATE, AHEAD), PLATE)
    found, shown = measure(here, there, RedThings(), told.append)
    assert found.offset == pytest.approx(AHEAD, abs=0.05)
    assert found.sigma < 0.1
    assert (found.here, found.there, found.both) == (len(DRIVES),) * 3
    assert max(found.across, found.along) < 0.3
    assert len(shown) == len(found.times) == 4
    assert all(min(one.here.shape[:2] + one.there.shape[:2]) > 10 for one in shown)
    assert told == sorted(told)


def test_a_recording_that_began_later_says_so_itself(tmp_path: Path) -> None:
    """Its first picture was taken 2 s after that of the other, by clocks that agree."""
    early = film(tmp_path / "here.mp4", OVERVIEW)
    late = film(tmp_path / "there.mp4", PLATE, -2.0)
    found, _ = compared(recorded(early, OVERVIEW), recorded(late, PLATE, NOON + timedelta(seconds=2)))
    assert found.offset == pytest.approx(0.0, abs=0.05)


def test_corners_that_are_not_the_same_ones_show(tmp_path: Path) -> None:
    wrong = View(PLATE.left + 60, PLATE.bottom, PLATE.across, PLATE.along)
    here = recorded(film(tmp_path / "here.mp4", OVERVIEW), OVERVIEW)
    with pytest.raises(SetupError, match="not_measured"):
        compared(here, recorded(film(tmp_path / "there.mp4", PLATE, AHEAD), wrong))


def test_a_road_that_is_nearly_empty_tells_no_time(tmp_path: Path) -> None:
    here = recorded(film(tmp_path / "here.mp4", OVERVIEW, drives=DRIVES[:3]), OVERVIEW)
    there = recorded(film(tmp_path / "there.mp4", PLATE, AHEAD, DRIVES[:3]), PLATE)
    with pytest.raises(SetupError) as refused:
        compared(here, there)
    assert (refused.value.code, refused.value.values) == ("not_measured", {"here": 3, "there": 3})


def camera(page: Page, client: TestClient, title: str, clip: Path, view: View, section: str = "S") -> str:
    """A camera with its recording and a stretch drawn."""
    name = client.post("/cameras", data={"name": title}).url.path.split("/")[2]
    client.put(f"/cameras/{name}/recording", content=clip.read_bytes())
    finished(client, name, "convert")
    place = page.places.one(name)
    lane = {"id": "L1", "polygon": view.corners, "direction": [0, -1], "one_way": True}
    drawn = {"sections": [view.section(section)], "lanes": [lane], "rules": {"wrong_way": {}}}
    place.save(place.draft() | drawn)
    return name


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(tmp_path / "cameras", sight=RedSight())


@pytest.fixture
def pair(page: Page, tmp_path: Path) -> tuple[TestClient, str, str]:
    client = page.visitor()
    here = camera(page, client, "Toàn cảnh", film(tmp_path / "here.mp4", OVERVIEW), OVERVIEW)
    there = camera(page, client, "Biển số", film(tmp_path / "there.mp4", PLATE, AHEAD), PLATE)
    return client, here, there


def test_a_pair_is_joined_measured_and_activated(page: Page, pair: tuple[TestClient, str, str]) -> None:
    client, here, there = pair
    told = client.post(f"/cameras/{here}/join", data={"camera": there, "section": "S", "lanes": ["L1"]}).text
    assert "chưa đo độ lệch đồng hồ" in told
    client.post(f"/cameras/{here}/join/{there}/measure")
    assert "Xong." in finished(client, here, "join")
    told = client.get(f"/cameras/{here}/join").text
    assert "chắc chắn cùng một xe: 8" in told
    assert client.get(f"/cameras/{here}/join/0-there.jpg").headers["content-type"] == "image/jpeg"
    for name in (here, there):
        assert "Đang dùng" in client.post(f"/cameras/{name}/activate").text
    files = [load_camera(page.folder / f"{name}.yaml") for name in (here, there)]
    (joined,) = files[0].plate_cameras
    assert (joined.camera, joined.section, joined.lanes) == (there, "S", ("L1",))
    assert joined.offset == pytest.approx(AHEAD, abs=0.05)
    assert list(joining_problems(files[0], {file.id: file for file in files})) == []
    assert "đồng hồ nhanh hơn 0,3 s" in client.get(f"/cameras/{here}/sheet").text


def test_it_is_parted_again(page: Page, pair: tuple[TestClient, str, str]) -> None:
    client, here, there = pair
    client.post(f"/cameras/{here}/join", data={"camera": there, "section": "S"})
    assert page.places.one(here).draft()["plate_cameras"] == [{"camera": there, "section": "S"}]
    client.post(f"/cameras/{here}/join/{there}/remove")
    assert "plate_cameras" not in page.places.one(here).draft()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"camera": "khong-co", "section": "S"}, "Không có camera khong-co: mở lại danh sách camera."),
        ({"camera": "bien-so", "section": "T"}, "chưa vẽ đoạn đường T"),
    ],
)
def test_what_is_not_there_is_not_joined(
    pair: tuple[TestClient, str, str], form: dict[str, str], words: str
) -> None:
    client, here, _ = pair
    assert words in client.post(f"/cameras/{here}/join", data=form).text


def test_who_has_one_camera_has_no_such_step(page: Page) -> None:
    client = page.visitor()
    told = client.post("/cameras", data={"name": "Một mình"})
    assert "Camera biển số" not in told.text


def test_a_stretch_is_drawn_in_both(page: Page, tmp_path: Path) -> None:
    client = page.visitor()
    here = camera(page, client, "Toàn cảnh", film(tmp_path / "here.mp4", OVERVIEW), OVERVIEW)
    camera(page, client, "Biển số", film(tmp_path / "there.mp4", PLATE), PLATE, section="T")
    assert "Camera đó chưa vẽ đoạn đường S" in client.get(f"/cameras/{here}/join").text
