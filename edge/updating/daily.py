"""The node tests its networks on the golden frames at start and once a day, and returns to the previous
networks if the present ones fail."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from contract.reasons import Reason
from edge.camera import Eyes
from edge.updating.sets import NetworkSets, SelfTest

log = structlog.get_logger(__name__)

EVERY_SECONDS = 24 * 3600.0


@dataclass
class DailySelfTest:
    """The self-test of one node, in a thread of its own.

    Args:
        restart: called once the previous networks are in force: the node's supervisor then restarts it.
    """

    sets: NetworkSets
    eyes: Eyes
    test: SelfTest
    restart: Callable[[], None]
    now: Callable[[], datetime]
    every: float = EVERY_SECONDS
    failed: Reason | None = field(default=None, init=False)

    def run(self, stop: threading.Event) -> None:
        """Tests until `stop` is set."""
        while not stop.is_set():
            self.look()
            stop.wait(self.every)

    def look(self) -> None:
        """Tests once. Failing twice in a row is not chance."""
        why = self.test(self.eyes) and self.test(self.eyes)
        self.failed = why
        if why is not None and self.sets.go_back(why, self.now()):
            self.restart()

    @property
    def alarms(self) -> tuple[Reason, ...]:
        """Alarms for the operator."""
        return (*self.sets.alarms, *([self.failed] if self.failed else []))
