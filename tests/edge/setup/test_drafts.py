"""Drafts: the same file after a round, the same problems as the loader's, moved along with the picture."""

from pathlib import Path

import pytest
import yaml

from configs.camera import config_sha256
from configs.camera_check import load_camera
from edge.setup.drafts import as_yaml, draft_of, drawn_as, new_draft, problems, resized

FILES = sorted((Path(__file__).parents[3] / "configs" / "cameras").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_that_goes_through_a_draft_says_the_same(path: Path, tmp_path: Path) -> None:
    config = load_camera(path)
    written = tmp_path / "camera.yaml"
    written.write_text(as_yaml(draft_of(config)), encoding="utf-8")
    assert config_sha256(load_camera(written)) == config_sha256(config)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_finished_file_has_no_problems_in_any_language(path: Path) -> None:
    assert list(problems(draft_of(load_camera(path)))) == []


@pytest.mark.parametrize(
    ("change", "where", "vi"),
    [
        ({"rules": {}}, ("rules",), "chưa bật"),
        ({"lanes": [{"id": "L", "polygon": [[0, 0], [90, 90], [90, 0], [0, 90]]}]}, ("lanes", 0), "cắt nhau"),
        ({"solid_lines": [{"id": "V", "line": [[10, 10], [11, 11]]}]}, ("solid_lines", 0), "chỉ dài"),
        ({"heads": [{"id": "D", "box": [10, 10, 11, 30]}]}, ("heads", 0), "khung quá nhỏ"),
        ({"size": None}, ("size",), "phải là danh sách"),
    ],
)
def test_problems_are_told_in_vietnamese_at_their_place(
    change: dict[str, object], where: tuple[str | int, ...], vi: str
) -> None:
    draft = draft_of(load_camera(FILES[0])) | change
    found = [(place, what.vi) for place, what in problems(draft) if place[: len(where)] == where]
    assert any(vi in words for _, words in found), found


def test_a_larger_picture_takes_what_is_drawn_along() -> None:
    draft = draft_of(load_camera(FILES[0]))
    width, height = draft["size"]
    larger = resized(draft, (width * 2, height * 2))
    assert larger["stop_lines"][0]["line"][0] == [2 * v for v in draft["stop_lines"][0]["line"][0]]
    assert larger["heads"][0]["box"] == [2 * v for v in draft["heads"][0]["box"]]
    assert larger["stop_lines"][0]["exits"][0]["line"] != draft["stop_lines"][0]["exits"][0]["line"]
    assert list(problems(larger)) == []
    assert resized(larger, (width, height)) == draft


def test_a_clone_takes_the_drawing_and_keeps_the_camera() -> None:
    other = draft_of(load_camera(FILES[0]))
    fresh = new_draft("new", "Ngã tư mới") | {"size": [640, 360], "detect_stream": {"url": "rtsp://h/1"}}
    clone = drawn_as(other, fresh)
    assert clone["id"] == "new"
    assert clone["size"] == [640, 360]
    assert clone["detect_stream"] == {"url": "rtsp://h/1"}
    assert len(clone["lanes"]) == len(other["lanes"])
    assert list(problems(clone)) == []


def test_the_file_is_yaml_that_people_can_read() -> None:
    text = as_yaml(new_draft("a", "Ngã tư Hùng Vương"))
    assert "Ngã tư Hùng Vương" in text
    assert yaml.safe_load(text)["site"]["id"] == "a"
