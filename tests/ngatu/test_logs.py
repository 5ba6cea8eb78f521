"""Logs of the commands: one form for all rooms, nothing on stdout, no values of local variables."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import logging, structlog
from ngatu.logs import log_to_stderr

ours, library = structlog.get_logger("edge.worker"), logging.getLogger("httpx")
log_to_stderr()

def opens_a_camera():
    password = "s3cret-of-the-camera"
    raise ValueError("no such camera")

try:
    opens_a_camera()
except ValueError:
    ours.exception("camera failed", camera="Ngã Tư Sở")
    logging.getLogger("edge.video.reader").exception("reader failed")
ours.info("found", rules=["red_light"])
ours.debug("too much")
library.info("GET https://registry/98A12345")
library.warning("slow")
"""


@pytest.fixture(scope="module")
def told() -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)


def test_lines_are_json_on_stderr_alone(told: subprocess.CompletedProcess[str]) -> None:
    lines = [json.loads(line) for line in told.stderr.splitlines()]
    assert told.stdout == ""
    assert [(line["logger"], line["level"], line["event"]) for line in lines] == [
        ("edge.worker", "error", "camera failed"),
        ("edge.video.reader", "error", "reader failed"),
        ("edge.worker", "info", "found"),
        ("httpx", "warning", "slow"),
    ]
    assert lines[0]["camera"] == "Ngã Tư Sở"
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_a_trace_tells_where_but_no_local_values(told: subprocess.CompletedProcess[str]) -> None:
    traces = [json.loads(line)["exception"] for line in told.stderr.splitlines()[:2]]
    assert all("opens_a_camera" in trace and "ValueError: no such camera" in trace for trace in traces)
    assert "s3cret" not in told.stderr
    assert "98A12345" not in told.stderr
