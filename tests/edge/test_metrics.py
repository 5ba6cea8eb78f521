"""A node's metrics as Prometheus reads them over HTTP."""

import urllib.request
from datetime import UTC, datetime, timedelta

from prometheus_client.parser import text_string_to_metric_families

from configs.node import MetricsConfig
from contract.reasons import reason
from contract.reports import CameraHealth, HealthReport
from edge.clock import ClockState
from edge.metrics import Told, serve

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
CAMERAS = (
    CameraHealth(
        id="a",
        state="online",
        fps=24.5,
        frames=900,
        armed=True,
        looks=5.5,
        clock_offset_ms=-3200,
        funnel={"vehicles": 12},
    ),
    CameraHealth(id="b", state="offline"),
)
TOLD = Told(
    HealthReport(
        node="node-1",
        session="s",
        at=NOW,
        cameras=CAMERAS,
        outbox_packages=3,
        outbox_bytes=4096,
        oldest_waiting=NOW - timedelta(minutes=10),
        disk_free_bytes=10**9,
        alarms=(reason("camera.stuck"),),
    ),
    ClockState(offset=0.25, synchronised=True),
    {"receipts_stored": 7},
    True,
)


def test_what_prometheus_reads(free_port: int) -> None:
    serve(MetricsConfig(port=free_port), lambda: TOLD)
    with urllib.request.urlopen(f"http://127.0.0.1:{free_port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert {
        ("ngatu_camera_up", "a"): 1.0,
        ("ngatu_camera_up", "b"): 0.0,
        ("ngatu_camera_looks_per_second", "a"): 5.5,
        ("ngatu_camera_clock_offset_seconds", "a"): -3.2,
        ("ngatu_camera_frames_total", "a"): 900.0,
        ("ngatu_funnel_total", "a", "vehicles"): 12.0,
        ("ngatu_outbox_age_seconds",): 600.0,
        ("ngatu_delivery_total", "receipts_stored"): 7.0,
        ("ngatu_clock_offset_seconds",): -0.25,
        ("ngatu_clock_synchronised",): 1.0,
        ("ngatu_alarm", "camera.stuck"): 1.0,
    }.items() <= found.items()
    assert ("ngatu_camera_clock_offset_seconds", "b") not in found
