"""The node's packages compared with the violations in the clip."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import av

from bench.live.clips import acts
from contract.manifest import ViolationManifest
from contract.package import verify_package
from contract.signing import PublicKey
from edge.delivery.outbox import inspect

SIDES = 6.0
"""Default seconds of clip before and after an act."""


@dataclass(frozen=True)
class Packed:
    """A package of the outbox: its content, the first and last moment of its clip, and its packing time.
    Times are POSIX seconds."""

    camera: str
    rule: str
    decision: str
    occurred: float
    clip: tuple[float, float]
    at: float

    @property
    def clip_lacks(self) -> float:
        """Seconds the clip should show but doesn't."""
        first, last = self.clip
        return max(0.0, first - (self.occurred - SIDES)) + max(0.0, self.occurred + SIDES - last)

    @property
    def took(self) -> float:
        """Seconds from the act to the package."""
        return self.at - self.occurred


def packed(outbox: Path, key: PublicKey, window: tuple[float, float]) -> list[Packed]:
    """The packages of acts within `window`, each verified. Raises ValueError: one is broken."""
    found = []
    for entry in inspect(outbox)[1]:
        if not window[0] <= entry.occurred_at.timestamp() <= window[1]:
            continue
        folder = outbox / "packages" / entry.event_id
        report = verify_package(folder, key)
        if report.manifest is None or report.failure is not None:
            raise ValueError(f"{folder}: {report.failure}")
        found.append(_packed(folder, report.manifest))
    return found


def _packed(folder: Path, manifest: ViolationManifest) -> Packed:
    clip = next(file for file in manifest.files if file.role == "clip")
    first = clip.captured_at.timestamp()
    return Packed(
        camera=manifest.camera,
        rule=manifest.rule.name,
        decision=manifest.decision,
        occurred=manifest.occurred_at.timestamp(),
        clip=(first, first + _length(folder / clip.name)),
        at=folder.stat().st_mtime,
    )


def _length(clip: Path) -> float:
    with av.open(str(clip)) as container:
        times = [
            float(packet.pts * packet.time_base)
            for packet in container.demux(video=0)
            if packet.pts is not None and packet.size
        ]
    return max(times) - min(times)


@dataclass(frozen=True)
class Shown:
    """An act shown by a camera, between two moments (POSIX seconds)."""

    camera: str
    rule: str
    first: float
    last: float

    def fits(self, package: Packed) -> bool:
        """Whether a package may be about it."""
        return (package.camera, package.rule) == (self.camera, self.rule) and (
            self.first <= package.occurred <= self.last
        )


@dataclass(frozen=True)
class Score:
    """Violations of the clip that were `found`, `missed`, only found `doubtful`; `invented` ones are not in
    it."""

    found: int
    missed: int
    doubtful: int
    invented: int


def score(
    packages: Iterable[Packed], epochs: Mapping[str, float], seconds: float, window: tuple[float, float]
) -> Score:
    """The score over the acts that the cameras showed within `window`.

    Args:
        epochs: when each camera began its first round of the clip of so many `seconds`.
    """
    left = sorted(packages, key=lambda package: package.decision != "violation")
    decisions: Counter[str] = Counter()
    for act in shown(epochs, seconds, window[1]):
        about = next((package for package in left if act.fits(package)), None)
        if about is not None:
            left.remove(about)
        if window[0] <= act.first and act.last <= window[1]:
            decisions[about.decision if about else "missed"] += 1
    within = [package for package in left if window[0] <= package.occurred <= window[1]]
    invented = sum(package.decision == "violation" for package in within)
    found, missed = decisions.pop("violation", 0), decisions.pop("missed", 0)
    return Score(found, missed, decisions.total(), invented)


def shown(epochs: Mapping[str, float], seconds: float, until: float) -> Iterator[Shown]:
    """Every act of every round of every camera that started before `until`."""
    for camera, epoch in epochs.items():
        for number in range(int((until - epoch) // seconds) + 1):
            begun = epoch + number * seconds
            for act in acts():
                yield Shown(camera, act.rule, begun + act.first, begun + act.last)
