"""What is asked of a plate camera: only where it can have seen the vehicle, and only for those seconds."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest

from configs.camera import CameraConfig, PlateCamera
from contract.vehicles import VehicleKind
from edge.joined.asking import AROUND, LONGEST, Answer, Asked, Scenery, ask
from edge.joined.cameras import PlateCameras, Rings
from edge.joined.looking import chosen
from edge.joined.offset import Drift
from edge.rules.inputs import Track, TrackPoint
from edge.video.file import FileSource
from edge.video.ring import PacketRing
from tests.edge import factories
from tests.edge.video import clips

LANES = [
    {"id": "left", "polygon": [[0, 0], [160, 0], [160, 240], [0, 240]], "direction": [0, -1]},
    {"id": "right", "polygon": [[160, 0], [320, 0], [320, 240], [160, 240]], "direction": [0, -1]},
]
SECTION = {"id": "S", "corners": [[60, 200], [260, 200], [260, 100], [60, 100]], "width": 5.0, "length": 8.0}


def config(name: str, joined: Sequence[PlateCamera] = ()) -> CameraConfig:
    return CameraConfig.model_validate(
        {
            "id": name,
            "site": {"id": "gate", "name": "Cổng"},
            "size": [320, 240],
            "calibration": "c1",
            "lanes": LANES,
            "sections": [SECTION],
            "plate_cameras": list(joined),
        }
    )


def joined(**changes: object) -> PlateCamera:
    return PlateCamera.model_validate({"camera": "plates", "section": "S"} | changes)


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> PacketRing:
    """A plate camera's last twenty seconds; its stream began 100 s after the overview's."""
    path = clips.make_clip(
        tmp_path_factory.mktemp("plates") / "clip.mp4", clips.steady(200, 10), size=(320, 240)
    )
    source = FileSource(path, factories.NOON + timedelta(seconds=100), 60.0)
    for _ in source.frames():
        pass
    return source.ring


def utc(t: float) -> datetime:
    return factories.NOON + timedelta(seconds=t)


def vehicle(first: float, last: float, x: float = 110) -> Track:
    """Goes up the stretch in that time."""
    times = np.arange(first, last, 0.1)
    heights = np.linspace(200, 100, len(times))
    points = [
        TrackPoint(float(t), (x - 10, float(y) - 30, x + 10, float(y)), n)
        for n, (t, y) in enumerate(zip(times, heights, strict=True))
    ]
    return Track(1, VehicleKind.MOTORBIKE, 0.9, tuple(points))


def asked(ring: PacketRing, track: Track, t: float, **changes: object) -> Asked | Answer:
    this = joined(**changes)
    scenery = Scenery(track, t, [track], utc)
    return ask(this, (config("overview", [this]), config("plates")), ring, Drift(this.offset), scenery)


def test_the_seconds_of_its_stay_are_taken_on_the_other_s_clock(ring: PacketRing) -> None:
    question = asked(ring, vehicle(104.0, 106.0), 106.0)
    assert isinstance(question, Asked)
    assert question.shift == pytest.approx(-100.0)
    times = question.film.times
    assert times[0] == pytest.approx(4.0 - AROUND, abs=0.15)
    assert times[-1] == pytest.approx(5.9 + AROUND, abs=0.15)
    later = asked(ring, vehicle(104.0, 106.0), 106.0, offset=2.0)
    assert isinstance(later, Asked)
    assert later.film.times[0] == pytest.approx(6.0 - AROUND, abs=0.15)


def test_of_a_long_stay_the_end_near_the_finding_is_looked_at(ring: PacketRing) -> None:
    question = asked(ring, vehicle(102.0, 116.0), 116.0)
    assert isinstance(question, Asked)
    assert question.own.last - question.own.first <= LONGEST
    assert question.own.last == pytest.approx(115.9, abs=0.1)


@pytest.mark.parametrize(
    ("track", "changes", "code"),
    [
        (vehicle(104, 106, x=300), {}, "not_on_stretch"),
        (vehicle(104, 106), {"lanes": ["right"]}, "not_on_stretch"),
        (vehicle(10, 12), {}, "no_pictures"),  # long before the camera began
        (vehicle(300, 302), {}, "no_pictures"),
    ],
)
def test_where_it_shows_nothing_of_it_that_is_said(
    ring: PacketRing, track: Track, changes: dict[str, object], code: str
) -> None:
    answer = asked(ring, track, track.points[-1].t, **changes)
    assert isinstance(answer, Answer)
    assert answer.doubt is not None
    assert answer.doubt.code == f"plate_camera.{code}"
    assert answer.doubt.weight == "note"


class _Fails:
    def detect(self, image: object) -> list[object]:
        raise ValueError("out of memory")


def test_a_camera_that_is_not_there_or_fails_costs_no_finding(ring: PacketRing) -> None:
    overview, rings = config("overview", [joined()]), Rings()
    cameras = PlateCameras(overview, rings, _Fails(), None)  # type: ignore[arg-type]
    track = vehicle(104.0, 106.0)
    scenery = Scenery(track, 106.0, [track], utc)
    (missing,) = cameras.answers(cameras.ask(scenery))
    assert missing.doubt is not None
    assert missing.doubt.code == "plate_camera.missing"
    rings.take(config("plates"), ring)
    (failed,) = cameras.answers(cameras.ask(scenery))
    assert failed.doubt is not None
    assert failed.doubt.code == "plate_camera.failed"


def test_further_down_the_road_it_is_looked_for_later(ring: PacketRing) -> None:
    question = asked(ring, vehicle(104.0, 106.0), 106.0, metres=20.0)
    assert isinstance(question, Asked)
    assert question.film.times[0] > 6.0


def test_a_dozen_pictures_a_second_are_looked_at() -> None:
    for rate in (8, 12.5, 25, 30):
        times = [n / rate for n in range(int(10 * rate))]
        assert 8 * 9 <= len(chosen(times)) <= 15 * 10
