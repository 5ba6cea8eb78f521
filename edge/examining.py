"""The thread of the second look: low priority, one finding after the other.

It waits for nothing live and nothing live waits for it. What it is given it gives back, examined; at the end
of the node what there is no time for goes on unexamined, to a person.
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
"""Cameras and delivery go first; on an idle machine it costs nothing. On a busy one it still has about a
quarter of a core: five findings a minute."""

MOST_WAITING = 40
"""Beyond so many the newest goes on unexamined, to a person: each keeps some megabytes of pictures."""

BEHIND = 10
"""Waiting from which a person is told."""

ONE_EXAMINATION = 20.0
"""Seconds the one at work is waited for at the end."""


class Examining:
    """Examines what it is given and hands it to `give`, in the same order, from its own thread."""

    def __init__(self, give: Callable[[Proof], None]) -> None:
        self._give = give
        self._waiting: queue.Queue[Suspicion | None] = queue.Queue()
        self._hurry = threading.Event()
        self._thread = threading.Thread(target=self._run, name="second-look", daemon=True)

    @property
    def waiting(self) -> int:
        """How many are not examined yet."""
        return self._waiting.unfinished_tasks

    def start(self) -> None:
        """Begins to work."""
        self._thread.start()

    def take(self, suspicion: Suspicion) -> None:
        """Takes a suspicion; never blocks."""
        if self.waiting >= MOST_WAITING:
            self._give(suspicion.unexamined())
        else:
            self._waiting.put(suspicion)

    def end(self, within: float) -> None:
        """Returns when all that was taken is given: after `within` seconds the rest unexamined."""
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
    """Of the calling thread alone; on Linux a thread has its own."""
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    except (OSError, AttributeError):
        log.warning("a thread runs at the priority of the rest", exc_info=True)
