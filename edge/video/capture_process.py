"""The processes that read one camera each, and the one that they are forked from.

`python -m edge.video.capture_process SOCKET` is started by `edge.video.fork_server`, which asks over the
socket for one process after the other. A capture process is told over a socket of its own what to read, and
ends when that does. Whatever a camera sends, at worst it is this process that ends of it.
"""

import gc
import json
import os
import random
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import dataclass
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


def read_camera(own_socket: int, memory: int, event: int) -> None:
    """Reads the camera that is named over the socket until that is closed; all are file descriptors."""
    connection: Connection[bytes, bytes] = Connection(own_socket)
    slots, untold = Slots(memory), Untold()
    structlog.configure(processors=[structlog.processors.format_exc_info, untold.log])
    order = json.loads(connection.recv_bytes())

    def show(index: int, stamp: Stamp, picture: av.VideoFrame) -> None:
        if slots.asked:
            slots.write(Shown(index, stamp, picture))
            with suppress(BlockingIOError):  # it was told often enough
                os.eventfd_write(event, 1)

    begun = Begun(**order["begun"])
    capture = Capture(order["detect"], order["record"], untold, show, begun, SYSTEM_CLOCKS, random.Random())
    with suppress(OSError):  # nobody listens any more
        while not connection.poll(TOLD_EVERY):  # nothing more is ever sent to us: what comes is the end
            connection.send_bytes(to_bytes([*untold.take(), capture.health()]))
    capture.close()


@dataclass(frozen=True)
class Child:
    """A capture process; `told` is whom its end is told."""

    pid: int
    told: socket.socket


class Forker:
    """The side of the server process: forks when it is asked to, and tells how each process ended.

    It must never have a second thread: a fork leaves all other threads behind, with the locks they hold.
    """

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self._children: dict[int, Child] = {}
        """By a file descriptor that can be waited for."""

    def serve(self) -> None:
        """Until the node closes its end."""
        door = self._door.fileno()
        while True:
            for ready in select.select([door, *self._children], [], [])[0]:
                if ready != door:
                    self._reap(ready)
                    continue
                said, given, _, _ = socket.recv_fds(self._door, 16, 4)
                if not said:
                    return
                with suppress(OSError):  # no memory for another, or the node has ended meanwhile
                    self._fork(socket.socket(fileno=given[0]), given[1:])

    def _fork(self, told: socket.socket, given: list[int]) -> None:
        try:
            pid = os.fork()
            if pid == 0:
                self._run_child(told, given)
        finally:
            for each in given:
                os.close(each)
        process = os.pidfd_open(pid)
        self._children[process] = Child(pid, told)
        socket.send_fds(told, [b"forked"], [process])

    def _run_child(self, told: socket.socket, given: list[int]) -> Never:
        """In the child: closes what is its parent's, then reads the camera."""
        try:
            for other in (self._door, told, *(child.told for child in self._children.values())):
                other.close()
            for process in self._children:
                os.close(process)
            with suppress(EOFError):  # it is not needed any more
                read_camera(*given)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)  # a thread may hang in libav

    def _reap(self, process: int) -> None:
        child = self._children.pop(process)
        _, status = os.waitpid(child.pid, 0)
        os.close(process)
        with suppress(OSError), child.told:  # nobody may wonder any more
            child.told.send(str(os.waitstatus_to_exitcode(status)).encode())


def main() -> None:
    """Forks capture processes until the node ends."""
    for name in (signal.SIGINT, signal.SIGTERM):  # meant for the node, which ends us
        signal.signal(name, signal.SIG_IGN)
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, all that is shared
    Forker(socket.socket(fileno=int(sys.argv[1]))).serve()


if __name__ == "__main__":
    main()
