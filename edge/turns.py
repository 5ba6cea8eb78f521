"""Scheduling of analysis: makes the threads of a node's cameras keep to `edge.sharing`.

Threads of one process, all on one network session: measured on two cores, a look costs 70–73 ms of processor
time whether one, two or four threads share one session, as much with a session each (which costs memory), and
79–84 ms if the session uses two threads of its own.

At most as many looks run at once as there are cores; and looks may take only `LOOKING` of all cores' time:
decoding, recording, gathering evidence and delivering need the rest.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from configs.camera import CameraConfig
from edge.pipeline import Step
from edge.sharing import Sharing, need_of, wanted_looks

LOOKING = 0.8
"""Part of the cores' time that looks may take."""

FIRST_COST = 0.07
"""Assumed processor seconds of a look before any is measured."""

NEWEST_COUNTS = 0.05
"""Weight of the newest look in the measured cost of looks."""


class Turns:
    """One scheduler for all live cameras of a node.

    Args:
        cores: how many looks may run at once.
        clock, processor: monotonic seconds, and seconds of processor time of the calling thread.
    """

    def __init__(
        self,
        cores: int,
        clock: Callable[[], float] = time.monotonic,
        processor: Callable[[], float] = time.thread_time,
    ) -> None:
        self._cores = self._free = cores
        self._clock, self._processor = clock, processor
        self._cost = FIRST_COST
        self._sharing = Sharing(self._affordable())
        self._waiting: set[str] = set()
        self._turn = threading.Condition()

    def join(self, config: CameraConfig) -> None:
        """A camera takes part from now on, with this configuration."""
        with self._turn:
            self._sharing.join(config.id, wanted_looks(config), self._clock())

    def looked(self, config: CameraConfig, step: Step) -> None:
        """Records what a camera's newest look showed."""
        need = need_of(step, config)
        with self._turn:
            self._sharing.tell(config.id, need)

    @contextmanager
    def turn(self, camera: str) -> Iterator[None]:
        """Waits until it is this camera's turn, which lasts as long as the context. For one thread of each
        joined camera."""
        self._begin(camera)
        began = self._processor()
        try:
            yield
        finally:
            self._end(self._processor() - began)

    def _begin(self, camera: str) -> None:
        with self._turn:
            self._waiting.add(camera)
            while camera in self._waiting:
                self._give()
                if camera in self._waiting:
                    self._turn.wait(self._sharing.seconds_to_wait(self._clock()) if self._free else None)

    def _give(self) -> None:
        """Releases the cameras for which there is a free core and a look."""
        while self._free and (chosen := self._sharing.choose(self._waiting, self._clock())) is not None:
            self._waiting.remove(chosen)
            self._free -= 1
            self._turn.notify_all()

    def _end(self, cost: float) -> None:
        with self._turn:
            self._free += 1
            self._cost += NEWEST_COUNTS * (cost - self._cost)
            self._sharing.budget = self._affordable()
            self._turn.notify_all()

    def _affordable(self) -> float:
        """Looks a second that the cores can afford."""
        return LOOKING * self._cores / max(self._cost, 0.001)


def cores() -> int:
    """Number of cores available to this process."""
    return len(os.sched_getaffinity(0))
