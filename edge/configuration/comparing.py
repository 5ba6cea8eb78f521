"""Does a camera do worse under a new configuration than before? Compares its health before and after.

Traffic and light vary within minutes, so only changes that a quiet hour can't explain count: pictures stop,
the camera is no longer healthy, lamps are no longer reliable, no vehicles where there were many, several
times as many findings.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from contract.reasons import Reason, Value, reason
from contract.reports import CameraHealth
from contract.types import Count, Message

MOST_LOOKS = 240
"""Samples kept of each camera: twenty minutes."""


@dataclass(frozen=True)
class Probation:
    """How long a camera is monitored under a new configuration, in seconds.

    Figures count from `settle` on; the trial may fail from `least` on and has passed at `full`. Health is
    sampled every `every` seconds and compared with the `full` seconds before the change.
    """

    settle: float = 30.0
    least: float = 90.0
    full: float = 300.0
    every: float = 5.0


PROBATION = Probation()


@dataclass(frozen=True)
class Look:
    """A camera's health at a moment (monotonic seconds); frames, vehicles and findings count from its
    start."""

    at: float
    why: Reason | None
    well: bool
    frames: int
    armed: bool
    vehicles: int
    findings: int


def look_at(health: CameraHealth, at: float) -> Look:
    """The compared part of a health report."""
    found = sum(
        count for name, count in health.funnel.items() if name.endswith(("_violation", "_borderline"))
    )
    well = health.state == "online"
    vehicles = health.funnel.get("vehicles", 0)
    return Look(at, health.reason, well, health.frames, health.armed, vehicles, found)


class Figures(Message):
    """A camera's performance over a period: shares of the samples (0 to 1), pictures a second, numbers of
    vehicles and findings."""

    seconds: float
    well: float
    armed: float
    fps: float
    vehicles: Count
    findings: Count
    why: Reason | None = None


def figures(looks: Iterable[Look]) -> Figures | None:
    """The figures of a period; None with fewer than two samples."""
    seen = list(looks)
    if len(seen) < 2:
        return None
    seconds = seen[-1].at - seen[0].at
    return Figures(
        seconds=seconds,
        well=sum(look.well for look in seen) / len(seen),
        armed=sum(look.armed for look in seen) / len(seen),
        fps=_came(look.frames for look in seen) / seconds,
        vehicles=_came(look.vehicles for look in seen),
        findings=_came(look.findings for look in seen),
        why=next((look.why for look in reversed(seen) if not look.well), None),
    )


def _came(counts: Iterable[int]) -> int:
    """Increase of a counter, which starts at zero again when the camera restarts."""
    return sum(max(0, after - before) for before, after in pairwise(counts))


class Watch:
    """The latest samples of one camera."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._looks: deque[Look] = deque(maxlen=MOST_LOOKS)

    def note(self, health: CameraHealth, now: float) -> None:
        """Samples the camera, if it is time."""
        if not self._looks or now - self._looks[-1].at >= self._every:
            self._looks.append(look_at(health, now))

    def since(self, at: float) -> Figures | None:
        """The figures from a moment on."""
        return figures(look for look in self._looks if look.at >= at)

    def begin_anew(self) -> None:
        """Discards the samples: the camera has changed."""
        self._looks.clear()


def far_worse(before: Figures, after: Figures) -> Reason | None:
    """Checks that work soon after a change: the camera no longer runs as it did."""
    if before.well >= 0.3 and after.well < 0.5 * before.well:
        inner: dict[str, Value] = dict(after.why.values) if after.why else {}
        because = after.why.code if after.why else "camera.not_opened"
        return Reason(code="configuration.worse_state", values={**inner, "because": because})
    if after.fps < 0.5 * before.fps:
        return reason("configuration.worse_frames", before=round(before.fps, 1), after=round(after.fps, 1))
    if before.armed >= 0.3 and after.armed < 0.5 * before.armed:
        return reason("configuration.worse_lamp", after_percent=round(100 * after.armed))
    return None


def worse(before: Figures, after: Figures) -> Reason | None:
    """Checks that need as much time as before the change: also traffic and findings."""
    if (told := far_worse(before, after)) is not None:
        return told
    length = after.seconds / before.seconds if before.seconds else 0.0
    vehicles, findings = before.vehicles * length, before.findings * length
    if vehicles >= 20 and after.vehicles < 0.1 * vehicles:
        return reason("configuration.worse_vehicles", before=round(vehicles), after=after.vehicles)
    if after.findings >= 10 and after.findings > 5 * max(findings, 1.0):
        return reason("configuration.worse_findings", before=round(findings), after=after.findings)
    return None
