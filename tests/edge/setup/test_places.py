"""The folder of camera files: what is active, what was, and that nothing gets lost on the way."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from configs.camera_check import load_camera
from configs.loading import ConfigError
from edge.setup.places import Place, Places, SetupError, identifier

CAMERAS = Path(__file__).parents[3] / "configs" / "cameras"
NOON = datetime(2026, 11, 28, 5, 0, tzinfo=UTC)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    shutil.copy(CAMERAS / "junction.yaml", tmp_path)
    (tmp_path / "node.yaml").write_text("id: n\ncameras: [junction.yaml]\ndata: d\n", encoding="utf-8")
    return Places(tmp_path)


def drawn(place: Place, line: str) -> None:
    draft = place.draft()
    draft["stop_lines"][0]["id"] = line
    place.save(draft)


def test_camera_files_and_drafts_are_listed_and_the_node_s_file_is_not(places: Places) -> None:
    places.add("Ngã tư Đồng Khởi")
    assert [place.name for place in places.all()] == ["junction", "nga-tu-dong-khoi"]
    assert [place.is_active for place in places.all()] == [True, False]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Ngã tư Hùng Vương – Lê Lợi", "nga-tu-hung-vuong-le-loi"),
        ("../../etc", "etc"),
        ("ĐƯỜNG 3/2", "duong-3-2"),
    ],
)
def test_names_of_files_are_made_of_letters(title: str, name: str) -> None:
    assert identifier(title) == name


def test_two_cameras_of_one_name_are_two(places: Places) -> None:
    assert [places.add("A b").name, places.add("a-b").name] == ["a-b", "a-b-2"]
    with pytest.raises(SetupError, match="no_name"):
        places.add("…")


def test_a_new_camera_does_not_take_the_place_of_the_node_s_file(places: Places) -> None:
    assert places.add("Node").name == "node-2"


def test_a_draft_changes_nothing_until_it_is_activated(places: Places) -> None:
    place = places.one("junction")
    before = place.file.read_bytes()
    assert not place.is_changed
    drawn(place, "S9")
    assert place.is_changed
    assert place.file.read_bytes() == before
    revision = place.activate(NOON)
    config = load_camera(place.file)
    assert config.stop_lines[0].id == "S9"
    assert config.calibration == f"setup-20261128-{revision.number:04d}"
    assert not place.is_changed


def test_the_file_written_by_hand_comes_back_to_the_letter(places: Places) -> None:
    place = places.one("junction")
    before = place.file.read_bytes()
    drawn(place, "S9")
    place.activate(NOON)
    place.roll_back(1, NOON + timedelta(hours=1))
    assert place.file.read_bytes() == before
    assert place.draft()["stop_lines"][0]["id"] == "S1"
    assert [one.number for one in place.revisions()] == [3, 2, 1]


def test_what_the_loader_refuses_never_becomes_active(places: Places) -> None:
    place = places.one("junction")
    before = place.file.read_bytes()
    draft = place.draft()
    draft["stop_lines"][0]["head"] = "nobody"
    place.save(draft)
    with pytest.raises(ConfigError, match="nobody"):
        place.activate(NOON)
    assert place.file.read_bytes() == before
    with pytest.raises(SetupError, match="no_revision"):
        place.roll_back(7, NOON)


def test_a_strange_name_leads_out_of_nowhere(places: Places) -> None:
    with pytest.raises(SetupError, match="no_camera"):
        places.one("../junction")
