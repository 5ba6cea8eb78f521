"""A process of its own for each paper, with limits on time and memory: no template can hold up a request.

Loading what typesetting needs takes longer than most papers, so the process is forked from one that has
loaded it (`central.documents.fork_server`). That one is started at the first task and again whenever it has
ended. Orders go to it over a pair of sockets that nobody else can reach; a task's content goes to its process
only.
"""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Literal

Why = Literal["time", "memory", "failed"]

STARTED, DONE, FAILED, OUT_OF_MEMORY = b"S", b"D", b"F", b"M"
"""What a process says: first that it began, and last, before its answer or the reason, how it ended."""

_STARTING = 60.0
"""Most seconds that the fork server may take to begin a task."""

_PORTION = 1 << 16


@dataclass(frozen=True)
class Limits:
    """Most seconds (of the clock) and bytes of address space."""

    seconds: float
    memory: int


class EndedError(Exception):
    """The process gave no answer: too long, too much memory, or an error of its own, told in `told`."""

    def __init__(self, why: Why, told: str = "") -> None:
        super().__init__(why, told)
        self.why: Why = why
        self.told = told


class RefusedError(Exception):
    """Raised in the process: the task can't be done; its words become `EndedError.told`."""


def run(module: str, task: bytes, limits: Limits) -> bytes:
    """What `answer(task)` of the module returns in a process of its own. Raises EndedError."""
    order = json.dumps({"module": module, **asdict(limits)}).encode()
    for _ in range(2):
        server = _servers.open()
        try:
            channel = _begun(order, server.door)
        except OSError as problem:  # it has ended after a while without work, or was killed, or hangs
            _servers.close(server)
            reason = f"the process did not start: {problem}"
            continue
        with channel:
            return _answer(channel, task, limits)
    raise EndedError("failed", reason[:300])


def _begun(order: bytes, door: socket.socket) -> socket.socket:
    """The channel to a process that has begun. Raises OSError if none has: the order may be given again."""
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            socket.send_fds(door, [order], [theirs.fileno()])
        ours.settimeout(_STARTING)
        if ours.recv(1) != STARTED:
            raise ConnectionResetError("it ended")
    except OSError:
        ours.close()
        raise
    return ours


def _answer(channel: socket.socket, task: bytes, limits: Limits) -> bytes:
    began = time.monotonic()
    told = _told(channel, task, limits.seconds)
    how, answer = told[:1], told[1:]
    if how == DONE:
        return answer
    if how == FAILED:
        raise EndedError("failed", answer.decode(errors="replace")[:300])
    if how == OUT_OF_MEMORY or time.monotonic() - began < limits.seconds:
        raise EndedError("memory")  # also where a library in C aborted without memory
    raise EndedError("time")


def _told(channel: socket.socket, task: bytes, seconds: float) -> bytes:
    """All that the process says to its task; less, or nothing, if it was ended."""
    heard = bytearray()
    channel.settimeout(seconds + 1.0)  # its own alarm ends it before
    try:
        channel.sendall(task)
        channel.shutdown(socket.SHUT_WR)
        while portion := channel.recv(_PORTION):
            heard += portion
    except OSError:
        return b""
    return bytes(heard)


@dataclass(frozen=True)
class _ForkServer:
    """A process that forks for each task: orders go in through its door, one message each."""

    door: socket.socket
    process: subprocess.Popen[bytes]
    owner: int
    """Who started it: after a fork, the other one starts its own."""


class _ForkServers:
    """The fork server of this process, started when there is a task."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: _ForkServer | None = None

    def open(self) -> _ForkServer:
        """The one that takes orders. Raises EndedError if none can be started."""
        with self._lock:
            if self._open is None or self._open.owner != os.getpid():
                self._open = _started()
            return self._open

    def close(self, server: _ForkServer) -> None:
        """Ends a fork server that takes no orders any more; tasks it has begun go on."""
        with self._lock:
            if self._open is server:
                self._open = None
        server.door.close()
        server.process.kill()
        server.process.wait()


def _started() -> _ForkServer:
    door, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "central.documents.fork_server", str(inside.fileno())]
    with inside:
        try:
            process = subprocess.Popen(
                command,
                pass_fds=(inside.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us; it ends when our end of the door is closed
            )
        except OSError as problem:
            door.close()
            raise EndedError("failed", f"the process did not start: {problem}"[:300]) from problem
    return _ForkServer(door, process, os.getpid())


_servers = _ForkServers()
