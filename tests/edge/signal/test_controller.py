"""A controller's word by a real broker and a real web server; stale or wrong words disarm."""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import paho.mqtt.publish as publish
import pytest

from edge.signal.controller import STALE_AFTER, ControllerSource
from edge.signal.links import open_link
from tests import brokers

IMAGE = np.zeros((4, 4, 3), np.uint8)
RED = b'{"groups": {"K1": "red", "K2": "green"}, "vendor": "any"}'


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class NoLink:
    def close(self) -> None:
        """Nothing was opened."""


def told(clock: Clock) -> ControllerSource:
    """A source that hears only what a test tells it."""
    return ControllerSource("h1", "K1", lambda _hear: NoLink(), clock)


def shown(source: ControllerSource) -> str:
    return [phase.colour for phase in source.snapshot().phases][-1:][0]


def test_word_counts_from_the_first_frame_after_it() -> None:
    source = told(Clock())
    source.hear(RED)
    source.observe(0.0, IMAGE)
    history = source.snapshot()
    assert (history.head, history.source, history.armed) == ("h1", "controller", True)
    assert [(p.colour, p.start, p.onset_observed) for p in history.phases] == [("red", 0.0, False)]


def test_change_has_an_observed_onset() -> None:
    source = told(Clock())
    source.hear(b'{"groups": {"K1": "amber"}}')
    source.observe(0.0, IMAGE)
    source.hear(RED)
    source.observe(1.8, IMAGE)
    red = source.snapshot().phases[-1]
    assert (red.colour, red.start, red.onset_observed, red.uncertainty) == ("red", 1.8, True, 1.8)


@pytest.mark.parametrize("silent", [STALE_AFTER + 0.1, 60.0])
def test_stale_word_is_unknown(silent: float) -> None:
    clock = Clock()
    source = told(clock)
    source.hear(RED)
    source.observe(0.0, IMAGE)
    clock.now += silent
    source.observe(0.5, IMAGE)
    assert shown(source) == "unknown"
    assert not source.snapshot().armed


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\xff\xfe\x00",
        b"[1, 2]",
        b'{"groups": {"K1": "blue"}}',
        b'{"groups": {"K9": "green"}}',
        b'{"groups": "red"}',
        b"{" * 60_000,
    ],
)
def test_hostile_document_changes_nothing(document: bytes) -> None:
    source = told(Clock())
    source.hear(RED)
    source.hear(document)
    source.observe(0.0, IMAGE)
    assert shown(source) == "red"


@pytest.mark.parametrize("colour", ["off", "flashing", "fault"])
def test_signal_out_of_service_disarms(colour: str) -> None:
    source = told(Clock())
    source.hear(json.dumps({"groups": {"K1": colour}}).encode())
    source.observe(0.0, IMAGE)
    source.observe(0.2, IMAGE)
    assert shown(source) == colour
    assert not source.snapshot().armed


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Wait until the condition holds; False when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Frames:
    """Feeds a source frames of growing time and tells what it shows."""

    def __init__(self, source: ControllerSource) -> None:
        self._source = source
        self._t = 0.0

    def show(self, colour: str) -> bool:
        self._t += 0.05
        self._source.observe(self._t, IMAGE)
        return [phase.colour for phase in self._source.snapshot().phases][-1:] == [colour]


@pytest.fixture
def plain_broker(tmp_path: Path, free_port: int) -> Iterator[int]:
    """Port of a Mosquitto that lets anyone in from this machine."""
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {free_port} 127.0.0.1\nallow_anonymous true\n")
    process = subprocess.Popen([str(brokers.BINARY), "-c", str(config)], stderr=subprocess.DEVNULL)
    assert eventually(lambda: listens(free_port))
    yield free_port
    process.terminate()
    process.wait()


@pytest.mark.broker
@pytest.mark.skipif(brokers.BINARY is None, reason="mosquitto is not installed (apt-get install mosquitto)")
def test_by_mqtt(plain_broker: int) -> None:
    link = partial(open_link, f"mqtt://127.0.0.1:{plain_broker}/junction/7")
    source = ControllerSource("h1", "K1", link)
    frames = Frames(source)

    def say_until_shown(document: bytes, colour: str) -> bool:
        def say() -> bool:
            publish.single("junction/7", document, hostname="127.0.0.1", port=plain_broker, retain=True)
            return frames.show(colour)

        return eventually(say)

    assert say_until_shown(RED, "red")
    assert say_until_shown(b'{"groups": {"K1": "green"}}', "green")
    source.close()


class Junction(BaseHTTPRequestHandler):
    """A controller's web page; `document` is what it says now."""

    document = RED

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.document)

    def log_message(self, *args: object) -> None:
        """Silence."""


def test_by_http_and_back_after_an_outage(free_port: int) -> None:
    source = ControllerSource("h1", "K1", partial(open_link, f"http://127.0.0.1:{free_port}/state"))
    frames = Frames(source)
    assert not frames.show("red")  # nobody there yet
    server = ThreadingHTTPServer(("127.0.0.1", free_port), Junction)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assert eventually(lambda: frames.show("red"))
    server.shutdown()
    server.server_close()
    assert eventually(lambda: frames.show("unknown"))
    source.close()


@pytest.mark.parametrize("url", ["mqtt://127.0.0.1:1883", "mqtt:///topic"])
def test_mqtt_address_must_be_whole(url: str) -> None:
    with pytest.raises(ValueError, match="needs a host and a topic"):
        open_link(url, lambda _document: None)
