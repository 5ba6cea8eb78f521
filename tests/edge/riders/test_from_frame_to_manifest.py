"""A bare-headed rider from the frames to what is signed: looks, finding, moments, marked heads."""

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from configs.camera import CameraConfig
from configs.scene import RiderZone
from contract.manifest import PlateEvidence
from contract.vehicles import VehicleKind
from edge.camera import DEFAULT_ROLLS, build_camera
from edge.detect.detector import Detection
from edge.evidence.facts import stream_utc, violation_facts
from edge.pipeline import Incident
from edge.riders.heads import Image, SeenHead
from edge.rules.inputs import Box
from edge.video.frame import Frame
from edge.video.ring import PacketRing
from tests.edge import factories, road
from tests.edge.evidence.test_facts import STANDING

SIZE = (640, 480)
ZONE = RiderZone(id="near", polygon=((0, 100), (640, 100), (640, 480), (0, 480)))
FPS = 10.0
EVERYTHING = {
    **{key: value for key, value in road.ROAD.items() if key not in ("solid_lines", "rules")},
    "size": SIZE,
    "rider_zones": [ZONE.model_dump()],
}


class Street:
    """A motorbike that drives up the picture, seen by its time; each picture says its number in a pixel."""

    def detect(self, image: NDArray[np.uint8]) -> list[Detection]:
        bottom = 440 - 8 * int(image[0, 0, 0])
        return [Detection(VehicleKind.MOTORBIKE, 0.9, (300, bottom - 120, 360, bottom))]


class Bare:
    """Two heads: the driver's, further up the picture, is bare."""

    def find(self, image: Image, motorbike: Box) -> tuple[SeenHead, ...]:
        x, y = motorbike[0], motorbike[1]
        return (
            SeenHead((x + 20, y, x + 40, y + 20), 0.95, 0.99),
            SeenHead((x + 25, y + 15, x + 45, y + 35), 0.9, 0.01),
        )


def frame(number: int) -> Frame:
    """Noise, so that it is no frozen picture."""
    image = np.random.default_rng(number).integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8)
    image[0, 0, 0] = number
    clock = factories.facts().clock
    return Frame(number, number / FPS, factories.NOON + timedelta(seconds=number / FPS), clock, image)


def incidents(rules: dict[str, object]) -> list[Incident]:
    config = CameraConfig.model_validate({**EVERYTHING, "rules": rules})
    eyes = replace(road.eyes(detector=Street()), heads=Bare())
    camera = build_camera(config, "node", PacketRing(10.0, 1000), eyes, DEFAULT_ROLLS, factories.NOON)
    for number in range(36):
        camera.pipeline.step(frame(number))
    camera.pipeline.finish(3.6)
    return camera.pipeline.due(math.inf)


def test_the_driver_s_bare_head_is_found_and_marked_in_what_is_signed() -> None:
    (incident,) = incidents({"no_helmet": {}, "passengers": {}})
    assert (incident.finding.rule, incident.finding.episode) == ("no_helmet", "driver")
    utc = stream_utc(0.0, factories.NOON)
    facts = violation_facts(STANDING, incident, PlateEvidence(text=None), None, factories.facts().clock, utc)
    assert facts.riders is not None
    assert facts.riders.people == 2
    assert [head.state for head in facts.riders.heads] == ["bare", "helmet"]
    stills = [round((t - incident.finding.t) * 1000) for t in incident.finding.moments.values()]
    marked = {look.t_ms: look.heads for look in facts.riders.looks}
    for moment in stills:
        box = marked[moment][0].box
        assert box is not None
        assert 0 <= box[0] < box[2] <= 1
        assert box[2] - box[0] == pytest.approx(20 / SIZE[0])


def test_where_no_rule_asks_nobody_is_looked_at() -> None:
    assert incidents({}) == []
