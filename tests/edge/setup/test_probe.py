"""Streams that are tried: a real RTSP camera, its verdicts, and whether two pictures show one view."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from contract.reasons import Reason
from edge.detect.detector import Image
from edge.setup import recording
from edge.setup.makes import MAKES, split_login, streams_of
from edge.setup.places import Places, SetupError
from edge.setup.probe import StreamFacts, Tried, apart
from edge.setup.verdicts import keep, kept, verdicts
from edge.setup.wording import words
from edge.video.file import FileSource
from tests.edge.setup.page import CLIP, Page, finished
from tests.edge.video.conftest import Camera

GREY = np.zeros((72, 128, 3), np.uint8)


@pytest.fixture(scope="module")
def street() -> Image:
    return next(FileSource(CLIP).frames()).image


@pytest.fixture
def camera() -> Iterator[Camera]:
    running = Camera(CLIP)
    yield running
    running.kill()


def test_one_view_in_another_size_is_the_same(street: Image) -> None:
    away = apart(street, np.asarray(cv2.resize(street, (1920, 1080)), np.uint8))
    assert away is not None
    assert away < 0.01


@pytest.mark.parametrize("part", [0.08, 0.2])
def test_a_cropped_view_is_another(street: Image, part: float) -> None:
    height, width = street.shape[:2]
    cropped = street[int(part * height) :, : int((1 - part) * width)]
    away = apart(street, cropped)
    assert away is not None
    assert away == pytest.approx(part / (1 - part), rel=0.25)


def test_of_an_empty_picture_nothing_is_said(street: Image) -> None:
    assert apart(street, GREY) is None


def facts(**changes: object) -> StreamFacts:
    usual: dict[str, object] = {
        "codec": "h264",
        "size": (1280, 720),
        "rate": 12.0,
        "keyframes": 1.0,
        "keyframes_sure": True,
        "megabits": 2.0,
        "offset": 0.1,
        "picture": GREY,
    }
    return StreamFacts(**(usual | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code", "level"),
    [
        ({}, "codec", "good"),
        ({"codec": "hevc"}, "codec_browser", "good"),
        ({"keyframes": 2.0}, "keyframes", "good"),
        ({"keyframes": 4.0}, "keyframes", "warn"),
        ({"keyframes": 10.0}, "keyframes_bad", "bad"),
        ({"keyframes": 3.0, "keyframes_sure": False}, "keyframes_bad", "bad"),
        ({"size": (640, 480)}, "detect_small", "warn"),
        ({"size": (2560, 1440)}, "detect_large", "warn"),
        ({"rate": 8.0}, "rate_low", "warn"),
        ({"rate": 4.0}, "rate_low", "bad"),
        ({"offset": None}, "no_clock", "warn"),
        ({"offset": -3.0}, "clock_off", "warn"),
        ({"offset": 3600.0}, "clock_off", "bad"),
    ],
)
def test_the_stream_that_is_looked_at(changes: dict[str, object], code: str, level: str) -> None:
    found = [(one.code, one.level) for one in verdicts(Tried(facts(**changes))) if one.stream == "detect"]
    assert (code, level) in found
    assert len(found) == 5


def test_a_record_stream_that_fails_is_told_and_the_other_goes_on() -> None:
    failed = SetupError("no_stream", why=Reason(code="stream.no_answer"))
    found = [one for one in verdicts(Tried(facts(), record_error=failed)) if one.stream == "record"]
    assert [one.code for one in found] == ["no_record"]


def test_a_record_stream_without_its_password_is_told_in_words(tmp_path: Path) -> None:
    place = Places(tmp_path).add("Nút thử")
    keep(place, Tried(facts(), record_error=SetupError("no_password")))
    (told,) = [one["words"] for one in kept(place, "vi") if one["stream"] == "record"]
    assert "Không đọc được tệp mật khẩu" in told


def test_every_verdict_has_words() -> None:
    large = facts(size=(1280, 720), rate=5.0, megabits=20.0, codec="mjpeg")
    fine = facts(size=(3840, 2160), rate=25.0)
    for record in (None, large, fine):
        for one in verdicts(Tried(facts(), record)):
            assert f"verdict.{one.code}" in words()


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("rtsp://10.0.0.5/1", ("rtsp://10.0.0.5/1", "", "")),
        ("rtsp://admin:a@b:c/d@10.0.0.5:554/1?x=1", ("rtsp://10.0.0.5:554/1?x=1", "admin", "a@b:c/d")),
        ("rtsp://admin:a%40b@h/1", ("rtsp://h/1", "admin", "a@b")),
    ],
)
def test_user_and_password_are_taken_out_of_an_address(typed: str, parts: tuple[str, str, str]) -> None:
    login = split_login(typed)
    assert (login.url, login.username, login.password) == parts


@pytest.mark.parametrize("host", ["10.0.0.5", "rtsp://10.0.0.5", " rtsp://10.0.0.5/old/path "])
def test_a_make_s_paths_are_filled_in(host: str) -> None:
    record, detect = streams_of(MAKES["hikvision"], host.strip())
    assert record == "rtsp://10.0.0.5/Streaming/Channels/101"
    assert detect == "rtsp://10.0.0.5/Streaming/Channels/102"


def test_a_camera_is_tried_and_recorded(
    camera: Camera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "SECONDS", 6.0)
    page = Page(tmp_path)
    client = page.visitor()
    name = client.post("/cameras", data={"name": "Nút RTSP"}).url.path.split("/")[2]
    address = f"rtsp://127.0.0.1:{camera.port}"
    sent = {
        "address": f"{address}/junction",
        "record": f"{address}/cam",
        "username": "admin",
        "password": "s",
    }
    client.post(f"/cameras/{name}/streams", data=sent)
    told = finished(client, name, "record", 120)
    assert "Tiếp tục vẽ" in told
    for words_ in ("Mã hóa H.264", "Hình 1280×720", "Cùng một góc nhìn"):
        assert words_ in told, told
    assert client.get(f"/cameras/{name}/streams/detect.jpg").content[:2] == b"\xff\xd8"
    recorded = FileSource(page.places.one(name).recording)
    assert recorded.size == (1280, 720)
    assert 5.0 <= sum(1 for _ in recorded.frames()) / recorded.fps <= 12.0
    assert page.places.one(name).draft()["size"] == [1280, 720]
    assert page.places.one(name).draft()["record_stream"]["url"].endswith("/cam")
