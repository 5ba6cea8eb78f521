"""Builds one camera's pipeline from its configuration: the same parts for live and replayed video."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from configs.camera import CameraConfig, config_sha256
from configs.rules.no_stopping import NoStopping
from contract.canonical import canonical_bytes, sha256_hex
from contract.manifest import SceneLine
from contract.reports import CameraInfo
from edge.detect.detector import VehicleDetector
from edge.detect.onnx_backend import OnnxVehicleDetector
from edge.evidence.beginnings import Beginnings
from edge.evidence.facts import Standing
from edge.evidence.gather import Gatherer
from edge.joined.cameras import PlateCameras, Rings
from edge.pipeline import CameraPipeline, Step
from edge.plate.find import PlateFinder
from edge.plate.follow import PlateFollower
from edge.plate.read import OnnxPlateReader
from edge.proving import Prover
from edge.riders.full_size import Keyframes, same_stream
from edge.riders.heads import HeadFinder
from edge.riders.network import HeadNetwork
from edge.riders.watch import RiderWatch
from edge.rules.inputs import Point
from edge.rules.rulebook import Rulebook
from edge.second_look.examine import SecondLooks
from edge.second_look.looking import Close
from edge.signal.lamp import LampReader
from edge.signal.source import signal_sources
from edge.video.frame import Frame
from edge.video.kept_view import KeptView
from edge.video.ring import PacketRing
from models import card_path, load
from models.card import load_card

DETECT_SIZE = 736
"""Longer side, in pixels, of the vehicle network's input."""

TRACKING_CONFIDENCE = 0.1
"""The tracker continues a vehicle with detections of much lower confidence than those that may start a
track."""

SOFTWARE = f"ngatu {version('ngatu')}"


NETWORKS = ("vehicles", "plate_finder", "plate_corners", "plate_reader", "riders")
"""Names of the networks that all cameras share."""


@dataclass(frozen=True)
class Eyes:
    """The networks, loaded and verified once and shared by all cameras of a process."""

    detector: VehicleDetector
    plates: PlateFollower
    finder: PlateFinder
    heads: HeadFinder
    models: Mapping[str, str]
    """SHA-256 of each network by name, for the manifest."""
    close: Close | None = None
    """A single-threaded session of the vehicle network for the second look; None: findings are not
    examined."""


def open_eyes(threads: int = 1, folder: Path | None = None) -> Eyes:
    """Loads the networks; `threads` is the number of threads each may use for one picture. Networks in
    `folder` replace the packaged ones.

    Raises:
        ModelCardError: a network is missing or not the one its card describes: the node must not start.
    """
    finder_card, finder_path = load("plate_finder", folder)
    corners_card, corners_path = load("plate_corners", folder)
    reader_card, reader_path = load("plate_reader", folder)
    vehicles = card_path("vehicles", folder)  # the detector verifies its file against the card
    finder = PlateFinder(finder_path, corners_path, threads)
    riders = card_path("riders", folder)  # verified like the vehicle network
    cards = (load_card(vehicles), finder_card, corners_card, reader_card, load_card(riders))
    return Eyes(
        detector=OnnxVehicleDetector(
            vehicles,
            input_size=DETECT_SIZE,
            threads=threads,
            confidence=TRACKING_CONFIDENCE,
        ),
        plates=PlateFollower(finder, OnnxPlateReader(reader_path, threads)),
        finder=finder,
        heads=HeadNetwork(riders, threads),
        models={card.name: card.sha256 for card in cards},
        # A separate session: its work stays in the low-priority thread that calls it.
        close=OnnxVehicleDetector(vehicles, threads=1, confidence=TRACKING_CONFIDENCE, keeps=False),
    )


@dataclass(frozen=True)
class Rolls:
    """Seconds of clip before and after a violation."""

    before: float = 6.0
    after: float = 6.0


DEFAULT_ROLLS = Rolls()


@dataclass(frozen=True)
class Camera:
    """A running camera: the pipeline, the evidence gatherer and the second look."""

    config: CameraConfig
    pipeline: CameraPipeline
    gatherer: Gatherer
    prover: Prover
    beginnings: Beginnings

    def step(self, frame: Frame) -> Step:
        """Analyses one frame and keeps what later evidence about its vehicles may need."""
        step = self.pipeline.step(frame)
        self.beginnings.note(frame.t, step.tracks)
        return step


def build_camera(
    config: CameraConfig,
    node: str,
    ring: PacketRing,
    eyes: Eyes,
    rolls: Rolls,
    epoch: datetime,
    views: Path | None = None,
    rings: Rings | None = None,
) -> Camera:
    """One camera's pipeline and gatherer.

    Args:
        ring: the source's packet ring of the record stream.
        epoch: UTC of stream time 0, for rules that apply only at certain hours.
        views: folder that keeps the camera's reference view across restarts; None: not kept.
        rings: the rings of the node's cameras, to which it adds its own; None: it works alone.
    """
    pipeline = CameraPipeline(
        detector=eyes.detector,
        signals=signal_sources(config),
        rulebook=Rulebook(config.rules, config, epoch),
        size=config.size,
        post_roll=rolls.after,
        region=config.detect.roi,
        interval=config.detect.interval,
        riders=_rider_watch(config, ring, eyes.heads),
        kept_view=KeptView(views / f"{config.id}.npz", _drawn(config)) if views is not None else None,
    )
    stopping = config.rules.parameters(NoStopping)
    beginnings = Beginnings(config.zones, stopping.still if stopping else None, ring)
    gatherer = Gatherer(_standing(config, node, eyes, rolls), ring, eyes.plates, beginnings)
    if rings is not None:
        rings.take(config, ring)
    prover = Prover(gatherer, _second_looks(config, eyes, epoch), ring, _plate_cameras(config, rings, eyes))
    return Camera(config, pipeline, gatherer, prover, beginnings)


def _drawn(config: CameraConfig) -> str:
    """Fingerprint of everything drawn over the picture, and of its survey's name."""
    drawn = [line.model_dump(mode="json") for line in scene_lines(config)]
    survey = {"calibration": config.calibration, "size": list(config.size), "drawn": drawn}
    return sha256_hex(canonical_bytes(survey))


def _second_looks(config: CameraConfig, eyes: Eyes, epoch: datetime) -> SecondLooks | None:
    if eyes.close is None:
        return None
    read = any(head.source == "vision" for head in config.heads)
    return SecondLooks(config, eyes.close, LampReader() if read else None, epoch)


def _plate_cameras(config: CameraConfig, rings: Rings | None, eyes: Eyes) -> PlateCameras | None:
    if rings is None or not config.plate_cameras or eyes.close is None:
        return None
    return PlateCameras(config, rings, eyes.close.at(DETECT_SIZE), eyes.plates)


def _rider_watch(config: CameraConfig, ring: PacketRing, finder: HeadFinder) -> RiderWatch | None:
    """Analyses riders only if an active rule needs the occupants of a motorbike."""
    if not any(rule.riders for rule in config.rules.on):
        return None
    one_stream = config.detect_stream is None or config.record_stream is None
    return RiderWatch(finder, config, same_stream if one_stream else Keyframes(ring))


def camera_info(config: CameraConfig) -> CameraInfo:
    """What a node reports about a camera at birth."""
    return CameraInfo(
        id=config.id, site=config.site.id, site_name=config.site.name, calibration=config.calibration
    )


def _standing(config: CameraConfig, node: str, eyes: Eyes, rolls: Rolls) -> Standing:
    return Standing(
        node=node,
        camera=config.id,
        site=config.site.id,
        site_name=config.site.name,
        expressway=config.expressway,
        size=config.size,
        scene=scene_lines(config),
        calibration=config.calibration,
        config_sha256=config_sha256(config),
        models=eyes.models,
        software=SOFTWARE,
        pre_roll=rolls.before,
        post_roll=rolls.after,
    )


def scene_lines(config: CameraConfig) -> tuple[SceneLine, ...]:
    """The camera's lines and areas in normalised coordinates, for drawing over the evidence."""
    width, height = config.size

    def drawn(name: str, kind: str, points: tuple[Point, ...], **more: str | None) -> SceneLine:
        scaled = tuple((x / width, y / height) for x, y in points)
        return SceneLine.model_validate({"id": name, "kind": kind, "points": scaled, **more})

    lines = [drawn(s.id, "stop_line", s.line) for s in config.stop_lines]
    lines += [drawn(s.id, "commit_line", s.commit) for s in config.stop_lines if s.commit]
    lines += [
        drawn(
            f"{s.id}:{way.movement}",
            "exit",
            way.line,
            movement=way.movement,
            prohibited_by=way.prohibited_by.by if way.prohibited_by else None,
        )
        for s in config.stop_lines
        for way in s.exits
    ]
    lines += [drawn(s.id, "solid_line", s.line, basis=s.separates) for s in config.solid_lines]
    lines += [drawn(lane.id, "lane", lane.polygon) for lane in config.lanes]
    lines += [drawn(zone.id, "zone", zone.polygon, basis=zone.basis) for zone in config.zones]
    lines += [drawn(area.id, "zone", area.polygon, basis="riders") for area in config.rider_zones]
    lines += [drawn(head.id, "head", _corners(head.box)) for head in config.heads]
    return tuple(lines)


def _corners(box: tuple[float, float, float, float]) -> tuple[Point, ...]:
    x1, y1, x2, y2 = box
    return ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
