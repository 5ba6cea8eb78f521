"""Starts capture processes: all are forked from a server process that has already loaded their modules.

Each on its own would load libav, numpy and the message models again: 40 MiB and a second or two, a minute if
a busy machine starts many. Forked ones share that memory, and begin at once. The server
(`edge.video.capture_process`) reads no camera and knows no address. It ends with the node; one that has ended
is replaced when the next capture process is needed; the processes it forked continue.
"""

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

ENDS = 5.0
"""Seconds in which a killed process must have ended."""


class ForkServer:
    """The node's handle on the server process; any thread may ask for a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._door: socket.socket | None = None

    def fork(self, given: Sequence[int]) -> "ForkedProcess":
        """A capture process that gets copies of the file descriptors: its socket, the memory for its pictures
        and the wake-up descriptor of their reader. If none can be started, it counts as ended."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, self._lock:
            for _ in range(2):  # the first attempt may find that the server has ended
                with suppress(OSError):
                    socket.send_fds(self._opened(), [b"fork"], [theirs.fileno(), *given])
                    break
                self._close()
            return ForkedProcess(ours, self, self._process)

    def _opened(self) -> socket.socket:
        if self._door is None:
            self._door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "edge.video.capture_process", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # it must have one thread when it forks
                )
        return self._door

    def end(self, process: "subprocess.Popen[bytes] | None" = None) -> None:
        """Ends the server; if one is given, only if it has not been replaced yet."""
        with self._lock:
            if process is None or process is self._process:
                self._close()

    def _close(self) -> None:
        if self._door is not None:
            self._door.close()
            self._door = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class ForkedProcess:
    """A capture process, which is the fork server's child and not this process's. For one thread at a
    time."""

    def __init__(
        self, told: socket.socket, server: ForkServer, process: "subprocess.Popen[bytes] | None"
    ) -> None:
        self._told = told
        self._server = server
        self._from = process
        self._process: int | None = None  # a process descriptor: its number may already be reused
        self._code: int | None = None

    def kill(self) -> None:
        """Ends it now, if it has started."""
        if self._process is None:
            self._hear(0.0)
        if self._process is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process, signal.SIGKILL)

    def end(self) -> int | None:
        """Waits for its end, or ends it; returns its exit code, negative for a signal, None if unknown. Not
        to be used afterwards."""
        self.kill()
        while self._code is None and self._hear(ENDS):
            self.kill()
        if self._process is None:
            self._server.end(self._from)  # it has ended or is stuck
        else:
            os.close(self._process)
        self._told.close()
        return self._code

    def _hear(self, patience: float) -> bool:
        """Waits for the server's messages: first the start of the process, then its end. False: nothing
        came."""
        if not select.select([self._told], [], [], patience)[0]:
            return False
        said, process, _, _ = socket.recv_fds(self._told, 16, 1)
        if process:
            self._process = process[0]
        elif said:
            self._code = int(said)
        return bool(said)


fork_server = ForkServer()
"""This process's fork server."""
atexit.register(fork_server.end)
