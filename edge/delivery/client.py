"""Keeps the node delivering: one thread that reconnects to the broker for ever.

MQTT 5 first; 3.1.1 if the broker does not answer that.
"""

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from configs.node import BrokerConfig
from contract.reports import CameraInfo
from contract.types import Message
from edge.delivery.senders import Senders
from edge.delivery.session import VERSIONS, Correspondence, LinkDownError, NodeIdentity, Session

log = structlog.get_logger(__name__)

_PROVEN_SECONDS = 10.0
"""Seconds a connection must last for the next attempt to follow quickly."""


@dataclass(frozen=True)
class Pace:
    """Seconds between attempts to connect (doubled from first to most, jittered) and between reports."""

    first_retry: float = 1.0
    most_retry: float = 60.0
    health: float = 30.0


@dataclass(frozen=True)
class LinkState:
    """State of the connection, in words."""

    connected: bool
    words: str


class DeliveryClient:
    """Delivers the outbox and reports health until stopped.

    Args:
        identity: for birth and will.
        senders: the outboxes to send; used only by this client's thread.
        health: makes a health report for a session id.
        correspondence: other messages on the same connection.
    """

    def __init__(
        self,
        config: BrokerConfig,
        identity: NodeIdentity,
        senders: Senders,
        health: Callable[[str], Message],
        pace: Pace,
        correspondence: Sequence[Correspondence] = (),
    ) -> None:
        self._config = config
        self._identity = identity
        self._senders = senders
        self._health = health
        self._pace = pace
        self._correspondence = correspondence
        self._version = 0
        self._sessions = 0
        self._state = LinkState(False, "not connected yet")

    @property
    def state(self) -> LinkState:
        """The present state of the connection; any thread may ask."""
        return self._state

    def announce(self, cameras: tuple[CameraInfo, ...]) -> None:
        """Camera information for the next birth message."""
        self._identity = replace(self._identity, cameras=cameras)

    def run(self, stop: threading.Event) -> None:
        """Connects and delivers until `stop` is set, then disconnects cleanly. Run it in its own thread."""
        failures = 0
        while not stop.is_set():
            began = time.monotonic()
            session = self._new_session()
            self._deliver(session, stop)
            if not session.answered:
                self._version = 1 - self._version
            failures = 0 if session.answered and time.monotonic() - began > _PROVEN_SECONDS else failures + 1
            delay = min(self._pace.first_retry * 2.0 ** min(failures, 20), self._pace.most_retry)
            stop.wait(delay * random.uniform(0.5, 1.0))

    def _deliver(self, session: Session, stop: threading.Event) -> None:
        def changed() -> None:
            self._state = LinkState(session.ready, session.words)

        try:
            session.run(stop, changed)
            words = "stopped"
        except LinkDownError as problem:
            words = str(problem)
            log.warning("no connection to the broker", why=words)
        except Exception as problem:  # error boundary of the thread: delivery continues after any error
            words = f"delivery stumbled: {problem}"
            log.exception("delivery stumbled")
        finally:
            session.close()
            self._senders.disconnected()
        self._state = LinkState(False, words)

    def _new_session(self) -> Session:
        self._sessions += 1
        started = int(self._identity.started_at.timestamp() * 1000)
        return Session(
            f"{started}-{self._sessions}",
            VERSIONS[self._version],
            self._config,
            self._identity,
            self._senders,
            self._health,
            self._pace.health,
            self._correspondence,
        )
