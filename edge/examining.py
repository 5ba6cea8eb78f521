"""The thread of the second look: low priority, one finding after the other.

It waits for no live work, and no live work waits for it. Every finding it takes is passed on, examined; at
shutdown those without enough time go on unexamined, to an operator.
"""

import os
import queue
import threading
from collections.abc import Callable

import structlog

from edge.evidence.gather import Proof
from edge.proving import Suspicion

log = structlog.get_logger(__name__)

NICENESS = 5
"""Cameras and delivery have priority; on an idle machine it costs nothing. On a busy one it still gets about
a quarter of a core: five findings a minute."""

MOST_WAITING = 40
"""Most pending findings: beyond that the newest goes on unexamined, to an operator. Each holds some megabytes
of pictures."""

BEHIND = 10
"""Pending findings from which an alarm is raised."""

ONE_EXAMINATION = 20.0
"""Seconds to wait at shutdown for the one being examined."""


class Examining:
    """Examines findings and passes them to `give`, in the same order, from its own thread."""

    def __init__(self, give: Callable[[Proof], None]) -> None:
        self._give = give
        self._waiting: queue.Queue[Suspicion | None] = queue.Queue()
        self._hurry = threading.Event()
        self._thread = threading.Thread(target=self._run, name="second-look", daemon=True)

    @property
    def waiting(self) -> int:
        """Number of findings not examined yet."""
        return self._waiting.unfinished_tasks

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def take(self, suspicion: Suspicion) -> None:
        """Takes a suspicion; never blocks."""
        if self.waiting >= MOST_WAITING:
            self._give(suspicion.unexamined())
        else:
            self._waiting.put(suspicion)

    def end(self, within: float) -> None:
        """Returns once everything taken was passed on: after `within` seconds the rest goes unexamined."""
        self._waiting.put(None)
        self._thread.join(within)
        self._hurry.set()
        self._thread.join(ONE_EXAMINATION)

    def _run(self) -> None:
        lower_priority()
        while (suspicion := self._waiting.get()) is not None:
            proof = suspicion.unexamined() if self._hurry.is_set() else suspicion.examined()
            self._give(proof)
            self._waiting.task_done()
        self._waiting.task_done()


def lower_priority() -> None:
    """Lowers the priority of the calling thread only; on Linux each thread has its own."""
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    except (OSError, AttributeError):
        log.warning("a thread runs at the priority of the rest", exc_info=True)
