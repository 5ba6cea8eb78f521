"""A live camera read by its own process: camera data may crash libav, and then only that process ends.

The process (`edge.video.capture_process`) reads, stamps and decodes; packets come over a socket, pictures
through shared memory. One that ends, is silent or stuck is restarted; stream time, runs and picture numbers
continue.
"""

import json
import os
import random
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import Connection

import structlog

from contract.reasons import Reason, reason
from edge.video.camera import SourceHealth
from edge.video.capture import RING_BYTES, RING_SECONDS, Begun
from edge.video.fork_server import ForkedProcess, fork_server
from edge.video.frame import Frame, frame_of
from edge.video.messages import Message, Said, from_bytes
from edge.video.packet import EncodedPacket, Template
from edge.video.reader import CONNECTING, backoff
from edge.video.redact import redact
from edge.video.ring import PacketRing
from edge.video.slots import Slots, shared_memory

log = structlog.get_logger(__name__)

STARTS = 60.0
"""Seconds until the first message of a process; usually one or two. Doubled after each failure, up to
eightfold: many that start at once on a busy machine delay each other, and must not be ended for it."""

SILENT = 20.0
"""Seconds without a message from the process, which sends several a second, after which it is ended."""

STUCK = 30.0
"""Seconds connected but without a picture after which it is ended: a decoder may never come back."""

ENDS = 5.0
"""Seconds to wait for a process to end."""

_LEVELS = ("debug", "info", "warning", "error")
_LOOK_UP = 1.0  # seconds: no consumer wakes up when its source closes


@dataclass(frozen=True)
class _Process:
    """A capture process and this side of its socket."""

    forked: ForkedProcess
    socket: socket.socket
    connection: "Connection[bytes, bytes]"

    def ask_to_end(self) -> None:
        """Asks it to disconnect from its camera and end."""
        with suppress(OSError):  # it has ended already
            self.socket.shutdown(socket.SHUT_WR)

    def kill(self) -> None:
        """Ends it now; its messages are no longer read."""
        self.forked.kill()
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def end(self) -> int | None:
        """Waits for its end, or ends it; returns how, as `ForkedProcess.end`."""
        self.connection.close()
        self.socket.close()
        return self.forked.end()


class ApartSource:
    """A camera at `detect_url`, whose packets are kept from `record_url` (the same stream when None).

    See also `edge.video.rtsp.RtspSource`.

    Args:
        turn: entered before a frame is taken, left when the next one is asked for; may wait.
    """

    def __init__(
        self,
        detect_url: str,
        record_url: str | None = None,
        ring_seconds: float = RING_SECONDS,
        turn: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.name = redact(detect_url)
        self.ring = PacketRing(ring_seconds, RING_BYTES)
        self._urls = {"detect": detect_url, "record": record_url}
        self._turn = turn
        self._memory, self._event = shared_memory(), os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._slots = Slots(self._memory)
        self._seen = self._taken = self._dropped = 0
        self._size: tuple[int, int] | None = None
        self._epoch, self._run_number = time.monotonic(), -1
        self._told = self._earlier = SourceHealth("offline", CONNECTING)
        self._ended: Reason | None = None
        self._without_picture: float | None = None
        self._stopping = threading.Event()
        self._process: _Process | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=f"camera {self.name}", daemon=True)
        self._thread.start()

    @property
    def size(self) -> tuple[int, int] | None:
        """(width, height) of the newest frame taken, or None before the first."""
        return self._size

    def frames(self) -> Iterator[Frame]:
        """The newest frame each time one is asked for; waits through outages, ends with `close()`.

        `index` counts every picture decoded, so a gap in it shows what was dropped.
        """
        while self._wait():
            with self._turn():
                if self._stopping.is_set():
                    return
                self._seen = self._slots.written
                if (shown := self._slots.read(self._seen)) is None:
                    continue
                self._slots.ask()  # so that one arrives by then; requested again later, for a newer one
                self._dropped += shown.index - self._taken
                self._taken = shown.index + 1
                frame = frame_of(shown.index, shown.stamp, shown.picture)
                self._size = frame.image.shape[1], frame.image.shape[0]
                yield frame

    def _wait(self) -> bool:
        """Waits for a picture; False once the source is closed."""
        self._slots.ask()
        while not self._stopping.is_set():
            if self._slots.written != self._seen:
                return True
            select.select([self._event], [], [], _LOOK_UP)
            with suppress(BlockingIOError):
                os.eventfd_read(self._event)
        return False

    def health(self) -> SourceHealth:
        """The present state, from any thread, over all its processes."""
        told, earlier, ended = self._told, self._earlier, self._ended
        return replace(
            told,
            state="offline" if ended else told.state,
            reason=ended or told.reason,
            frames=max(told.frames, earlier.frames),
            dropped=self._dropped,
            damaged=earlier.damaged + told.damaged,
            reconnects=earlier.reconnects + told.reconnects,
            last_frame_at=told.last_frame_at or earlier.last_frame_at,
        )

    def close(self) -> None:
        """Ends `frames()` and the process, which may take some time."""
        self._stopping.set()
        with self._lock:
            if self._process is not None:
                self._process.ask_to_end()
        self._thread.join(ENDS)
        with self._lock:
            if self._process is not None:
                self._process.kill()
        self._thread.join(ENDS)

    def _run(self) -> None:
        rng, failures = random.Random(), 0
        while not self._stopping.is_set():
            before = self.health().frames
            why = self._capture(STARTS * 2 ** min(failures, 3))
            if self._stopping.is_set():
                return
            self._note_end(why)
            failures = 0 if self.health().frames > before else failures + 1
            self._stopping.wait(backoff(failures, rng))

    def _note_end(self, why: str) -> None:
        health = self.health()
        self._earlier = replace(health, reconnects=health.reconnects + 1)
        self._told = SourceHealth("offline", CONNECTING)
        self._ended = reason("stream.process_ended", detail=why)
        log.warning("capture process ended; it will be started anew", stream=self.name, why=why)

    def _capture(self, patience: float) -> str:
        """Runs one process from start to end; returns why it ended. `patience`: seconds until its first
        message."""
        process = self._start()
        try:
            why = self._listen(process.connection, patience)
        finally:
            with self._lock:
                self._process = None
                code = process.end()
        return why or _ending(code)

    def _start(self) -> _Process:
        ours, theirs = socket.socketpair()
        connection: Connection[bytes, bytes] = Connection(os.dup(ours.fileno()))
        with theirs, self._lock:
            forked = fork_server.fork((theirs.fileno(), self._memory, self._event))
            process = self._process = _Process(forked, ours, connection)
        # Over the socket: a command line can be read by everybody, and the addresses hold passwords.
        order = {**self._urls, "begun": asdict(self._begun())}
        with suppress(OSError):  # it has already ended, which reading detects
            connection.send_bytes(json.dumps(order).encode())
        if self._stopping.is_set():  # it may have been called before there was a process to ask
            process.ask_to_end()
        return process

    def _begun(self) -> Begun:
        """Where a new process continues."""
        newest = self._slots.newest()
        run = max(self._run_number, newest[1].run if newest else -1)
        frames = max(self.health().frames, newest[0] + 1 if newest else 0)
        return Begun(self._epoch, run + 1, frames)

    def _listen(self, connection: "Connection[bytes, bytes]", patience: float) -> str:
        """Reads its messages until it ends (returns nothing), or until it must be ended (returns why)."""
        self._without_picture = None
        while True:
            try:
                if not connection.poll(patience):
                    return "silent"
                patience = SILENT
                for message in from_bytes(connection.recv_bytes()):
                    self._take(message)
            except (EOFError, OSError):
                return ""
            except (ValueError, TypeError) as problem:  # malformed messages, or unusable values
                return redact(str(problem))
            if self._is_stuck():
                return "stuck"

    def _is_stuck(self) -> bool:
        since = self._without_picture
        return since is not None and time.monotonic() - since > STUCK

    def _take(self, message: Message) -> None:
        match message:
            case EncodedPacket():
                self._run_number = max(self._run_number, message.stamp.run)
                self.ring.push(message)
            case Template():
                self.ring.begin(message)
            case SourceHealth():
                self._note(message)
            case Said(level, event, values):
                if level in _LEVELS:
                    getattr(log, level)(event, **values)

    def _note(self, health: SourceHealth) -> None:
        self._told = health
        if health.reason != CONNECTING:
            self._ended = None
        without = health.reason == reason("stream.no_picture")
        self._without_picture = (self._without_picture or time.monotonic()) if without else None


def _ending(code: int | None) -> str:
    if code is None:
        return "unknown"
    return signal.Signals(-code).name if code < 0 else f"exit {code}"
