"""The process that reads one camera: `python -m edge.video.capture_process SOCKET MEMORY EVENT`.

All three are file descriptors. `edge.video.apart` starts it and tells it over the socket what to read; it
ends when the socket does. Whatever a camera sends, at worst it is this process that ends of it.
"""

import json
import os
import random
import signal
import sys
import threading
from collections.abc import MutableMapping
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Never

import av
import structlog

from edge.video.capture import RING_BYTES, Begun, Capture
from edge.video.frame import Stamp
from edge.video.messages import Message, Said, to_bytes
from edge.video.packet import EncodedPacket, Template
from edge.video.reader import SYSTEM_CLOCKS
from edge.video.slots import Shown, Slots

TOLD_EVERY = 0.2
"""Seconds between two letters to the node: to be woken for each packet would cost it more than they do."""


class Untold:
    """Gathers what the node is to be told, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages: list[Message] = []
        self._bytes = 0
        self._template: Template | None = None

    def begin(self, template: Template) -> None:
        """See `edge.video.reader.PacketSink`; it is told once, since another begins a run."""
        if template is not self._template:
            self._template = template
            self.add(template)

    def push(self, packet: EncodedPacket) -> None:
        """See `edge.video.reader.PacketSink`."""
        self.add(packet, len(packet.data))

    def add(self, message: Message, size: int = 0) -> None:
        """One more; the process ends where far too many wait."""
        with self._lock:
            self._messages.append(message)
            self._bytes += size
        if self._bytes > RING_BYTES:  # the node's ring holds no more
            os._exit(1)

    def take(self) -> list[Message]:
        """All of them, oldest first."""
        with self._lock:
            taken, self._messages, self._bytes = self._messages, [], 0
        return taken

    def log(self, _: object, level: str, event: MutableMapping[str, Any]) -> Never:
        """A processor of structlog that leaves the logging to the node."""
        self.add(Said(level, str(event.pop("event")), {name: str(value) for name, value in event.items()}))
        raise structlog.DropEvent


def main() -> None:
    """Reads the camera until the socket is closed."""
    for name in (signal.SIGINT, signal.SIGTERM):  # meant for the node, which ends us
        signal.signal(name, signal.SIG_IGN)
    connection: Connection[bytes, bytes] = Connection(int(sys.argv[1]))
    slots, event, untold = Slots(int(sys.argv[2])), int(sys.argv[3]), Untold()
    structlog.configure(processors=[structlog.processors.format_exc_info, untold.log])
    order = json.loads(connection.recv_bytes())

    def show(index: int, stamp: Stamp, picture: av.VideoFrame) -> None:
        slots.write(Shown(index, stamp, picture))
        with suppress(BlockingIOError):  # it was told often enough
            os.eventfd_write(event, 1)

    begun = Begun(**order["begun"])
    capture = Capture(order["detect"], order["record"], untold, show, begun, SYSTEM_CLOCKS, random.Random())
    with suppress(OSError):  # nobody listens any more
        while not connection.poll(TOLD_EVERY):  # nothing more is ever sent to us: what comes is the end
            connection.send_bytes(to_bytes([*untold.take(), capture.health()]))
    capture.close()
    os._exit(0)  # a thread may hang in libav


if __name__ == "__main__":
    main()
