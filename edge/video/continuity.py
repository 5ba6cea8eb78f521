"""The one rule for the time of pictures, from files and live cameras: does it continue, or start again?

A picture's PTS says when it is to be shown. The values from a camera, recorder or network may be anything: a
clock that was set back, a recording appended to another, a 33-bit counter that overflows, one picture stamped
hours off. A *run* is a stretch of pictures whose time differences can be believed; tracks, lamp phases and
clips never reach from one run into another.
"""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

GAP = 2.0
"""Seconds without a picture that end a run: events in between were not observed."""

JUMP = 10.0
"""Seconds ahead, beyond those passed on the node's clock, that are a jump of the stamps rather than time."""

STEP_BACK = 1.0
"""Seconds a camera's clock may be set back within a run."""

OUTLIER = 5.0
"""Seconds back from which a picture may be a single one with a wrong stamp."""

_OUTLIERS = 2  # so many in a row may be outliers; one more means that their time is valid from now on
_REORDERED = 8  # pictures a decoder may hold back to reorder them; encoders use up to 4
_WRAP = 2**33 / 90_000  # seconds after which the counter of an MPEG transport stream wraps around

Verdict = Literal["on", "jitter", "set_back", "gap", "jump"]
"""Relation of a picture's time to the earlier ones.

`on`: it continues. `jitter`: it equals the time of the picture before or is a little less. `set_back`: the
clock was set back, the pictures continue. `gap`: time passed without pictures. `jump`: the stamps are
unrelated to the earlier ones.
"""


class Continuity:
    """Judges the pictures of one stream in order; used by one thread.

    `interval` is the usual time between two pictures, seconds.
    """

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._newest: list[float] = []

    def judge(self, pts: float, keyframe: bool, *, reordered: bool, elapsed: float | None) -> Verdict:
        """The verdict on the next picture; a gap and a jump begin a new run with it.

        Args:
            pts: its time in seconds.
            keyframe: it can be decoded without earlier ones, so it may come from another recording.
            reordered: pictures come in encoding order, which may differ from the display order.
            elapsed: seconds on the node's clock since the previous picture arrived; None for a file.
        """
        verdict = self._verdict(pts, keyframe, reordered, elapsed)
        if verdict in ("gap", "jump", "set_back"):
            self._newest = []
        insort(self._newest, pts)
        del self._newest[: -_REORDERED - 1]
        return verdict

    def _verdict(self, pts: float, keyframe: bool, reordered: bool, elapsed: float | None) -> Verdict:
        if not self._newest:
            return "on"
        ahead = pts - self._newest[-1]
        if ahead > JUMP + (elapsed or 0.0):
            return "jump"
        if ahead > 0:
            return "gap" if ahead > GAP else "on"
        if (
            reordered
            and not keyframe
            and pts > self._newest[0] - (len(self._newest) <= _REORDERED) * STEP_BACK
        ):
            return "on"
        if ahead > -self._interval:
            return "jitter"
        live = elapsed is not None and elapsed < GAP
        return "set_back" if ahead >= -STEP_BACK and (live or not keyframe) else "jump"


def unwrapped(pts: float, newest: float | None) -> float:
    """`pts` with the overflows of a 33-bit counter added that bring it closest to `newest`, if any do."""
    if newest is None:
        return pts
    turns = round((newest - pts) / _WRAP)
    whole = pts + turns * _WRAP
    return whole if turns and abs(whole - newest) <= JUMP else pts


ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class Timed(Generic[ItemT]):
    """Something with a time in seconds; the PTS of a picture's packet."""

    pts: float
    item: ItemT


class Outliers(Generic[ItemT]):
    """Passes a stream through and corrects single pictures whose stamp is far from their neighbours' time.

    Two in a row are held back until the next one shows whether time continued without them (then they are
    spread between their neighbours) or from them. If pictures come `reordered`, those before a gap are mixed
    with those after it: then more are held back, until pictures of one side only have come.
    """

    def __init__(self, *, reordered: bool = False) -> None:
        self._may_follow = _REORDERED if reordered else 0
        self._may_be_wild = _REORDERED if reordered else _OUTLIERS
        self._held: list[tuple[Timed[ItemT], bool]] = []  # and whether it is close to those already released
        self._newest: float | None = None

    def take(self, pts: float, item: ItemT, elapsed: float | None = None) -> Iterator[Timed[ItemT]]:
        """The pictures that can be released now that the next is known; see `Continuity.judge` for
        `elapsed`."""
        pts = unwrapped(pts, self._newest)
        near = self._newest is None or -OUTLIER <= pts - self._newest <= JUMP + (elapsed or 0.0)
        if near and not self._held:
            yield self._let_go(Timed(pts, item))
            return
        self._held.append((Timed(pts, item), near))
        if sum(near for _, near in self._held) > self._may_follow:
            yield from self._spread()
        elif len(self._held) > self._may_be_wild and not any(
            near for _, near in self._held[-self._may_be_wild - 1 :]
        ):
            yield from self._believe()

    def rest(self) -> Iterator[Timed[ItemT]]:
        """The remaining pictures held back: no further evidence comes, so the last is believed."""
        return self._spread() if self._held and self._held[-1][1] else self._believe()

    def _believe(self) -> Iterator[Timed[ItemT]]:
        """The pictures held back, unchanged."""
        held, self._held = self._held, []
        for timed, _ in held:
            yield self._let_go(timed)

    def _spread(self) -> Iterator[Timed[ItemT]]:
        """The pictures held back, the last of which is close: the outliers are spread between their
        neighbours."""
        held, self._held = self._held, []
        far: list[ItemT] = []
        for timed, near in held:
            if not near:
                far.append(timed.item)
                continue
            assert self._newest is not None
            step = (timed.pts - self._newest) / (len(far) + 1)
            yield from (Timed(self._newest + step * number, item) for number, item in enumerate(far, 1))
            far = []
            yield self._let_go(timed)

    def _let_go(self, timed: Timed[ItemT]) -> Timed[ItemT]:
        far = self._newest is None or abs(timed.pts - self._newest) > OUTLIER
        self._newest = timed.pts if far else max(timed.pts, self._newest or timed.pts)
        return timed
