"""Violations and packages made up for tests."""

from datetime import UTC, datetime, timedelta

import numpy as np

from contract.manifest import (
    Clock,
    PlateEvidence,
    Rule,
    SceneLine,
    TrajectoryPoint,
    VehicleSeen,
    ViolationFacts,
)
from contract.package import Link
from contract.reasons import reason
from contract.signing import SigningKey
from contract.vehicles import VehicleKind
from edge.evidence.package import Clip, Package, PackedFile, Still, encode, event_id, seal

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
KEY = SigningKey(bytes(range(32)))


def facts(number: int = 1, node: str = "node-1") -> ViolationFacts:
    """A red-light violation; another number is another vehicle a second later."""
    return ViolationFacts(
        node=node,
        camera="cam-1",
        site="nga-tu-so",
        site_name="Ngã Tư Sở",
        rule=Rule(name="red_light", version=1),
        decision="violation",
        reasons=(reason("red_light.crossed", line="S1", elapsed_red_ms=1200, uncertainty_ms=60),),
        occurred_at=NOON + timedelta(seconds=number),
        clock=Clock(source="host", uncertainty_ms=20),
        vehicle=VehicleSeen(kind=VehicleKind.MOTORBIKE, confidence=0.9, track=number),
        plate=PlateEvidence(text="29-H1 123.45", agreed=True, confidence=0.97),
        trajectory=(TrajectoryPoint(t_ms=0, ground=(0.5, 0.5), box=(0.4, 0.3, 0.6, 0.5)),),
        scene=(SceneLine(id="stop", kind="stop_line", points=((0.1, 0.5), (0.9, 0.5))),),
        calibration="cal-1",
        config_sha256="0" * 64,
        models={"vehicles": "1" * 64},
        software="ngatu test",
    )


def files(number: int = 1, clip_bytes: int = 300_000) -> tuple[PackedFile, ...]:
    """Two stills and a clip of noise, the same for the same number."""
    noise = np.random.default_rng(number)
    stills = [
        Still("before", noise.integers(0, 255, (40, 60, 3), dtype=np.uint8), NOON),
        Still("over", noise.integers(0, 255, (40, 60, 3), dtype=np.uint8), NOON),
    ]
    return encode(stills, Clip(noise.bytes(clip_bytes), NOON))


def package(
    number: int = 1, previous: Link | None = None, clip_bytes: int = 300_000, *, test: bool = False
) -> Package:
    """A sealed package that follows `previous`, or a test."""
    made = facts(number).model_copy(update={"test": test})
    event = f"test-{number}" if test else event_id(made)
    return seal(made, event, files(number, clip_bytes), previous, KEY)
