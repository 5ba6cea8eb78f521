"""A real camera over RTSP that freezes and comes back: its health says so, and nothing is found meanwhile."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest

from edge.camera import Camera, Rolls
from edge.video.rtsp import RtspSource
from edge.worker import CameraWorker
from tests.edge import road
from tests.edge.video import clips
from tests.edge.video.conftest import serve, wait_until

__all__ = ["serve"]


def frozen_film(path: Path) -> Path:
    """Three seconds of the road, then the last picture for fifteen more."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", int(road.FPS), options={"preset": "veryfast", "g": "10"})
        stream.width, stream.height, stream.pix_fmt = *road.SIZE, "yuv420p"
        for number in [*range(30), *[30] * 150]:
            picture = av.VideoFrame.from_ndarray(clips.picture(number, road.SIZE), format="bgr24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


@pytest.mark.timeout(180)
def test_a_camera_that_freezes_is_degraded_until_it_lives_again(
    serve: Callable[..., object], tmp_path: Path
) -> None:
    url: str = serve(frozen_film(tmp_path / "frozen.mp4")).url  # type: ignore[attr-defined]

    def build(source: RtspSource, _epoch: datetime) -> Camera:
        return road.camera(source.ring, Rolls(1.0, 1.0))

    worker = CameraWorker(
        road.CONFIG, lambda: (RtspSource(url), datetime.now(UTC)), build, lambda _: None, once=False
    )  # type: ignore[arg-type]
    thread = threading.Thread(target=worker.run)
    thread.start()

    def code() -> str:
        reason = worker.health().reason
        return reason.code if reason else ""

    try:
        wait_until(lambda: code() == "camera.frozen", 60)
        health = worker.health()
        assert (health.state, health.armed) == ("degraded", False)
        assert health.fps > 5
        found = sum(count for name, count in health.funnel.items() if name.endswith("_violation"))
        wait_until(lambda: code() == "", 60)
        assert worker.health().state == "online"
        assert found <= 1  # of the car before the picture froze
    finally:
        worker.stop()
        thread.join(30)
