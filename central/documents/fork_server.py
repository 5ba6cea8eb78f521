"""The process that has loaded what typesetting needs, and forks for each task: `python -m
central.documents.fork_server DOOR`.

It never sees a task: the forked process reads it from its own channel, under its limits, and ends with it.
"""

import json
import os
import resource
import signal
import socket
import sys
import traceback
from importlib import import_module
from typing import Any

from central.documents.process import DONE, FAILED, OUT_OF_MEMORY, STARTED, RefusedError

MODULES = ("central.documents.render", "central.documents.trial", "central.documents.checking")
"""The modules with an `answer`: their tasks are the only ones taken."""

_LOADED = (*MODULES, "central.documents.typesetting", "pypdfium2", "PIL.Image")

IDLE = 900.0
"""Seconds without work after which it ends and gives its memory back."""


def serve(door: socket.socket) -> None:
    """Forks for each order that comes through the door, until that is closed or nothing came for long."""
    door.settimeout(IDLE)
    while True:
        try:
            order, channels, _, _ = socket.recv_fds(door, 4096, 1)
        except TimeoutError:
            return
        if not order:
            return
        with socket.socket(fileno=channels[0]) as channel:
            if os.fork() == 0:
                door.close()
                _work(json.loads(order), channel)


def _work(order: dict[str, Any], channel: socket.socket) -> None:
    """Does one task and ends the process."""
    channel.setblocking(True)
    channel.sendall(STARTED)
    try:
        _limit(order["seconds"], order["memory"])
        how, answer = DONE, _answer(order["module"], channel)
    except MemoryError:
        how, answer = OUT_OF_MEMORY, b""
    except RefusedError as refused:
        how, answer = FAILED, str(refused).encode()
    except Exception as problem:
        how, answer = FAILED, traceback.format_exception_only(problem)[-1].strip().encode()
    channel.sendall(how)
    channel.sendall(answer)
    os._exit(0)


def _limit(seconds: float, memory: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)  # not caught: it ends the process
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(name: str, channel: socket.socket) -> bytes:
    if name not in MODULES:
        raise RefusedError(f"no such task: {name}")
    task = bytearray()
    while portion := channel.recv(1 << 16):
        task += portion
    answer: bytes = import_module(name).answer(bytes(task))
    return answer


def main() -> int:
    """Loads the modules, then serves."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who have done their task
    for name in _LOADED:
        try:
            import_module(name)
        except (ImportError, OSError):  # e.g. Pango is missing: each task will say so
            continue
    with socket.socket(fileno=int(sys.argv[1])) as door:
        serve(door)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
