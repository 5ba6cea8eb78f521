"""Phases reported by the traffic-light controller: the second source, besides reading the lamp in the
picture.

A controller (or the gateway in its cabinet) says what all its signal groups show, in one JSON document:

    {"groups": {"K1": "red", "K2": "green"}}

with the colours `red`, `amber`, `green`, `off`, `flashing` (amber) and `fault`. It comes by MQTT, published
on every change and at least once a second (retained or not), or is fetched by HTTP twice a second; the
camera's configuration names the address and the group. A group without a message for `STALE_AFTER` is
`unknown`: a dead cable must not keep a lamp red.
"""

import threading
import time
from collections.abc import Callable
from typing import Literal, Protocol

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from contract.types import LampColour
from edge.rules.inputs import SignalHistory
from edge.signal.lamp import Image
from edge.signal.timeline import SignalTimeline, TimelineSettings

log = structlog.get_logger(__name__)

STALE_AFTER = 3.0
"""Seconds after which a report is stale."""

OWN_WORD = TimelineSettings(looks=1, bridge=0.0)
"""A controller doesn't flicker: its report counts at once. The order of colours is still checked."""


class ControllerState(BaseModel):
    """A controller's report; other keys are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    groups: dict[str, Literal["red", "amber", "green", "off", "flashing", "fault"]]


class ControllerLink(Protocol):
    """A connection that passes every document it receives to its opener, from its own thread."""

    def close(self) -> None:
        """Stop; no document is passed on afterwards."""
        ...


class ControllerSource:
    """`SignalSource` for one head, reported by a controller."""

    def __init__(
        self,
        head: str,
        group: str,
        open_link: Callable[[Callable[[bytes], None]], ControllerLink],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open the link and listen.

        Args:
            head: id of the head in the camera's configuration.
            group: the controller's name of the signal group.
            open_link: starts the connection, given the callback for its documents.
            monotonic: monotonic seconds, to detect a stale report.
        """
        self._group = group
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._heard: tuple[float, LampColour] | None = None
        self._timeline = SignalTimeline(head, "controller", OWN_WORD)
        self._link = open_link(self.hear)

    def hear(self, document: bytes) -> None:
        """Take a document of the controller; an unreadable one is logged and ignored."""
        try:
            colour = ControllerState.model_validate_json(document).groups.get(self._group)
        except ValidationError as error:
            log.warning("controller document not understood", group=self._group, errors=error.error_count())
            return
        if colour is None:
            log.warning("controller says nothing of this group", group=self._group)
            return
        with self._lock:
            self._heard = (self._monotonic(), colour)

    def observe(self, t: float, image: Image) -> None:  # noqa: ARG002  # a controller needs no picture
        """See `SignalSource.observe`: the report valid now is what the head shows at `t`."""
        with self._lock:
            heard = self._heard
        fresh = heard is not None and self._monotonic() - heard[0] <= STALE_AFTER
        self._timeline.observe(t, heard[1] if heard is not None and fresh else "unknown")

    def interrupt(self) -> None:
        """See `SignalSource.interrupt`."""
        self._timeline.interrupt()

    def snapshot(self) -> SignalHistory:
        """See `SignalSource.snapshot`."""
        return self._timeline.snapshot()

    def close(self) -> None:
        """See `SignalSource.close`."""
        self._link.close()
