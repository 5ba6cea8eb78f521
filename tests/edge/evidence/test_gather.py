"""Evidence from real films: the right pictures to the bit, the right boxes, and what is missing said."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from contract.frames import pictures_of
from contract.package import verify_packages
from contract.vehicles import VehicleKind
from edge.camera import Camera
from edge.evidence.gather import Proof
from edge.evidence.package import JPEG_QUALITY, write
from edge.pipeline import Incident
from edge.plate.follow import Sighting
from edge.plate.vote import PlateResult, PlateVote
from edge.video.file import FileSource
from edge.video.packet import EncodedPacket
from edge.video.ring import RingMiss
from tests.edge import factories, road
from tests.edge.video import clips


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return road.film(tmp_path_factory.mktemp("road") / "road.mp4")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record stream of the same road: twice the size, the same moments."""
    return road.film(tmp_path_factory.mktemp("large") / "road.mp4", size=(640, 480))


@dataclass
class Follower:
    """Keeps what it was shown; reads what it is told to."""

    answer: Callable[[list[Sighting]], PlateResult] = lambda _: PlateVote(VehicleKind.CAR).result()
    shown: list[Sighting] = field(default_factory=list)

    def read(self, track: int, kind: VehicleKind, sightings: list[Sighting]) -> PlateResult:
        self.shown = sightings
        return self.answer(sightings)


@dataclass
class Scene:
    """A road driven through up to a frame: its camera, the film's source, the first car's incident."""

    camera: Camera
    incident: Incident
    follower: Follower

    def proof(self) -> Proof:
        return self.camera.gatherer.gather(self.incident)


def drive(
    video: Path,
    *,
    record: Path | None = None,
    recorded: int = road.FRAMES,
    ring_seconds: float = 60.0,
    frames: int = road.FRAMES,
    follower: Follower | None = None,
    car: int = 0,
) -> Scene:
    """Drives the road's first `frames` frames; the ring is that of the record stream, if there is one."""
    source = FileSource(video, factories.NOON, ring_seconds)
    second = FileSource(record or video, factories.NOON, ring_seconds)
    follower = follower or Follower()
    camera = road.camera((second if record else source).ring, plates=follower)
    for _ in zip(range(recorded), second.frames(), strict=False):
        pass
    for _, frame in zip(range(frames), source.frames(), strict=False):
        camera.pipeline.step(frame)
    return Scene(camera, camera.pipeline.due(math.inf)[car], follower)


def originals(video: Path) -> list[NDArray[np.uint8]]:
    return [frame.image for frame in FileSource(video).frames()]


def files(proof: Proof) -> dict[str, bytes]:
    return {file.role: file.data for file in proof.files}


def jpeg(image: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()


def test_stills_are_the_film_s_own_frames_to_the_bit(video: Path) -> None:
    scene = drive(video)
    proof, frames = scene.proof(), originals(video)
    for moment, t in scene.incident.finding.moments.items():
        still = next(file for file in proof.files if file.role == moment)
        shown = clips.number_of(cv2.imdecode(np.frombuffer(still.data, np.uint8), cv2.IMREAD_COLOR))
        assert abs(shown / road.FPS - t) <= 0.5 / road.FPS + 1e-6
        assert still.data == jpeg(frames[shown])
        assert (still.captured_at - factories.NOON).total_seconds() == pytest.approx(shown / road.FPS)


@pytest.mark.parametrize("step", [-7200.0, -40.0, 3600.0])
def test_a_clock_that_is_set_meanwhile_leaves_the_times_of_a_package_together(
    video: Path, tmp_path: Path, step: float
) -> None:
    """Between the picture before the act and that of the act, whose time holds for all."""
    source = FileSource(video, factories.NOON, 60.0)
    push, camera = source.ring.push, road.camera(source.ring, plates=Follower())

    def push_stepped(packet: EncodedPacket) -> None:
        stamp, ahead = packet.stamp, timedelta(seconds=step if packet.stamp.t > 3.55 else 0.0)
        push(replace(packet, stamp=replace(stamp, captured_at=stamp.captured_at + ahead)))

    source.ring.push = push_stepped  # type: ignore[method-assign]
    for frame in source.frames():
        camera.pipeline.step(frame)
    incident = camera.pipeline.due(math.inf)[1]
    assert incident.finding.moments["before"] < 3.55 < incident.finding.t
    proof = camera.gatherer.gather(incident)
    clip = next(file for file in proof.files if file.role == "clip")
    for file in proof.files:
        if file.frame is not None:
            apart = (file.captured_at - clip.captured_at).total_seconds()
            assert apart == pytest.approx(file.frame.pts / 90_000, abs=2e-3)
    assert proof.facts.clock.uncertainty_ms == pytest.approx(abs(step) * 1000, abs=2)
    write(proof.sealed(factories.KEY)(None), tmp_path / "package")
    (report,) = verify_packages([tmp_path / "package"], factories.KEY.public)
    assert report.failure is None


def test_a_whole_ring_leaves_nothing_to_say(video: Path) -> None:
    proof = drive(video, car=1).proof()
    assert proof.facts.flags == ()
    assert set(files(proof)) == {"before", "over", "continuing", "plate", "context", "clip"}


def test_the_clip_is_the_stream_s_own_packets_around_the_violation(video: Path, tmp_path: Path) -> None:
    scene = drive(video, car=1)
    path = tmp_path / "clip.mp4"
    path.write_bytes(files(scene.proof())["clip"])
    with av.open(str(path)) as container:
        numbers = [clips.number_of(f.to_ndarray(format="bgr24")) for f in container.decode(video=0)]
    t = scene.incident.finding.t
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert numbers[0] % 10 == 0  # a keyframe
    assert numbers[0] / road.FPS <= t - 1.0
    assert numbers[-1] / road.FPS == pytest.approx(t + 1.0, abs=0.06)
    packets = clips.payloads(str(video))
    assert clips.payloads(str(path)) == packets[numbers[0] : numbers[-1] + 1]


def test_a_larger_record_stream_is_shown_full_size_with_its_boxes(video: Path, large: Path) -> None:
    scene = drive(video, record=large)
    proof, frames = scene.proof(), originals(large)
    assert files(proof)["over"] in {jpeg(frame) for frame in frames}
    points = {point.frame: point.box for point in scene.incident.track.points}
    assert scene.follower.shown
    for sighting in scene.follower.shown:
        x1, y1, x2, y2 = points[sighting.key]
        assert sighting.boxes[scene.incident.track.id] == (2 * x1, 2 * y1, 2 * x2, 2 * y2)
        assert np.array_equal(sighting.image, frames[sighting.key])
    trajectory = {point.box for point in proof.facts.trajectory}
    assert all(0 <= value <= 1 for box in trajectory for value in box)


def test_an_unread_plate_is_shown_where_the_vehicle_was_nearest(video: Path) -> None:
    scene = drive(video)
    proof = scene.proof()
    assert proof.facts.plate.text is None
    assert files(proof)["context"] == jpeg(scene.follower.shown[0].image)
    assert len(scene.follower.shown) > 3


def test_a_read_plate_is_cut_from_the_frame_it_was_read_on(video: Path) -> None:
    quad = np.array(((140, 60), (180, 60), (180, 70), (140, 70)), np.float32)

    def read_on_the_third(sightings: list[Sighting]) -> PlateResult:
        return PlateResult("98A12345", 0.97, True, frame_key=sightings[2].key, quad=quad)

    scene = drive(video, follower=Follower(read_on_the_third))
    proof = scene.proof()
    image = scene.follower.shown[2].image
    assert files(proof)["context"] == jpeg(image)
    assert files(proof)["plate"] == jpeg(np.ascontiguousarray(image[36:95, 116:205]))


def test_a_reader_that_fails_leaves_the_plate_to_a_person(video: Path) -> None:
    def broken(_sightings: list[Sighting]) -> PlateResult:
        raise RuntimeError("the network failed")

    proof = drive(video, follower=Follower(broken)).proof()
    assert (proof.facts.plate.text, proof.facts.plate.flags) == (None, ("plate.reader_failed",))
    assert set(files(proof)) >= {"over", "plate", "clip"}


def test_an_end_before_the_post_roll_is_said(video: Path) -> None:
    proof = drive(video, record=video, recorded=15, frames=17).proof()
    assert proof.facts.flags == ("evidence.clip_short",)
    assert set(files(proof)) >= {"before", "over", "continuing", "clip"}


def test_what_the_ring_lacks_is_said_and_not_made_up(tmp_path: Path) -> None:
    """The ring begins between the first still and the violation."""
    all_keyframes = road.film(tmp_path / "road.mp4", keyint=1)
    scene = drive(all_keyframes, ring_seconds=0.65, frames=19)
    moments = scene.incident.finding.moments
    assert moments["before"] < 1.05 < moments["over"]
    proof = scene.proof()
    assert proof.facts.flags == ("evidence.still_missing", "evidence.clip_short")
    assert {"before", "over", "continuing", "clip"} - set(files(proof)) == {"before"}


def test_a_clip_that_begins_late_is_said(video: Path) -> None:
    proof = drive(video, ring_seconds=0.5, frames=70, car=2).proof()
    assert proof.facts.flags == ("evidence.clip_short",)


def test_a_violation_that_has_left_the_ring_can_t_be_proved(video: Path) -> None:
    with pytest.raises(RingMiss, match="can't be proved"):
        drive(video, ring_seconds=1.0, frames=90).proof()


@pytest.mark.parametrize(("frames", "holds"), [(18, False), (35, True)])
def test_it_knows_whether_the_post_roll_is_there(video: Path, frames: int, holds: bool) -> None:
    scene = drive(video, frames=frames)
    assert scene.camera.gatherer.holds_post_roll(scene.incident) is holds


def test_of_a_record_stream_that_stopped_what_is_there_is_looked_at(video: Path, large: Path) -> None:
    scene = drive(video, record=large, recorded=15)
    proof = scene.proof()
    moments = {point.frame: point.t for point in scene.incident.track.points}
    assert max(moments.values()) > 2.6  # more than the ring could answer for
    assert scene.follower.shown
    assert all(abs(sighting.t - moments[sighting.key]) <= 0.2 for sighting in scene.follower.shown)
    assert proof.facts.flags == ("evidence.clip_short",)


def test_pictures_of_a_damaged_place_are_those_the_clip_shows(video: Path, tmp_path: Path) -> None:
    """What a decoder makes of a damaged keyframe depends on what it saw before."""
    over = round(drive(video, car=1).incident.finding.t * road.FPS)
    payload = clips.payloads(str(video))[over // 10 * 10]
    noise = np.random.default_rng(1).bytes(len(payload) // 32)  # more, and it is no picture at all
    spoilt = payload[: len(payload) - len(noise)] + noise
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(video.read_bytes().replace(payload, spoilt))
    proof = drive(video, record=damaged, car=1).proof()
    assert "evidence.picture_damaged" in proof.facts.flags
    still = next(file for file in proof.files if file.role == "over")
    assert still.frame is not None
    (shown,) = pictures_of(files(proof)["clip"], [still.frame]).values()
    assert still.data == jpeg(shown)
    package = proof.sealed(factories.KEY)(None)
    write(package, tmp_path / "package")
    (report,) = verify_packages([tmp_path / "package"], factories.KEY.public)
    assert report.failure is None


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
@pytest.mark.parametrize("left", [0, 8])
def test_a_picture_that_stands_for_one_nobody_can_decode_is_told(
    tmp_path: Path, codec: str, left: int
) -> None:
    """The decoder rejects a keyframe, and may give nothing until the next: what is shown is another moment's,
    or leans on nothing."""
    video = clips.make_clip(
        tmp_path / "road.mp4", clips.steady(road.FRAMES, road.FPS), size=road.SIZE, codec=codec
    )
    scene = drive(video, car=1)
    over = round(scene.incident.finding.t * road.FPS)
    payload = clips.payloads(str(video))[over // 10 * 10]
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(video.read_bytes().replace(payload, payload[:left] + b"\xff" * (len(payload) - left)))
    proof = drive(video, record=broken, car=1).proof()
    assert "evidence.picture_damaged" in proof.facts.flags
