"""A common interface for trackers: looks in, tracks of each look out. Ours, and those of the package
`trackers` (extra `evaluation`), which get the stream's own timestamps."""

import warnings
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from edge.detect.tracker import Tracker
from edge.rules.inputs import Track, TrackPoint
from models.evaluation.tracking.looks import Look


class Follower(Protocol):
    """Follows the vehicles of one clip."""

    def update(self, look: Look) -> list[Track]:
        """Tracks seen in this look, each with all its points."""
        ...

    def take_ended(self) -> list[Track]:
        """Tracks that ended since the last call."""
        ...

    def end_all(self) -> list[Track]:
        """The clip is over: returns the tracks still open."""
        ...


class Ours:
    """The node's tracker."""

    def __init__(self, size: tuple[int, int], _fps: float) -> None:
        self._tracker = Tracker(bounds=(0, 0, *size))

    def update(self, look: Look) -> list[Track]:
        """See `Follower.update`."""
        return self._tracker.update(look.t, look.frame, look.detections)

    def take_ended(self) -> list[Track]:
        """See `Follower.take_ended`."""
        return self._tracker.take_ended()

    def end_all(self) -> list[Track]:
        """See `Follower.end_all`."""
        return self._tracker.end_all()


class OfLibrary:
    """A tracker of `trackers`; wheels are where its boxes end, and it knows no breaks."""

    def __init__(self, tracker: Any, lost_seconds: float = 1.5) -> None:
        self._tracker = tracker
        self._lost = lost_seconds
        self._tracks: dict[int, Track] = {}
        self._ended: list[Track] = []

    def update(self, look: Look) -> list[Track]:
        """See `Follower.update`."""
        from supervision import Detections

        seen = look.detections
        given = Detections(
            xyxy=np.array([d.box for d in seen], float).reshape(-1, 4),
            confidence=np.array([d.confidence for d in seen], float),
            data={"number": np.arange(len(seen))},
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            followed = self._tracker.update(given, timestamp=look.t)
        now = []
        numbers = followed.data.get("number", ())
        for number, track in zip(numbers, followed.tracker_id if len(followed) else (), strict=True):
            if int(track) >= 0:
                now.append(self._seen(int(track) + 1, look, int(number)))
        self._give_up(look.t)
        return sorted(now, key=lambda one: one.id)

    def _seen(self, key: int, look: Look, number: int) -> Track:
        detection = look.detections[number]
        point = TrackPoint(look.t, detection.box, look.frame, detection.confidence)
        before = self._tracks.get(key)
        points = (*before.points, point) if before else (point,)
        track = Track(key, before.kind if before else detection.kind, detection.confidence, points)
        self._tracks[key] = track
        return track

    def _give_up(self, t: float) -> None:
        gone = [key for key, track in self._tracks.items() if t - track.points[-1].t > self._lost]
        self._ended += [self._tracks.pop(key) for key in gone]

    def take_ended(self) -> list[Track]:
        """See `Follower.take_ended`."""
        ended, self._ended = self._ended, []
        return ended

    def end_all(self) -> list[Track]:
        """See `Follower.end_all`."""
        open_tracks, self._tracks = list(self._tracks.values()), {}
        return open_tracks


def _library(name: str, **settings: Any) -> Callable[[tuple[int, int], float], Follower]:
    """A tracker of the package, with the buffer the node uses (1.5 s; its unit is 1/30 s)."""

    def make(_size: tuple[int, int], fps: float) -> Follower:
        import trackers

        return OfLibrary(getattr(trackers, name)(lost_track_buffer=45, frame_rate=fps, **settings))

    return make


_SURE = {"high_conf_det_threshold": 0.35}
FOLLOWERS: dict[str, Callable[[tuple[int, int], float], Follower]] = {
    "ngatu": Ours,
    "bytetrack": _library("ByteTrackTracker", track_activation_threshold=0.35, **_SURE),
    "ocsort": _library("OCSORTTracker", **_SURE),
    "botsort": _library("BoTSORTTracker", track_activation_threshold=0.35, enable_cmc=False, **_SURE),
}
"""By name; each gets the picture's size and the looks a second. Thresholds are the node's: the defaults of
the package (0.6 to 0.7) are for other detectors and find less."""
