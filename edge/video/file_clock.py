"""The time of a file's pictures: smooth on the stream clock, whatever the file's own stamps do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.manifest import Clock
from edge.video.continuity import Continuity
from edge.video.frame import Stamp

_TICK = 0.001


@dataclass(frozen=True)
class Break:
    """A place at `t` seconds where the file's time does not continue but jumps by `ahead` seconds (negative:
    back)."""

    t: float
    ahead: float


class FileClock:
    """Stamps the pictures of one pass over a file, in the order they are shown.

    `start` is UTC of the first, `interval` the usual time between two. `t` follows the file's own times and
    never jumps: if those do, it continues by the usual interval. UTC follows a jump ahead, since a recorder
    may have paused, but not one back, since no time occurs twice; the uncertainty gives its possible error.
    """

    def __init__(self, start: datetime, interval: float) -> None:
        self.breaks: list[Break] = []
        """Where new runs began, in order."""
        self._start = start
        self._interval = interval
        self._continuity = Continuity(interval)
        self._anchor: float | None = None  # t minus PTS
        self._newest_pts = self._newest_t = 0.0
        self._run = 0
        self._skipped = self._doubt = 0.0

    def shown(self, pts: float, keyframe: bool) -> Stamp:
        """The stamp of the next picture, whose time in the file is `pts` seconds."""
        verdict = self._continuity.judge(pts, keyframe, reordered=False, elapsed=None)
        if self._anchor is None:
            self._anchor = -pts
            return self._take(pts, 0.0)
        if verdict in ("gap", "jump"):
            ahead = pts - self._newest_pts
            self._run += 1
            self.breaks.append(Break(self._newest_t, ahead))
            if verdict == "jump":
                self._skipped = max(0.0, self._skipped + ahead - self._interval)
                self._doubt = max(self._doubt, abs(ahead))
        if verdict in ("jump", "set_back"):
            self._anchor = self._newest_t + self._interval - pts
        return self._take(pts, max(self._anchor + pts, self._newest_t + _TICK))

    def shown_beside(self) -> Stamp:
        """The stamp of a picture without a time in the file: right after the previous one."""
        return self._take(self._newest_pts, self._newest_t + _TICK)

    def beside(self, pts: float) -> Stamp:
        """The stamp of a packet without a picture; it may lie before the first."""
        return self._stamp((self._anchor or 0.0) + pts)

    def _take(self, pts: float, t: float) -> Stamp:
        self._newest_pts, self._newest_t = pts, t
        return self._stamp(t)

    def _stamp(self, t: float) -> Stamp:
        clock = Clock(source="file", uncertainty_ms=round(self._doubt * 1000))
        return Stamp(t, self._start + timedelta(seconds=t + self._skipped), clock, self._run)
