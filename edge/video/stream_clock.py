"""The time of a live picture: smooth on the stream clock, with the source of its UTC.

Three clocks are combined here. The camera's timestamps (PTS) say exactly how far two pictures are apart, but
not when they were taken. The node's monotonic clock says when a packet arrived, late by an unknown and
varying delay. UTC comes from the camera's RTCP sender reports (FFmpeg hands them on as `prft` side data) or,
failing that, from the node's own clock. So `t` follows the PTS, tied to the monotonic clock once per
connection: NTP may step either wall clock without a step in `t`. UTC is a separate mapping.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from contract.types import ClockSource
from edge.video.continuity import STEP_BACK, Continuity, Verdict
from edge.video.frame import Stamp, clock_of

HOST_DELAY = 0.3
"""Seconds: assumed greatest delay of a picture on its way to the node if unknown."""

MAX_CAMERA_OFFSET = 5.0
"""Seconds: a camera clock further than this from the node's was never set, and is not believed."""

_PLAUSIBLE = 1.0  # seconds between arrival and camera clock, at most, for that clock to tie two streams
_LAG_LEAK = 0.001  # seconds per second: crystals drift ten times less
_EARLY = 0.5  # seconds by which a picture may arrive sooner after its stamp than any other lately
_TICK = 0.001


@dataclass(frozen=True)
class WallClocks:
    """The node's two clocks, injectable for tests: `monotonic` in seconds, `utc` in POSIX seconds."""

    monotonic: Callable[[], float]
    utc: Callable[[], float]


@dataclass(frozen=True)
class Arrival:
    """The known data of a picture when its packet arrives.

    `pts` in seconds; `at` on the node's monotonic clock; `camera_utc` its `prft` in POSIX seconds if there is
    one; `reordered`: the order of arrival differs from the display order.
    """

    pts: float
    at: float
    camera_utc: float | None
    keyframe: bool
    reordered: bool = False


class StreamClock:
    """Stamps the packets of one stream, over all its connections; used by the thread that reads it.

    `epoch` is the monotonic time of t = 0. A camera's record stream `follow`s the clock of its detect
    stream: both show the same camera clock, so equal capture times get equal `t`. After a reconnect a
    stream finds its old `t` again the same way. Its first run gets the number `run`.
    """

    def __init__(
        self, clocks: WallClocks, epoch: float, follow: "StreamClock | None" = None, run: int = 0
    ) -> None:
        self._clocks = clocks
        self._epoch = epoch
        self._reference = follow or self
        self._anchor: float | None = None  # t minus PTS, constant while tied
        self._tied = False  # the anchor came through the camera's clock, not from an arrival
        self._lag = 0.0  # least (arrival minus t) seen lately: follows the drift of the camera's crystal
        self._arrived = 0.0
        self._newest_t = float("-inf")
        self._interval = 0.0
        self._continuity = Continuity(0.0)
        self._run = run - 1
        self.camera_offset: float | None = None
        """Camera's UTC minus the node's, seconds (delay makes it a little negative); None without `prft`."""
        self.camera_utc_minus_t: float | None = None

    def connected(self, interval: float) -> None:
        """A new connection begins: its PTS are unrelated to earlier ones.

        `interval` is the usual time between its pictures, seconds.
        """
        self._anchor = self.camera_offset = None
        self._interval = interval
        self._continuity = Continuity(interval)

    def stamp(self, arrival: Arrival) -> Stamp:
        """The time of the picture that arrived. In a new run, times can't be compared with earlier ones to
        the millisecond."""
        arrived = arrival.at - self._epoch
        verdict = self._continuity.judge(
            arrival.pts, arrival.keyframe, reordered=arrival.reordered, elapsed=arrived - self._arrived
        )
        if verdict in ("on", "gap"):
            verdict = self._set_ahead(arrival.pts, arrived) or verdict
        anew = self._tie(arrival, arrived, verdict)
        assert self._anchor is not None
        t = self._anchor + arrival.pts
        if verdict == "jitter":
            t = max(t, self._newest_t + _TICK)
        self._run += anew or verdict == "gap"
        self._follow_drift(t, arrived, anew)
        self._newest_t = max(self._newest_t, t)
        return self._stamp(t, arrival.camera_utc)

    def _stamp(self, t: float, camera_utc: float | None) -> Stamp:
        host_utc = self._clocks.utc() - self._clocks.monotonic() + self._epoch + t + self._lag
        if camera_utc is not None:
            self.camera_offset = offset = camera_utc - host_utc
            if abs(offset) <= MAX_CAMERA_OFFSET:
                self.camera_utc_minus_t = camera_utc - t
                return _stamp(t, camera_utc, "prft", max(self._interval, abs(offset)), self._run)
        return _stamp(t, host_utc, "host", HOST_DELAY + self._interval, self._run)

    def _set_ahead(self, pts: float, arrived: float) -> Verdict | None:
        """Whether the camera's clock was set ahead: its picture would come from later than now.

        Stamps ahead of the passed time alone prove little: delayed pictures arrive all at once.
        """
        if self._anchor is None:
            return None
        t = self._anchor + pts
        early = self._lag - (arrived - t)
        ahead = t - self._newest_t - (arrived - self._arrived)
        if min(early, ahead) <= _EARLY:
            return None
        return "set_back" if ahead <= STEP_BACK else "jump"

    def _tie(self, arrival: Arrival, arrived: float, verdict: Verdict) -> bool:
        """Ties PTS to `t` if due: at the start, after a jump, when the camera's clock is first known.

        A clock that was set back, or a little ahead, is tied so that `t` continues, as the pictures do.
        """
        through_camera = self._through_camera(arrived, arrival.camera_utc)
        if self._anchor is None or verdict == "jump":
            t = through_camera if through_camera is not None else arrived
            self._anchor = max(t, self._newest_t + _TICK) - arrival.pts
            self._tied = through_camera is not None
            return True
        if verdict == "set_back":
            self._anchor = self._newest_t + self._interval - arrival.pts
            return False
        following = self._reference is not self
        if arrival.keyframe and not self._tied and following and through_camera is not None:
            self._anchor = through_camera - arrival.pts
            self._tied = True
            return True
        return False

    def _through_camera(self, arrived: float, camera_utc: float | None) -> float | None:
        known = self._reference.camera_utc_minus_t
        if camera_utc is None or known is None:
            return None
        t = camera_utc - known
        return t if abs(t - arrived) <= _PLAUSIBLE else None

    def _follow_drift(self, t: float, arrived: float, anew: bool) -> None:
        lag = arrived - t
        grown = self._lag + _LAG_LEAK * max(0.0, arrived - self._arrived)
        self._lag = lag if anew else min(lag, grown)
        self._arrived = arrived


def _stamp(t: float, utc: float, source: ClockSource, uncertainty: float, run: int) -> Stamp:
    return Stamp(t, datetime.fromtimestamp(utc, UTC), clock_of(source, round(uncertainty * 1000)), run)
