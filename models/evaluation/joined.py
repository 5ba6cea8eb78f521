"""How well plates are got from a plate camera, on rendered pairs of clips with exact truth.

    python -m models.evaluation.joined FOLDER… [--cache FOLDER] [--list]

Every vehicle with a plate that the overview follows over the stretch both cameras show is asked for, as if it
had been found where it leaves it. A plate is right when the whole text is.
"""

import argparse
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from configs.camera import CameraConfig
from configs.camera_check import load_camera
from contract.plates import normalise
from edge.camera import open_eyes
from edge.detect.detector import Detection, Image, VehicleDetector
from edge.detect.tracker import Tracker
from edge.evidence.facts import stream_utc
from edge.joined.asking import Answer, Asked, Scenery, ask
from edge.joined.offset import Drift
from edge.joined.road import Stretch
from edge.joined.ways import ways
from edge.plate.follow import PlateFollower
from edge.rules.geometry import overlap
from edge.rules.inputs import Track
from edge.rules.trust import unbroken
from edge.video.file import FileSource
from edge.video.ring import PacketRing
from models.evaluation.tracking.looks import looks_of
from sample_videos.truth import Truth

WHOLE_FILE = 3600.0
SAME = 0.4
"""Intersection over union from which a track's box is a true vehicle's."""

AROUND = 4.0
"""Seconds of the overview's pictures kept around a vehicle."""

ENDING = 0.2
"""Seconds before the clip's end from which a vehicle counts as cut off by it: on a real road it would
continue, apart from its neighbours."""

READABLE = 14.0
"""Height in pixels of a visible plate's characters in the plate camera's record stream from which it can be
read."""


class Remembering:
    """A detector that analyses no picture twice: windows of neighbouring vehicles overlap."""

    def __init__(self, detector: VehicleDetector) -> None:
        self._detector = detector
        self.known: dict[int, list[Detection]] = {}

    def detect(self, image: Image) -> list[Detection]:
        """See `VehicleDetector.detect`."""
        key = zlib.crc32(image.tobytes())
        if key not in self.known:
            self.known[key] = self._detector.detect(image)
        return self.known[key]


@dataclass(frozen=True)
class Pair:
    """A rendered pair: the overview's tracks and pictures, and the plate camera's ring."""

    cameras: tuple[CameraConfig, CameraConfig]
    truth: Truth
    plate_truth: Truth
    tracks: tuple[Track, ...]
    here: FileSource
    ring: PacketRing


@dataclass
class Tally:
    """Results for the vehicles that were asked for, and a line for each wrong or missing plate."""

    counts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def share(self, part: str, whole: str) -> str:
        """One count as a part of another, in words."""
        a, b = self.counts[part], self.counts[whole]
        return f"{a} of {b} ({a / b:.3f})" if b else "none"


def load_pair(folder: Path, cache: Path | None) -> Pair:
    """A pair of clips from its folder, the overview already analysed."""
    truth, plate_truth = Truth(folder), Truth(folder / "plate")
    overview, plates = load_camera(truth.camera_file), load_camera(plate_truth.camera_file)
    tracker, found = Tracker(bounds=(0, 0, *overview.size)), dict[int, Track]()
    seen = looks_of(truth.video, cache)
    for look in seen:
        found |= {track.id: track for track in tracker.update(look.t, look.frame, look.detections)}
    here = FileSource(truth.video, ring_seconds=WHOLE_FILE)
    there = FileSource(folder / "plate" / "record.mp4", here.start, ring_seconds=WHOLE_FILE)
    for source in (here, there):
        for _ in source.frames():
            pass  # fills the ring
    return Pair((overview, plates), truth, plate_truth, tuple(found.values()), here, there.ring)


def questions(pair: Pair) -> Iterator[tuple[int, Track, float]]:
    """Every vehicle with a plate that the overview tracked over the stretch: its id, and when it left the
    stretch over the stop line, as the red-light rule would find it. Of several tracks of one vehicle the
    longest."""
    section = pair.cameras[0].sections[0]
    longest: dict[int, tuple[Track, float, int]] = {}
    for way in ways(pair.tracks, Stretch(section)):
        track = next(track for track in pair.tracks if track.id == way.track)
        moment = way.last
        vehicle = true_vehicle(unbroken(track, moment), pair.truth, (way.first, way.last))
        if vehicle is None or pair.truth.vehicles[vehicle].plate is None:
            continue
        if vehicle not in longest or longest[vehicle][2] < len(way.t):
            longest[vehicle] = (track, moment, len(way.t))
    for vehicle, (track, moment, _) in sorted(longest.items(), key=lambda item: item[1][1]):
        yield vehicle, track, moment


def true_vehicle(track: Track, truth: Truth, during: tuple[float, float]) -> int | None:
    """The vehicle a track follows, by its boxes in that time; None if it mostly follows none."""
    votes: Counter[int] = Counter()
    boxes = {point.frame: point.box for point in track.points if during[0] <= point.t <= during[1]}
    for look in truth.looks:
        if (
            look.frame in boxes
            and overlap(look.clipped(truth.document.detect.size), boxes[look.frame]) > SAME
        ):
            votes[look.vehicle] += 1
    (best, count), *_ = votes.most_common(1) or [(0, 0)]
    return best if count > len(boxes) / 2 else None


def shown_there(truth: Truth) -> set[int]:
    """Vehicles shown by the plate camera: half visible, wheels in the picture, in three frames."""
    width, height = truth.document.detect.size
    counts = Counter(
        look.vehicle
        for look in truth.looks
        if look.visible >= 0.5 and 0 <= look.ground[0] < width and 0 <= look.ground[1] < height
    )
    return {vehicle for vehicle, count in counts.items() if count >= 3}


def readable(truth: Truth) -> set[int]:
    """Vehicles whose plates can be read in at least two pictures of the plate camera."""
    larger = (truth.document.record or truth.document.detect).size[0] / truth.document.detect.size[0]
    clear = Counter(
        look.vehicle
        for look in truth.looks
        if look.plate and look.plate.visible > 0.95 and look.plate.character * larger >= READABLE
    )
    return {vehicle for vehicle, count in clear.items() if count >= 2}


def evaluate(pair: Pair, detector: VehicleDetector, plates: PlateFollower, tally: Tally) -> Drift:
    """Asks for every vehicle, in order of time, as findings come; returns the measured clock offsets."""
    (overview, _), drift = pair.cameras, Drift(None)
    clear, shown = readable(pair.plate_truth), shown_there(pair.plate_truth)
    joined, utc = overview.plate_cameras[0], stream_utc(0.0, pair.here.start)
    for vehicle, track, t in questions(pair):
        if vehicle not in shown:
            continue
        film = pair.here.ring.film(t - AROUND, t + AROUND, around=t)
        scenery = Scenery(unbroken(track, t), t, pair.tracks, utc, film)
        asked = ask(joined, pair.cameras, pair.ring, drift, scenery)
        answer = asked.answer(detector, plates) if isinstance(asked, Asked) else asked
        _count(tally, answer, vehicle, t, pair, clear)
    return drift


def _count(tally: Tally, answer: Answer, vehicle: int, t: float, pair: Pair, clear: set[int]) -> None:
    plate = normalise(pair.truth.vehicles[vehicle].plate or "")
    tally.counts["asked"] += 1
    tally.counts["asked_readable"] += vehicle in clear
    left = t < max(track.points[-1].t for track in pair.tracks) - ENDING
    tally.counts["asked_left"] += left
    said, why = None, answer.doubt.code if answer.doubt else ""
    if answer.match is not None and answer.match.way is not None:
        tally.counts["matched"] += 1
        said = answer.plate.text if answer.plate else None
        why = f"margin {answer.match.margin:.1f}"
    if said is not None and answer.plate is not None:
        tally.counts["given"] += 1
        tally.counts["given_readable"] += vehicle in clear
        tally.counts["given_left"] += left
        tally.counts["right"] += said == plate
        if answer.plate.agreed and answer.plate.confidence >= 0.9:
            tally.counts["sure"] += 1
            tally.counts["sure_right"] += said == plate
    if said != plate:
        tally.told.append(f"{t:6.2f} s vehicle {vehicle} {plate}: {said or 'no plate'} {why}")


def main() -> None:
    """Command line."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("folders", nargs="+", type=Path)
    arguments.add_argument("--cache", type=Path, help="keeps what was seen in the overviews")
    arguments.add_argument("--list", action="store_true", help="each plate that was wrong or missing")
    args = arguments.parse_args()
    eyes, tally, screen = open_eyes(), Tally(), Console()
    for folder in args.folders:
        pair = load_pair(folder, args.cache)
        drift = evaluate(pair, Remembering(eyes.detector), eyes.plates, tally)
        truly = -pair.plate_truth.document.starts
        now = drift.now
        screen.print(
            f"{folder}: clocks {now.seconds:+.3f} ± {now.sigma:.3f} s from {now.measured}, truly {truly:+.3f}"
        )
    if args.list:
        screen.print("\n".join(tally.told))
    screen.print(f"plates given: {tally.share('given', 'asked')} of the vehicles asked for")
    screen.print(
        f"of those that left the stretch before the clip ended: {tally.share('given_left', 'asked_left')}"
    )
    screen.print(
        f"of those whose plate the plate camera shows: {tally.share('given_readable', 'asked_readable')}"
    )
    screen.print(f"right: {tally.share('right', 'given')}")
    screen.print(
        f"sure (≥ 0.9, agreed): {tally.share('sure', 'given')}; right: {tally.share('sure_right', 'sure')}"
    )
    screen.print(f"vehicle told: {tally.share('matched', 'asked')}")


if __name__ == "__main__":
    main()
