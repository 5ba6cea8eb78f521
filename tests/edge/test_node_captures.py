"""A node of two cameras, each read by a process of its own: one is killed, and the other never notices."""

import os
import signal

import pytest

from contract.reports import CameraHealth
from tests.edge import road
from tests.edge.delivery.centre import Centre
from tests.edge.test_node import Site, camera, centre, plain, quick, road_film, running, site
from tests.edge.video.conftest import Camera
from tests.edge.video.test_apart import captures

__all__ = ["camera", "centre", "quick", "road_film", "site"]

pytestmark = pytest.mark.broker

PATIENCE = 120.0


def told(centre: Centre, name: str) -> list[CameraHealth]:
    """All that was said of one camera."""
    return [camera for report in centre.health for camera in report.cameras if camera.id == name]


def found_by(centre: Centre, name: str) -> int:
    return sum(manifest.camera == name for manifest, _ in centre.manifests.values())


def test_a_capture_process_that_is_killed_costs_its_camera_a_moment_and_the_other_nothing(
    site: Site, centre: Centre, camera: Camera
) -> None:
    site.write(road.ROAD, plain(camera), cameras=["camera.yaml", "other.yaml"])
    other = road.camera_file({**road.ROAD, "id": "other"}, plain(camera))
    (site.folder / "other.yaml").write_text(other)
    with running(site.node()):
        centre.wait(lambda c: found_by(c, "road") > 0 and found_by(c, "other") > 0, PATIENCE)
        processes = captures(os.getpid())
        assert len(processes) == 2
        os.kill(processes[0], signal.SIGSEGV)
        centre.wait(lambda c: any(camera.reconnects for camera in c.health[-1].cameras), PATIENCE)
        names = {camera.id: camera.reconnects for camera in centre.health[-1].cameras}
        hit, spared = sorted(names, key=names.__getitem__, reverse=True)
        centre.wait(lambda c: told(c, hit)[-1].state == "online", PATIENCE)
        before = {name: found_by(centre, name) for name in names}
        centre.wait(lambda c: all(found_by(c, name) > before[name] for name in names), PATIENCE)
    codes = {health.reason.code for health in told(centre, hit) if health.reason}
    assert "stream.process_ended" in codes
    assert told(centre, hit)[-1].reconnects == 1
    assert told(centre, hit)[-1].funnel["runs_ended"] >= 1
    assert told(centre, spared)[-1].reconnects == 0
    first = next(n for n, health in enumerate(told(centre, spared)) if health.state == "online")
    assert {health.state for health in told(centre, spared)[first:]} <= {"online", "degraded"}
    assert captures(os.getpid()) == []
    site.manifests()  # the chain is whole
