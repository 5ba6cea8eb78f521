"""One clip as data: the street, the light, the camera, the lamps, and who drives how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from .lamps import Program
from .picture.light import LightName
from .picture.optics import Camera
from .stage import Walker
from .street import Street
from .traffic import Driver


@dataclass(frozen=True)
class Scenario:
    """A clip before it is played.

    `fps` divides 25; `camera.size` is that of the detect stream, `record` of the full-size one if there is
    one. `crf` is the quality of the detect stream, of H.264.
    """

    name: str
    says: str
    seed: int
    light: LightName
    street: Street
    camera: Camera
    programs: Mapping[str, Program]
    drivers: Sequence[Driver]
    seconds: float
    fps: Fraction = Fraction(25, 2)
    walkers: Sequence[Walker] = ()
    parked: Sequence[tuple[Driver, tuple[float, float, float]]] = ()
    record: tuple[int, int] | None = None
    crf: int = 27
    focus: tuple[float, float, float] = field(default=(0.5, 22.0, 34.0))

    @property
    def frames(self) -> int:
        """How many frames the clip has."""
        return int(Fraction(self.seconds).limit_denominator(100) * self.fps)
