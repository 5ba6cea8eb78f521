"""One clip as data: the street, the light, the camera, the lamps, and the traffic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from .lamps import Program
from .picture.light import LightName
from .picture.optics import Camera
from .stage import Walker
from .street import Street
from .traffic import Driver


@dataclass(frozen=True)
class PlateView:
    """A second camera over the same street, near enough that plates can be read; its clip begins `starts`
    seconds after the first one's, a multiple of the traffic's step."""

    camera: Camera
    record: tuple[int, int]
    starts: float


@dataclass(frozen=True)
class Scenario:
    """A clip before it is played.

    `fps` divides 25; `camera.size` is that of the detect stream, `record` of the full-size one if there is
    one. `crf` is the quality of the detect stream, of H.264. `starts` is when the first frame is taken.
    `plate_view`: a second camera shows the same scene.
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
    starts: float = 0.0
    plate_view: PlateView | None = None

    @property
    def frames(self) -> int:
        """Number of frames of the clip."""
        return int(Fraction(self.seconds).limit_denominator(100) * self.fps)

    @property
    def beside(self) -> "Scenario":
        """The same scene through the second camera. Raises ValueError if there is none."""
        view = self.plate_view
        if view is None:
            raise ValueError(f"{self.name} has one camera")
        return replace(
            self,
            name=f"{self.name}_plate",
            camera=view.camera,
            record=view.record,
            starts=view.starts,
            seconds=self.seconds - view.starts,
            plate_view=None,
        )
