"""Camera files: the shipped ones load, wrong ones are told where they are wrong."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from configs.camera import CameraConfig, StreamConfig, config_sha256
from configs.camera_check import camera_problems, load_camera
from configs.loading import ConfigError

CONFIGS = Path(__file__).parents[2] / "configs"
CROSSROADS = CONFIGS / "cameras" / "crossroads.yaml"


@pytest.mark.parametrize("path", sorted((CONFIGS / "cameras").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_camera_loads(path: Path) -> None:
    camera = load_camera(path)
    assert camera.is_timed == (path.stem == "crossroads")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "[900, 535]]",
            "[1300, 535]]",
            "stop_lines.0.line: point [1300, 535] is outside the picture of 1280×720",
        ),
        ("[905, 60, 935, 140]", "[905, 60, 905, 140]", "heads.0.box: box of no size"),
        ("[905, 60, 935, 140]", "[905, 60, 935, 1400]", "heads.0.box: point [935, 1400] is outside"),
        ("    head: main\n", "    head: mian\n", "stop_lines.0.head: no lamp head has the id 'mian'"),
        ("{left: left-arrow,", "{left: arrow,", "stop_lines.0.heads.left: no lamp head has the id 'arrow'"),
        (
            "[[400, 300], [880, 305], [930, 420], [380, 410]]",
            "[[400, 300], [880, 305]]",
            "zones.0.polygon: needs at least 3 items, has 2",
        ),
        (
            "[[400, 300], [880, 305], [930, 420], [380, 410]]",
            "[[400, 300], [930, 420], [880, 305], [380, 410]]",
            "zones.0.polygon: the polygon's sides cross each other",
        ),
        ("[[415, 520], [262, 719]]", "[[415, 520], [415, 520]]", "solid_lines.0.line: the same point twice"),
        ("direction: [0, -1] #", "direction: [0, 0] #", "stop_lines.0.direction: a direction of no length"),
        ("- id: left-arrow", "- id: main", "heads.1.id: 'main' is already the id of another of the heads"),
        ("  no_stopping: {}", "  wrong_way: {}", "rules.wrong_way: needs a one_way lane with a direction"),
        ("  no_stopping: {}", "  no_stopping:", "rules.no_stopping: empty: write {} to turn the rule on"),
        ("grace: 0.3", "grase: 0.3", "rules.red_light.grase: unknown key; did you mean 'grace'?"),
        ("amber: borderline", "amber: maybe", "rules.red_light.amber: must be 'off'"),
        (
            "url: rtsp://10.20.0.11:554/stream2",
            "url: rtsp://u:pw@h/1",
            "detect_stream.url: take the password out",
        ),
        ("url: rtsp://10.20.0.11:554/stream2", "url: file:///x", "detect_stream.url: must be rtsp://HOST"),
        ("name: Nút giao", 'name: "\\0" # ', "site.name: one line of text"),
        ("name: Nút giao", 'name: "a\\nb" # ', "site.name: one line of text"),
        ("kinds: [car,", "kinds: [cart,", "lanes.1.kinds.0: must be 'car'"),
        ("end: 2026-11-20T08", "end: 2026-11-20T06", "exemptions.0.end: must be after start"),
        ("    source: controller\n", "", "heads.1: source: controller needs the key controller"),
    ],
)
def test_a_mistake_is_told_with_its_key(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = CROSSROADS.read_text(encoding="utf-8")
    file = tmp_path / "camera.yaml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert text.count(old) >= 1
    with pytest.raises(ConfigError) as caught:
        load_camera(file)
    assert complaint in str(caught.value)
    assert all(problem.line > 1 for problem in caught.value.problems)


def test_a_lamp_that_is_missing_is_told_in_each_language() -> None:
    camera = load_camera(CROSSROADS)
    (told, *_) = camera_problems(camera.model_copy(update={"heads": ()}))
    assert (told[1].vi, told[1].en) == (
        "không có đèn nào tên 'left-arrow'; có: chưa vẽ gì",
        "no lamp head has the id 'left-arrow'; there are: none",
    )


def test_no_secret_is_in_a_message(tmp_path: Path) -> None:
    text = CROSSROADS.read_text(encoding="utf-8").replace("rtsp://10", "rtsp://u:hunter2@10")
    (tmp_path / "camera.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="password_file") as caught:
        load_camera(tmp_path / "camera.yaml")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("rtsp://h:99999/x", "Port out of range"),
        ("rtsp://h:abc/x", "Port could not be cast"),
        ("rtsp://h:0/x", "port 0 is none"),
        ("rtsp://[::1/x", "Invalid IPv6"),
        ("RTSP://h/x", "must be rtsp://HOST"),
        ("rtsp://h/a b", "a blank or an unseen sign"),
        ("rtsp://h/a\nb", "a blank or an unseen sign"),
        ("rtsp://me@h/x", "the user stands in url and in username"),
    ],
)
def test_an_address_that_can_t_be_opened_is_refused(url: str, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        StreamConfig(url=url, username="ngatu")


@pytest.mark.parametrize("url", ["rtsp://h/x?a=b%20c&d", "rtsps://[fe80::1]:322/x", "rtsp://me@ngãtư.vn:554"])
def test_an_address_that_can_be_opened_is_kept(url: str) -> None:
    assert StreamConfig(url=url).url == url


def test_a_password_needs_a_user() -> None:
    with pytest.raises(ValidationError, match="password_file without username"):
        StreamConfig(url="rtsp://host/1", password_file=Path("x"))


def test_the_digest_follows_the_meaning_not_the_text(tmp_path: Path) -> None:
    text = CROSSROADS.read_text(encoding="utf-8")
    reordered, changed = tmp_path / "reordered.yaml", tmp_path / "changed.yaml"
    reordered.write_text(
        "# a comment\n" + text.replace("[car, bus, truck]", "[truck, car, bus]"), encoding="utf-8"
    )
    changed.write_text(text.replace("grace: 0.3", "grace: 0.4"), encoding="utf-8")
    digest = config_sha256(load_camera(CROSSROADS))
    assert config_sha256(load_camera(reordered)) == digest
    assert config_sha256(load_camera(changed)) != digest


def test_a_camera_without_anything_is_a_camera() -> None:
    camera = CameraConfig.model_validate(
        {"id": "a", "site": {"id": "s", "name": "S"}, "size": [640, 480], "calibration": "c"}
    )
    assert camera.stop_lines == ()
    assert not camera.is_timed


def test_a_password_file_is_named_by_its_absolute_path() -> None:
    with pytest.raises(ValidationError, match="absolute path"):
        StreamConfig(url="rtsp://host/1", username="admin", password_file=Path("camera.password"))
