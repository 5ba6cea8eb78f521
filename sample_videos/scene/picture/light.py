"""Lighting: sun, sky, haze, street lamps, and the camera's response."""

from dataclasses import dataclass, replace
from math import cos, pi, sin
from typing import Literal

Rgb = tuple[float, float, float]
LightName = Literal["day", "low_sun", "dusk", "night", "infrared", "rain"]


@dataclass(frozen=True)
class Light:
    """Linear light. `sun` is its (azimuth, height) in degrees, azimuth anticlockwise from +y.

    `lamps` is the strength of the street lamps, `headlamps` that of the vehicles' own, `tail` of their rear
    lamps; `near` lights the scene from the camera (infrared). `wet` is 0 dry to 1 shining. `blob` darkens the
    road under vehicles.
    """

    sun: tuple[float, float]
    sun_colour: Rgb
    zenith: Rgb
    horizon: Rgb
    haze: float
    exposure: float
    lamps: float = 0.0
    headlamps: float = 0.0
    tail: float = 0.25
    near: float = 0.0
    wet: float = 0.0
    blob: float = 0.55
    noise: float = 0.006
    bloom: float = 0.04
    grey: bool = False

    @property
    def to_sun(self) -> Rgb:
        """Unit vector towards the sun."""
        azimuth, height = (angle * pi / 180 for angle in self.sun)
        return (-sin(azimuth) * cos(height), cos(azimuth) * cos(height), sin(height))


_DAY = Light(
    sun=(120.0, 52.0),
    sun_colour=(3.4, 3.1, 2.7),
    zenith=(0.55, 0.78, 1.15),
    horizon=(1.0, 1.08, 1.15),
    haze=0.0012,
    exposure=0.78,
)
LIGHTS: dict[LightName, Light] = {
    "day": _DAY,
    "low_sun": replace(
        _DAY,
        sun=(182.0, 15.0),
        sun_colour=(3.4, 2.2, 1.15),
        zenith=(0.42, 0.52, 0.72),
        horizon=(1.1, 0.9, 0.65),
        haze=0.003,
        exposure=0.95,
    ),
    "dusk": replace(
        _DAY,
        sun=(100.0, 35.0),
        sun_colour=(0.0, 0.0, 0.0),
        zenith=(0.16, 0.2, 0.34),
        horizon=(0.34, 0.28, 0.26),
        haze=0.003,
        exposure=1.9,
        lamps=2.2,
        headlamps=3.0,
        tail=1.2,
        noise=0.012,
        bloom=0.09,
    ),
    "night": replace(
        _DAY,
        sun=(100.0, 50.0),
        sun_colour=(0.0, 0.0, 0.0),
        zenith=(0.012, 0.014, 0.022),
        horizon=(0.035, 0.03, 0.03),
        haze=0.004,
        exposure=2.0,
        lamps=6.5,
        headlamps=16.0,
        tail=1.6,
        noise=0.018,
        bloom=0.16,
        blob=0.35,
    ),
    "infrared": replace(
        _DAY,
        sun=(100.0, 50.0),
        sun_colour=(0.0, 0.0, 0.0),
        zenith=(0.015, 0.015, 0.015),
        horizon=(0.03, 0.03, 0.03),
        haze=0.002,
        exposure=1.5,
        lamps=1.2,
        headlamps=22.0,
        tail=0.9,
        near=420.0,
        noise=0.028,
        bloom=0.16,
        blob=0.3,
        grey=True,
    ),
    "rain": replace(
        _DAY,
        sun=(100.0, 60.0),
        sun_colour=(0.12, 0.12, 0.12),
        zenith=(0.62, 0.65, 0.70),
        horizon=(0.66, 0.68, 0.71),
        haze=0.0055,
        exposure=1.0,
        headlamps=1.5,
        tail=0.7,
        wet=0.8,
        noise=0.01,
        bloom=0.07,
    ),
}
