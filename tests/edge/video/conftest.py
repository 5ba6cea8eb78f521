"""A real RTSP camera in a process of its own, to be killed, frozen and brought back."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.video.source import RtspSource
from tests.brokers import free_port
from tests.edge.video import clips


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


class Camera:
    """`serve_camera` in a process; `prelude` is code that runs there first."""

    def __init__(self, video: Path, prelude: str = "") -> None:
        self.video = video
        self._prelude = prelude
        self.port = free_port()
        self.url = f"rtsp://admin:s3cret@127.0.0.1:{self.port}/{video.stem}"
        self.start()

    def start(self) -> None:
        code = self._prelude + (
            "import sys, pathlib; from edge.video.serve import serve_camera;"
            "serve_camera(pathlib.Path(sys.argv[1]), '127.0.0.1', int(sys.argv[2]))"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(self.video), str(self.port)], stdout=subprocess.DEVNULL
        )
        wait_until(self._listens, 60)  # a busy machine

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture(scope="session")
def clip_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds at 25 frames a second, a keyframe every ten frames."""
    return clips.make_clip(tmp_path_factory.mktemp("clips") / "junction.mp4", clips.steady(100))


@pytest.fixture
def serve() -> Iterator[Callable[..., Camera]]:
    """Makes cameras that are killed at the end of the test."""
    cameras: list[Camera] = []

    def make(video: Path, prelude: str = "") -> Camera:
        cameras.append(Camera(video, prelude))
        return cameras[-1]

    yield make
    for served in cameras:
        served.kill()


@pytest.fixture
def camera(serve: Callable[..., Camera], clip_path: Path) -> Camera:
    """A camera that plays the four-second clip for ever."""
    return serve(clip_path)


@pytest.fixture
def watch() -> Iterator[Callable[..., RtspSource]]:
    """Makes sources that are closed at the end of the test."""
    sources: list[RtspSource] = []

    def make(url: str, record_url: str | None = None, **options: object) -> RtspSource:
        sources.append(RtspSource(url, record_url, **options))
        return sources[-1]

    yield make
    for source in sources:
        source.close()
