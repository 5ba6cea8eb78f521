"""Addresses, passwords that nobody sees, pictures of the wrong size, and files played again after a crash."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from configs.camera import CameraConfig, StreamConfig
from configs.words import say
from edge.streams import PLAYED_BEFORE, Playing, StreamError, address, live_source, size_problem
from tests.brokers import free_port
from tests.edge import road

SECRET = "p@ss/wörd:#1"


def stream(folder: Path, content: bytes | None = None, username: str | None = "admin") -> StreamConfig:
    file = folder / "camera.password"
    if content is not None:
        file.write_bytes(content)
    return StreamConfig(url="rtsp://10.0.0.7:554/main?ch=1", username=username, password_file=file)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"secret\n", "rtsp://admin:secret@10.0.0.7:554/main?ch=1"),
        (b"secret", "rtsp://admin:secret@10.0.0.7:554/main?ch=1"),
        (b"\xef\xbb\xbfsecret\r\n", "rtsp://admin:secret@10.0.0.7:554/main?ch=1"),
        (b"first\nsecond\n", "rtsp://admin:first@10.0.0.7:554/main?ch=1"),
        (SECRET.encode(), "rtsp://admin:p%40ss%2Fw%C3%B6rd%3A%231@10.0.0.7:554/main?ch=1"),
    ],
)
def test_user_and_password_go_into_the_address(tmp_path: Path, content: bytes, expected: str) -> None:
    assert address(stream(tmp_path, content)) == expected


@pytest.mark.parametrize(
    ("username", "expected"),
    [(None, "rtsp://10.0.0.7/main"), ("view only", "rtsp://view%20only@10.0.0.7/main")],
)
def test_an_address_without_password_stays_without(username: str | None, expected: str) -> None:
    assert address(StreamConfig(url="rtsp://10.0.0.7/main", username=username)) == expected


@pytest.mark.parametrize("content", [None, b"", b"secret \xff\xfe bytes"])
def test_a_password_that_can_t_be_read_is_named_by_its_file_alone(
    tmp_path: Path, content: bytes | None
) -> None:
    with pytest.raises(StreamError, match=r"camera\.password: no password") as caught:
        address(stream(tmp_path, content))
    assert caught.value.__cause__ is None
    assert "secret" not in str(caught.value)


def test_a_camera_without_a_stream_says_what_to_do() -> None:
    with pytest.raises(StreamError, match="camera road: its file names no detect_stream; add it"):
        live_source(road.CONFIG, 10.0)


def test_no_log_and_no_health_shows_the_password(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    dead = StreamConfig(
        url=f"rtsp://127.0.0.1:{free_port()}/x", username="admin", password_file=tmp_path / "p"
    )
    (tmp_path / "p").write_text(SECRET)
    config = CameraConfig.model_validate({**road.ROAD, "detect_stream": dead, "record_stream": dead})
    source = live_source(config, 10.0)
    refused = [record for _ in iter(lambda: "refused" in caplog.text, True) for record in caplog.records]
    health = source.health()
    source.close()
    assert health.state == "offline"
    assert "refused" in str(health.reason)
    told = caplog.text + repr(health) + repr(source) + repr(refused)
    assert SECRET not in told
    assert "p%40ss" not in told


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((320, 240), ""),
        ((240, 320), "the picture is 240×320, but camera road was drawn on 320×240"),
        ((640, 480), "set the stream to that size or redraw the camera file"),
    ],
)
def test_a_picture_of_another_size_is_a_problem(size: tuple[int, int], words: str) -> None:
    problem = size_problem(size, road.CONFIG)
    assert bool(problem) == bool(words)
    assert problem is None if not words else problem is not None and words in say(problem, "en")


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"film")
    return path


def test_a_played_file_was_taken_a_moment_ago_on_a_whole_second(tmp_path: Path, video: Path) -> None:
    start = Playing(tmp_path).start("road", video)
    ago = datetime.now(UTC) - start
    assert PLAYED_BEFORE <= ago < PLAYED_BEFORE + timedelta(seconds=60)
    assert start.microsecond == 0


def written(folder: Path, start: str) -> None:
    """As if the file had been played first at another time."""
    path = folder / "playing.json"
    path.write_text(path.read_text()[: path.read_text().index('": "') + 4] + start + '"}')


LONG_AGO = "2026-01-01T00:00:00+00:00"


def test_after_a_crash_it_was_taken_when_it_was_first(tmp_path: Path, video: Path) -> None:
    Playing(tmp_path).start("road", video)
    written(tmp_path, LONG_AGO)
    assert Playing(tmp_path).start("road", video).isoformat() == LONG_AGO


def test_once_delivered_the_next_run_is_a_new_recording(tmp_path: Path, video: Path) -> None:
    playing = Playing(tmp_path)
    playing.forget()
    playing.start("road", video)
    written(tmp_path, LONG_AGO)
    playing.forget()
    assert playing.start("road", video).isoformat() != LONG_AGO


@pytest.mark.parametrize(("camera", "content"), [("other", b"film"), ("road", b"another film")])
def test_another_camera_or_file_has_its_own_time(
    tmp_path: Path, video: Path, camera: str, content: bytes
) -> None:
    playing = Playing(tmp_path)
    playing.start("road", video)
    written(tmp_path, LONG_AGO)
    video.write_bytes(content)
    assert playing.start(camera, video).isoformat() != LONG_AGO


@pytest.mark.parametrize("remains", [b"", b'{"road', b"[1"])
def test_half_a_note_is_no_note(tmp_path: Path, video: Path, remains: bytes) -> None:
    (tmp_path / "playing.json").write_bytes(remains)
    start = Playing(tmp_path).start("road", video)
    assert Playing(tmp_path).start("road", video) == start
