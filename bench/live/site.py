"""The environment of a run: camera servers, the files of a node, and processes that answer queries."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from bench.live.clips import Streams
from bench.live.processes import processor_seconds, tree
from contract.signing import SigningKey

CAMERA = Path(str(files("configs"))) / "cameras" / "junction.yaml"

APART = 5.3
"""Seconds of the clip between one camera and the next: not all of them show the same at once."""

END = 180.0
"""Seconds to wait for a process to end."""

CONNECT = 60.0
"""Seconds to wait for a camera server to start."""


class Child:
    """A module of ours as a process that answers a line on its input with a line of JSON.

    It runs in its own session, as every service does: Linux shares processors between sessions first.
    """

    def __init__(self, module: str, words: Sequence[str], log: Path) -> None:
        command = [sys.executable, "-m", module, *words]
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                env={**os.environ, "MALLOC_ARENA_MAX": "2"},  # as in the node's unit
                start_new_session=True,
            )

    @property
    def pids(self) -> list[int]:
        """Process ids of itself and its children."""
        return list(tree(self._process.pid))

    def told(self) -> dict[str, Any]:
        """Its counts so far; and, as `processor`, the processor time of all its processes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        return {**json.loads(self._process.stdout.readline()), "processor": processor_seconds(self.pids)}

    def end(self) -> None:
        """Stops it as systemd does."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._process.wait(END)


@dataclass(frozen=True)
class Served:
    """A camera's server. `epoch` is when its first round of the clip began, POSIX seconds."""

    name: str
    pid: int
    port: int
    epoch: float

    def url(self, stream: str) -> str:
        """URL of its `detect` or `record` stream."""
        return f"rtsp://127.0.0.1:{self.port}/{stream}"


@contextmanager
def server(number: int, streams: Streams) -> Iterator[Served]:
    """A camera that plays the clip until the block ends."""
    port, epoch = free_port(), time.time() - APART * number
    words = [str(streams.detect), str(streams.record), str(port), str(epoch), str(streams.seconds)]
    process = subprocess.Popen([sys.executable, "-m", "bench.live.camera", *words], start_new_session=True)
    try:
        _wait_for(port)
        yield Served(f"cam-{number}", process.pid, port, epoch)
    finally:
        process.kill()
        process.wait()


def node_file(folder: Path, cameras: Sequence[Served]) -> Path:
    """The files of a node without a broker: its findings stay in its outbox."""
    (folder / "centre.key").write_text(SigningKey.generate().public.text, encoding="ascii")
    for camera in cameras:
        _write(folder / f"{camera.name}.yaml", _camera(camera))
    described = {
        "id": "bench",
        "data": str(folder / "data"),
        "centre_key": str(folder / "centre.key"),
        "broker": {"host": "127.0.0.1", "port": free_port(), "tls": False},
        "cameras": [str(folder / f"{camera.name}.yaml") for camera in cameras],
    }
    return _write(folder / "node.yaml", described)


def _camera(camera: Served) -> Mapping[str, Any]:
    described = yaml.safe_load(CAMERA.read_text(encoding="utf-8"))
    urls = {f"{stream}_stream": {"url": camera.url(stream)} for stream in ("detect", "record")}
    return {**described, "id": camera.name, **urls}


def _write(file: Path, described: Mapping[str, Any]) -> Path:
    file.write_text(yaml.safe_dump(described), encoding="utf-8")
    return file


def free_port() -> int:
    """A free TCP port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + CONNECT
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
