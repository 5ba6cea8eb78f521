"""The configuration of a node and of each camera (tệp cấu hình), and the scene the rules see in it.

Points and boxes are pixels of the detect stream, x right, y down. A secret is never in these files: they
name a file that holds it. `edge.config_check` reads the files.
"""

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from contract.canonical import canonical_bytes, sha256_hex
from contract.messages import Identifier, NodeId
from contract.vehicles import VehicleKind
from edge.rules.geometry import self_intersects
from edge.rules.parameters import Rules
from edge.rules.scene import Exemption, Exit, Lane, Movement, NoStoppingZone, Scene, Side, SolidLine, StopLine

Coordinate = Annotated[float, Field(ge=-20_000, le=20_000, allow_inf_nan=False)]
PixelPoint = tuple[Coordinate, Coordinate]


def _real_box(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = box
    if x2 - x1 < 2 or y2 - y1 < 2:
        raise ValueError(f"box of no size: give [x1, y1, x2, y2] with x1 < x2 and y1 < y2, not {list(box)}")
    return box


def _real_polygon(points: tuple[PixelPoint, ...]) -> tuple[PixelPoint, ...]:
    if self_intersects(points):
        raise ValueError("the polygon's sides cross each other: give its corners in order around it")
    return points


def _real_line(points: tuple[PixelPoint, ...]) -> tuple[PixelPoint, ...]:
    if any(a == b for a, b in pairwise(points)):
        raise ValueError("the same point twice in a row")
    return points


def _real_direction(vector: PixelPoint) -> PixelPoint:
    if vector == (0.0, 0.0):
        raise ValueError("a direction of no length: give [dx, dy], for instance [0, -1] for up the picture")
    return vector


def _no_secret(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is not None:
        raise ValueError(
            "take the password out of the address: put it in a file and name that as password_file"
        )
    if parts.scheme not in ("rtsp", "rtsps") or not parts.hostname:
        raise ValueError("must be rtsp://HOST/... or rtsps://HOST/...")
    return url


BoxPixels = Annotated[tuple[Coordinate, Coordinate, Coordinate, Coordinate], AfterValidator(_real_box)]
Polygon = Annotated[tuple[PixelPoint, ...], Field(min_length=3), AfterValidator(_real_polygon)]
Line = Annotated[tuple[PixelPoint, ...], Field(min_length=2), AfterValidator(_real_line)]
Direction = Annotated[PixelPoint, AfterValidator(_real_direction)]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteConfig(_Settings):
    """The junction a camera stands at (nút giao)."""

    id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=200)]


class StreamConfig(_Settings):
    """One RTSP stream of a camera."""

    url: Annotated[str, AfterValidator(_no_secret)] = Field(description="rtsp:// address without a password")
    username: str | None = None
    password_file: Path | None = Field(default=None, description="file whose first line is the password")

    @model_validator(mode="after")
    def _password_has_a_user(self) -> Self:
        if self.password_file is not None and self.username is None:
            raise ValueError("password_file without username")
        if self.password_file is not None and not self.password_file.is_absolute():
            # Not taken from the file's folder: the path is part of the configuration's digest.
            raise ValueError(f"password_file must be an absolute path, not {self.password_file}")
        return self


class DetectConfig(_Settings):
    """What of the detect stream is looked at."""

    roi: BoxPixels | None = Field(default=None, description="part of the picture vehicles are looked for in")
    interval: Annotated[int, Field(ge=1, le=30)] = Field(default=1, description="look at every n-th frame")


class ControllerConfig(_Settings):
    """Where a signal controller tells the phase of a head."""

    url: str = Field(
        pattern=r"^(mqtts?|https?)://[^@]+$", description="mqtt:// or http:// address, no password"
    )
    group: Identifier = Field(description="the controller's own name of the signal group")


class HeadConfig(_Settings):
    """A lamp head (đèn tín hiệu): its housing in the picture, or a controller's word on it."""

    id: Identifier
    box: BoxPixels = Field(description="the whole housing, all lenses, in pixels of the detect stream")
    kind: Literal["round", "arrow"] = "round"
    layout: Literal["vertical", "horizontal"] = "vertical"
    source: Literal["vision", "controller"] = "vision"
    controller: ControllerConfig | None = None

    @model_validator(mode="after")
    def _controller_is_named(self) -> Self:
        if (self.source == "controller") != (self.controller is not None):
            raise ValueError("source: controller needs the key controller, and only that source has it")
        return self


class ExitConfig(_Settings):
    """A line whose crossing tells a vehicle's movement."""

    movement: Movement
    line: Line


class StopLineConfig(_Settings):
    """A stop line (vạch dừng)."""

    id: Identifier
    line: Line
    direction: Direction = Field(description="[dx, dy] along which crossing is entering the junction")
    head: Identifier | None = Field(default=None, description="the lamp head that governs it")
    heads: dict[Movement, Identifier] = Field(default_factory=dict, description="heads of single movements")
    commit: Line | None = Field(
        default=None, description="line after which a vehicle has entered the junction"
    )
    exits: tuple[ExitConfig, ...] = ()


class LaneConfig(_Settings):
    """A lane or half of the road (làn đường, phần đường)."""

    id: Identifier
    polygon: Polygon
    direction: Direction | None = Field(default=None, description="[dx, dy] its traffic goes")
    one_way: bool = Field(default=False, description="against it is wrong_way; otherwise wrong_lane")
    kinds: frozenset[VehicleKind] = Field(default=frozenset(), description="vehicles allowed; empty: all")
    movements: frozenset[Movement] = Field(
        default=frozenset(), description="where it leads; empty: everywhere"
    )
    free_on_red: frozenset[Movement] = Field(default=frozenset(), description="movements allowed on red")


class SolidLineConfig(_Settings):
    """A solid line (vạch liền)."""

    id: Identifier
    line: Line
    forbidden_from: Side = Field(
        default="either", description="side, along the drawing, it may not be crossed from"
    )


class ZoneConfig(_Settings):
    """An area where stopping is forbidden (khu vực cấm dừng)."""

    id: Identifier
    polygon: Polygon
    seconds: Annotated[float, Field(gt=0, le=3600)]


class ExemptionConfig(_Settings):
    """Hours in which police direct traffic or the marks don't hold; findings are marked, not dropped."""

    start: AwareDatetime
    end: AwareDatetime
    reason: Annotated[str, Field(min_length=1, max_length=100)]


class CameraConfig(_Settings):
    """One camera: what it sees, which rules it proves."""

    id: Identifier
    site: SiteConfig
    size: tuple[Annotated[int, Field(ge=16, le=16384)], Annotated[int, Field(ge=16, le=16384)]] = Field(
        description="[width, height] of the detect stream"
    )
    calibration: Identifier = Field(description="id of the survey these lines come from")
    detect_stream: StreamConfig | None = Field(
        default=None, description="looked at; none: replay names a file"
    )
    record_stream: StreamConfig | None = Field(
        default=None, description="kept as evidence; none: the detect stream"
    )
    detect: DetectConfig = DetectConfig()
    heads: tuple[HeadConfig, ...] = ()
    stop_lines: tuple[StopLineConfig, ...] = ()
    lanes: tuple[LaneConfig, ...] = ()
    solid_lines: tuple[SolidLineConfig, ...] = ()
    zones: tuple[ZoneConfig, ...] = ()
    exemptions: tuple[ExemptionConfig, ...] = ()
    rules: Rules = Rules()


class BrokerConfig(_Settings):
    """The MQTT broker of the centre."""

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 8883
    tls: bool = True
    ca: Path | None = Field(
        default=None, description="authority of the broker's certificate; none: the system's"
    )
    username: str | None = Field(default=None, description="none: the node's id")
    password_file: Path | None = Field(default=None, description="file whose first line is the password")


class NodeConfig(_Settings):
    """One node: its cameras, where it keeps what waits, whom it delivers to."""

    id: NodeId
    data: Path = Field(description="folder for keys and the outbox")
    broker: BrokerConfig
    centre_key: Path = Field(description="file with the centre's public key (base64url text), for receipts")
    cameras: Annotated[tuple[Path, ...], Field(min_length=1)] = Field(description="camera files")
    outbox_bytes: Annotated[int, Field(ge=10_000_000)] = Field(
        default=20_000_000_000, description="beyond it delivered packages go, then an alarm is raised"
    )
    ring_seconds: Annotated[float, Field(ge=5, le=300)] = Field(
        default=60.0, description="record stream kept in memory"
    )
    clip_before: Annotated[float, Field(ge=1, le=60)] = Field(
        default=6.0, description="seconds of clip before"
    )
    clip_after: Annotated[float, Field(ge=1, le=60)] = Field(default=6.0, description="seconds of clip after")
    health_seconds: Annotated[float, Field(ge=5, le=600)] = 30.0

    @model_validator(mode="after")
    def _ring_holds_the_clip(self) -> Self:
        if self.ring_seconds < self.clip_before + self.clip_after:
            raise ValueError("ring_seconds must be at least clip_before + clip_after")
        return self


def config_sha256(config: CameraConfig) -> str:
    """SHA-256 of the configuration as read, in canonical JSON with sets in order; comments don't change
    it."""
    plain = config.model_dump(mode="json")
    for lane in plain["lanes"]:
        for name in ("kinds", "movements", "free_on_red"):
            lane[name] = sorted(lane[name])
    return sha256_hex(canonical_bytes(plain))


def scene(config: CameraConfig, epoch: datetime | None = None) -> Scene:
    """The camera's lines and areas for the rules.

    `epoch` is UTC at stream time 0, needed only to place exemptions; without it they can't be honoured and
    ValueError is raised if there are any.
    """
    if config.exemptions and epoch is None:
        raise ValueError(f"camera {config.id} has exemptions: say what UTC stream time 0 is")
    return Scene(
        size=config.size,
        stop_lines=tuple(
            StopLine(
                line.id,
                line.line,
                line.direction,
                line.head,
                dict(line.heads),
                line.commit,
                tuple(Exit(way.movement, way.line) for way in line.exits),
            )
            for line in config.stop_lines
        ),
        lanes=tuple(Lane(**dict(lane)) for lane in config.lanes),
        solid_lines=tuple(SolidLine(**dict(line)) for line in config.solid_lines),
        zones=tuple(NoStoppingZone(**dict(zone)) for zone in config.zones),
        exemptions=tuple(
            Exemption((e.start - epoch).total_seconds(), (e.end - epoch).total_seconds(), e.reason)
            for e in config.exemptions
            if epoch is not None
        ),
    )
