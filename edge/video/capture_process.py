"""The capture processes, each reading one camera, and the process they are forked from.

`python -m edge.video.capture_process SOCKET` is started by `edge.video.fork_server`, which asks over the
socket for one process after the other. A capture process gets its orders over its own socket, and ends when
that closes. Whatever a camera sends, at worst it ends this process.
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
"""Seconds between two messages to the node: waking it for each packet would cost more than the packets do."""


class Untold:
    """Collects messages for the node, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages: list[Message] = []
        self._bytes = 0
        self._template: Template | None = None

    def begin(self, template: Template) -> None:
        """See `edge.video.reader.PacketSink`; sent once, since another template begins a run."""
        if template is not self._template:
            self._template = template
            self.add(template)

    def push(self, packet: EncodedPacket) -> None:
        """See `edge.video.reader.PacketSink`."""
        self.add(packet, len(packet.data))

    def add(self, message: Message, size: int = 0) -> None:
        """Adds a message; the process ends if far too many are pending."""
        with self._lock:
            self._messages.append(message)
            self._bytes += size
        if self._bytes > RING_BYTES:  # the node's ring holds no more
            os._exit(1)

    def take(self) -> list[Message]:
        """Takes all messages, oldest first."""
        with self._lock:
            taken, self._messages, self._bytes = self._messages, [], 0
        return taken

    def log(self, _: object, level: str, event: MutableMapping[str, Any]) -> Never:
        """A structlog processor that passes log entries to the node."""
        self.add(Said(level, str(event.pop("event")), {name: str(value) for name, value in event.items()}))
        raise structlog.DropEvent


def read_camera(own_socket: int, memory: int, event: int) -> None:
    """Reads the camera named over the socket until that is closed; all arguments are file descriptors."""
    connection: Connection[bytes, bytes] = Connection(own_socket)
    slots, untold = Slots(memory), Untold()
    structlog.configure(processors=[structlog.processors.format_exc_info, untold.log])
    order = json.loads(connection.recv_bytes())

    def show(index: int, stamp: Stamp, picture: av.VideoFrame) -> None:
        if slots.asked:
            slots.write(Shown(index, stamp, picture))
            with suppress(BlockingIOError):  # it was asked often enough
                os.eventfd_write(event, 1)

    begun = Begun(**order["begun"])
    capture = Capture(order["detect"], order["record"], untold, show, begun, SYSTEM_CLOCKS, random.Random())
    with suppress(OSError):  # the node has closed its end
        while not connection.poll(TOLD_EVERY):  # the node sends nothing more: any input is the end
            connection.send_bytes(to_bytes([*untold.take(), capture.health()]))
    capture.close()


@dataclass(frozen=True)
class Child:
    """A capture process; `told` is where its end is reported."""

    pid: int
    told: socket.socket


class Forker:
    """The server process's side: forks on request, and reports how each process ended.

    It must never have a second thread: a fork leaves all other threads behind, with the locks they hold.
    """

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self._children: dict[int, Child] = {}
        """By a file descriptor that can be polled."""

    def serve(self) -> None:
        """Serves until the node closes its end."""
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
        """In the child: closes its parent's descriptors, then reads the camera."""
        try:
            for other in (self._door, told, *(child.told for child in self._children.values())):
                other.close()
            for process in self._children:
                os.close(process)
            with suppress(EOFError):  # no longer needed
                read_camera(*given)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)  # a thread may hang in libav

    def _reap(self, process: int) -> None:
        child = self._children.pop(process)
        _, status = os.waitpid(child.pid, 0)
        os.close(process)
        with suppress(OSError), child.told:  # no error output at exit
            child.told.send(str(os.waitstatus_to_exitcode(status)).encode())


def main() -> None:
    """Forks capture processes until the node ends."""
    for name in (signal.SIGINT, signal.SIGTERM):  # the signal is meant for the node, which ends this process
        signal.signal(name, signal.SIG_IGN)
    gc.collect()
    gc.freeze()  # garbage collection in a child would touch, and so copy, all shared memory
    Forker(socket.socket(fileno=int(sys.argv[1]))).serve()


if __name__ == "__main__":
    main()
