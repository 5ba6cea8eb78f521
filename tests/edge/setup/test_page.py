"""The page over HTTP: who gets in, what is kept, what is told."""

import shutil
from pathlib import Path

import pytest
import yaml

from configs.camera_check import load_camera
from tests.edge.setup.page import CAMERAS, CLIP, Page, finished, with_recording


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(tmp_path)


def test_the_token_opens_the_page_once(page: Page) -> None:
    stranger = page.stranger()
    assert stranger.get("/").status_code == 403
    assert stranger.get("/", params={"token": "guess"}).status_code == 403
    first = page.tokens[-1]
    came = stranger.get("/", params={"token": first})
    assert came.status_code == 303
    assert "httponly" in came.headers["set-cookie"].lower()
    assert "samesite=strict" in came.headers["set-cookie"].lower()
    assert stranger.get("/").status_code == 200
    assert page.stranger().get("/", params={"token": first}).status_code == 403
    assert page.stranger().get("/", params={"token": page.tokens[-1]}).status_code == 303


@pytest.mark.parametrize(
    "path", ["/cameras/junction/recording.mp4", "/cameras/junction/draft", "/language/en"]
)
def test_nothing_is_shown_to_strangers(page: Page, path: str) -> None:
    assert page.stranger().get(path).status_code == 403


def test_pages_carry_the_headers_of_safety_and_refuse_other_sites(page: Page) -> None:
    client = page.visitor()
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    answer = client.post("/cameras", data={"name": "A"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert page.places.all() == []


def test_vietnamese_first_english_when_chosen(page: Page) -> None:
    client = page.visitor()
    assert "Thêm camera" in client.get("/").text
    client.get("/language/en")
    assert "Add a camera" in client.get("/").text


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/cameras/a/draw", "/cameras/a/draw"),
        ("https://elsewhere.example/", "/"),
        ("http://testserver//elsewhere.example", "/"),
        ("http://testserver/\\elsewhere.example", "/"),
    ],
)
def test_a_language_is_chosen_without_leaving_the_page(page: Page, referer: str, back: str) -> None:
    answer = page.visitor().get("/language/en", headers={"Referer": referer}, follow_redirects=False)
    assert answer.headers["location"] == back


def test_what_the_page_draws_is_the_file_it_writes(page: Page) -> None:
    client = page.visitor()
    name = with_recording(client)
    drawn = yaml.safe_load((CAMERAS / "junction.yaml").read_text(encoding="utf-8"))
    draft = client.get(f"/cameras/{name}/draft").json()["draft"]
    assert draft["size"] == [1280, 720]
    for key in ("heads", "stop_lines", "lanes", "solid_lines"):
        draft[key] = drawn[key]
    told = client.put(f"/cameras/{name}/draft", json=draft).json()["problems"]
    assert [problem["where"] for problem in told] == [["rules"]]
    ticked = client.get(f"/cameras/{name}/rules").text
    assert ticked.count("checked") == len(drawn["rules"])
    client.post(f"/cameras/{name}/rules", data={"on": list(drawn["rules"])})
    assert "Đang dùng" in client.post(f"/cameras/{name}/activate").text
    written, by_hand = load_camera(page.folder / f"{name}.yaml"), load_camera(CAMERAS / "junction.yaml")
    for key in ("size", "heads", "stop_lines", "lanes", "solid_lines", "rules"):
        assert getattr(written, key) == getattr(by_hand, key)


def test_an_unfinished_draft_is_kept_and_not_activated(page: Page) -> None:
    client = page.visitor()
    name = with_recording(client)
    draft = client.get(f"/cameras/{name}/draft").json()["draft"] | {"lanes": [{"id": "L1"}]}
    assert client.put(f"/cameras/{name}/draft", json=draft).json()["problems"][0]["words"] == "còn thiếu"
    assert client.post(f"/cameras/{name}/activate").status_code == 422
    assert not (page.folder / f"{name}.yaml").exists()
    assert Page(page.folder).visitor().get(f"/cameras/{name}/draft").json()["draft"] == draft


def test_what_is_no_video_is_told(page: Page) -> None:
    client = page.visitor()
    name = client.post("/cameras", data={"name": "A"}).url.path.split("/")[2]
    client.put(f"/cameras/{name}/recording", content=b"no video")
    assert "không phải là video" in finished(client, name, "convert")
    assert "Chưa có đoạn ghi" in client.get(f"/cameras/{name}/draw").text


def test_the_recording_is_played_in_pieces(page: Page) -> None:
    client = page.visitor()
    name = with_recording(client)
    answer = client.get(f"/cameras/{name}/recording.mp4", headers={"Range": "bytes=4-7"})
    assert answer.status_code == 206
    assert answer.content == CLIP.read_bytes()[4:8]


def test_another_camera_s_drawing_is_taken_over(page: Page) -> None:
    shutil.copy(CAMERAS / "junction.yaml", page.folder)
    client = page.visitor()
    name = with_recording(client)
    client.post(f"/cameras/{name}/clone", data={"other": "junction"})
    draft = client.get(f"/cameras/{name}/draft").json()["draft"]
    assert [lane["id"] for lane in draft["lanes"]] == ["left", "right", "opposing"]
    assert draft["id"] == name


def test_the_password_is_kept_out_of_file_and_page(page: Page) -> None:
    client = page.visitor()
    name = client.post("/cameras", data={"name": "A"}).url.path.split("/")[2]
    sent = {"address": "rtsp://admin:p@ss/w:rd@127.0.0.1:9/1", "username": "", "password": ""}
    client.post(f"/cameras/{name}/streams", data=sent)
    draft = client.get(f"/cameras/{name}/draft").json()["draft"]
    assert draft["detect_stream"]["url"] == "rtsp://127.0.0.1:9/1"
    assert draft["detect_stream"]["username"] == "admin"
    kept = Path(draft["detect_stream"]["password_file"])
    assert kept.read_text() == "p@ss/w:rd\n"
    assert kept.stat().st_mode & 0o077 == 0
    assert "p@ss" not in client.get(f"/cameras/{name}/camera").text
    assert "Camera không cho hình" in finished(client, name, "record")


@pytest.mark.parametrize(("spoken", "words"), [("vi", "có phải là"), ("en", "did you mean")])
def test_a_camera_file_that_cannot_be_read_is_explained(page: Page, spoken: str, words: str) -> None:
    text = (CAMERAS / "junction.yaml").read_text(encoding="utf-8")
    (page.folder / "nga-tu.yaml").write_text(text.replace("stop_lines:", "stop_linez:"), encoding="utf-8")
    client = page.visitor()
    client.cookies.set("lang", spoken)
    shown = client.get("/cameras/nga-tu/camera")
    assert shown.status_code == 422
    assert f"nga-tu.yaml:14: stop_linez: {'khoá lạ' if spoken == 'vi' else 'unknown key'}" in shown.text
    assert words in shown.text
