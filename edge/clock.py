"""Monitors the machine's clock: kernel synchronisation, offset to an NTP server, steps.

The node also asks a time server itself, because a time daemon that is missing, or follows a wrong server,
does not report it. Nothing here sets the clock.
"""

import ctypes
import ctypes.util
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import ntplib
import structlog

from contract.reasons import Reason, reason
from contract.reports import CameraHealth

log = structlog.get_logger(__name__)

OFF_SECONDS = 3.0
"""Offset in seconds from which evidence would carry a wrong time."""

STEP_TOLD = 3600.0
"""Seconds for which a clock step during operation is reported."""

ASK_SECONDS = 60.0
PATIENCE = 5.0
UNSYNCHRONISED_AFTER = 300.0
"""Seconds the kernel may report its clock as unsynchronised: normal after a start."""

_ERROR = 5  # TIME_ERROR of adjtimex(2): the clock is not synchronised


class _Timex(ctypes.Structure):
    """`struct timex` of adjtimex(2); read only."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_long * 32),
    )


def kernel_is_synchronised() -> bool | None:
    """Whether a time daemon (chrony, systemd-timesyncd, …) keeps the clock synchronised; None if unknown."""
    try:
        state = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True).adjtimex(ctypes.byref(_Timex()))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != _ERROR


def ask(server: str) -> float | None:
    """Seconds by which a server's clock (HOST or HOST:PORT) is ahead of ours; None without an answer."""
    host, _, port = server.partition(":")
    try:
        answer = ntplib.NTPClient().request(host, version=4, port=int(port or 123), timeout=PATIENCE)
    except (ntplib.NTPException, OSError) as problem:
        log.warning("no answer of the time server", server=server, problem=str(problem))
        return None
    return float(answer.offset)


@dataclass(frozen=True)
class ClockState:
    """State of the clock: seconds the server is ahead, None without a server or an answer; seconds of the
    last clock step while the node ran, 0.0 if that is long ago."""

    offset: float | None = None
    synchronised: bool | None = None
    unsynchronised_for: float = 0.0
    stepped: float = 0.0


class ClockWatch:
    """The clock's state, checked once a minute in its own thread.

    Args:
        server: the NTP server to ask; None: only the kernel is asked.
        clock: monotonic seconds.
        utc: the monitored clock, POSIX seconds.
    """

    def __init__(
        self,
        server: str | None,
        clock: Callable[[], float],
        kernel: Callable[[], bool | None] = kernel_is_synchronised,
        utc: Callable[[], float] = time.time,
    ) -> None:
        self.state = ClockState()
        self._server = server
        self._clock = clock
        self._kernel = kernel
        self._utc = utc
        self._good_at = clock()
        # UTC at monotonic time 0, by the clock as it is set.
        self._began = utc() - clock()
        self._step, self._stepped_at = 0.0, float("-inf")

    def run(self, stop: threading.Event) -> None:
        """Checks until `stop` is set."""
        while not stop.is_set():
            self.look()
            stop.wait(ASK_SECONDS)

    def look(self) -> None:
        """Checks once."""
        now, synchronised = self._clock(), self._kernel()
        if synchronised is not False:
            self._good_at = now
        offset = ask(self._server) if self._server else None
        self._look_for_step()
        recent = now - self._stepped_at < STEP_TOLD
        self.state = ClockState(offset, synchronised, now - self._good_at, self._step if recent else 0.0)

    def _look_for_step(self) -> None:
        """Time daemons turn a clock slowly; a large change since the last check means that it was set."""
        now = self._clock()
        began = self._utc() - now
        if abs(began - self._began) >= OFF_SECONDS:
            self._step, self._stepped_at = began - self._began, now
            log.warning("the machine's clock was set", seconds=round(self._step, 1))
        self._began = began

    @property
    def alarms(self) -> tuple[Reason, ...]:
        """Alarms for the operator."""
        return tuple(_of_clock(self.state, self._server or ""))


def _of_clock(state: ClockState, server: str) -> Iterator[Reason]:
    if state.offset is not None and abs(state.offset) >= OFF_SECONDS:
        # Described from the node's side: its clock is behind if the server's is ahead.
        yield reason("clock.off", offset_ms=round(-state.offset * 1000), server=server)
    if state.stepped:
        yield reason("clock.stepped", step_ms=round(state.stepped * 1000))
    if state.unsynchronised_for >= UNSYNCHRONISED_AFTER:
        yield reason("clock.not_synchronised", minutes=round(state.unsynchronised_for / 60))


def of_cameras(cameras: tuple[CameraHealth, ...]) -> tuple[Reason, ...]:
    """The camera whose clock differs most from the node's, if by too much."""
    off = [
        (abs(camera.clock_offset_ms), camera)
        for camera in cameras
        if camera.clock_offset_ms is not None and abs(camera.clock_offset_ms) >= OFF_SECONDS * 1000
    ]
    if not off:
        return ()
    _, worst = max(off, key=lambda pair: pair[0])
    told = reason("clock.camera_off", camera=worst.id, offset_ms=worst.clock_offset_ms or 0, cameras=len(off))
    return (told,)
