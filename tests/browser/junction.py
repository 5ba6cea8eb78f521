"""Evidence of a red-light violation, drawn: pictures, clip and manifest that fit each other."""

import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from contract.canonical import sha256_hex
from contract.manifest import ViolationManifest
from contract.reports import CameraInfo
from contract.types import format_utc

WIDTH, HEIGHT, FPS = 960, 540, 12
RED_BEFORE_CROSSING = timedelta(milliseconds=1640)
STOP_LINE_Y = 0.62

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Offender:
    """The vehicle of one case: what the node read, how it looks."""

    plate: str
    kind: str = "car"
    colour: str = "white"
    bgr: tuple[int, int, int] = (225, 228, 230)
    plate_colour: str = "white"
    read: str | None = None
    seconds: float = 2.0
    """Of the clip, before the crossing and after it."""
    plate_camera: str | None = None
    """Another camera that shows it too."""
    lines: int = 1
    """Of the plate."""
    doubts: tuple[dict[str, object], ...] = ()
    """What the node says against its own finding."""


@dataclass(frozen=True)
class Package:
    """A manifest with the content of its files by hash."""

    manifest: ViolationManifest
    contents: dict[str, bytes]


CAMERA = CameraInfo(
    id="cam-dong",
    site="bg-hung-vuong",
    site_name="Ngã tư Hùng Vương – Lê Lợi, Bắc Giang",
    calibration="cal-2026-11",
)


def package(
    offender: Offender,
    sequence: int,
    previous: str | None,
    occurred_at: datetime,
    camera: CameraInfo = CAMERA,
) -> Package:
    """A whole package, next in its node's chain: three stills, the plate, a clip."""
    times = {"before": -0.75, "over": 0.0, "continuing": 0.75}
    files = [(role, f"{role}.jpg", _jpeg(_frame(offender, at)), at) for role, at in times.items()]
    files.append(("plate", "plate.jpg", _jpeg(_plate_picture(offender.plate, offender.lines)), 0.0))
    files.append(("clip", "clip.mp4", _clip(offender), -offender.seconds))
    entries = [
        _entry(role, name, content, occurred_at + timedelta(seconds=at)) for role, name, content, at in files
    ]
    second = _second_view(offender, occurred_at) if offender.plate_camera else {}
    manifest = ViolationManifest.model_validate(
        _facts(offender, occurred_at)
        | {
            "event_id": f"nut-bg-01-{sequence:06d}",
            "sequence": sequence,
            "previous": previous,
            "files": entries + [entry for entry, _ in second.values()],
            "companions": [{"camera": offender.plate_camera, "offset_ms": 0, "score": 0.99}]
            if second
            else [],
            "camera": camera.id,
            "site": camera.site,
            "site_name": camera.site_name,
        }
    )
    contents = [content for _, _, content, _ in files] + [content for _, content in second.values()]
    return Package(manifest, {sha256_hex(content): content for content in contents})


def _entry(role: str, name: str, content: bytes, taken: datetime) -> dict[str, object]:
    return {
        "role": role,
        "name": name,
        "media_type": "video/mp4" if role == "clip" else "image/jpeg",
        "bytes": len(content),
        "sha256": sha256_hex(content),
        "captured_at": format_utc(taken),
    }


def _second_view(offender: Offender, taken: datetime) -> dict[str, tuple[dict[str, object], bytes]]:
    """What the plate camera shows: the picture of the crossing, and its plate cut out of it."""
    frame, (x1, y1, x2, y2) = _frame(offender, 0.5), plate_in_second_view()
    pictures = {"context": _jpeg(frame), "plate": _jpeg(frame[y1:y2, x1:x2])}
    cut = {"plate": {"crop": (x1, y1, x2, y2)}}
    return {
        role: (
            _entry(role, f"second-{role}.jpg", content, taken)
            | {"camera": offender.plate_camera}
            | cut.get(role, {}),
            content,
        )
        for role, content in pictures.items()
    }


def plate_in_second_view() -> tuple[int, int, int, int]:
    """Where the plate is in the plate camera's picture, in pixels: x1, y1, x2, y2."""
    x1, y1, x2, y2 = _box(0.5)
    width, height = x2 - x1, y2 - y1
    return (
        int((x1 + width * 0.32) * WIDTH),
        int((y1 + height * 0.66) * HEIGHT),
        int((x1 + width * 0.68) * WIDTH),
        int((y1 + height * 0.77) * HEIGHT),
    )


def _facts(offender: Offender, occurred_at: datetime) -> dict[str, object]:
    red_from = occurred_at - RED_BEFORE_CROSSING
    amber_from = red_from - timedelta(seconds=3)
    read = offender.read or offender.plate
    phases = [
        ("green", amber_from - timedelta(seconds=8), amber_from),
        ("amber", amber_from, red_from),
        ("red", red_from, red_from + timedelta(seconds=20)),
    ]
    return {
        "node": "nut-bg-01",
        "rule": {"name": "red_light", "version": 2},
        "decision": "violation",
        "reasons": [
            {
                "code": "red_light.crossed",
                "values": {
                    "line": "S1",
                    "head": "den-1",
                    "elapsed_red_ms": 1640,
                    "uncertainty_ms": 60,
                    "grace_ms": 300,
                },
            }
        ],
        "doubts": offender.doubts,
        "occurred_at": format_utc(occurred_at),
        "clock": {"source": "prft", "uncertainty_ms": 40},
        "vehicle": {"kind": offender.kind, "confidence": 0.94, "track": 7, "colour": offender.colour},
        "lane": "lan-2",
        "plate": {
            "text": read,
            "agreed": True,
            "confidence": 0.962,
            "colour": offender.plate_colour,
            "lines": offender.lines,
            "characters": _characters(read),
            "alternatives": [offender.plate] if read != offender.plate else [],
            "raw_reads": [{"t_ms": t, "text": read, "confidence": 0.95} for t in (-250, -167, -83, 0)]
            + [{"t_ms": 83, "text": offender.plate, "confidence": 0.61}],
        },
        "signal": {
            "head": "den-1",
            "source": "vision",
            "elapsed_red_ms": 1640,
            "amber_ms": 3000,
            "phases": [
                {
                    "colour": colour,
                    "start": format_utc(start),
                    "end": format_utc(end),
                    "onset_observed": colour != "green",
                    "uncertainty_ms": 40,
                }
                for colour, start, end in phases
            ],
        },
        "trajectory": _trajectory(offender.seconds),
        "scene": [
            {"id": "vach-dung", "kind": "stop_line", "points": [[0.16, STOP_LINE_Y], [0.84, STOP_LINE_Y]]},
            {"id": "vach-tien", "kind": "commit_line", "points": [[0.25, 0.46], [0.75, 0.46]]},
            {"id": "lan-2", "kind": "lane", "points": [[0.5, 0.3], [0.62, 0.3], [0.9, 1.0], [0.5, 1.0]]},
            {
                "id": "den-1",
                "kind": "head",
                "points": [[0.86, 0.06], [0.895, 0.06], [0.895, 0.24], [0.86, 0.24]],
            },
        ],
        "calibration": "cal-2026-11",
        "config_sha256": "c" * 64,
        "models": {"vehicles": "d" * 64, "plates": "e" * 64},
        "software": "ngatu 0.1.0",
    }


def _characters(text: str) -> list[dict[str, object]]:
    sure = [{"text": character, "confidence": 0.99, "alternatives": []} for character in text]
    sure[-2] = {
        "text": text[-2],
        "confidence": 0.86,
        "alternatives": [{"text": "8", "probability": 0.11}],
    }
    return sure


def _trajectory(seconds: float) -> list[dict[str, object]]:
    points = []
    for step in range(int(2 * seconds * FPS) + 1):
        at = step / FPS - seconds
        x1, y1, x2, y2 = _box(at)
        points.append({"t_ms": round(at * 1000), "ground": [(x1 + x2) / 2, y2], "box": [x1, y1, x2, y2]})
    return points


def _box(at: float) -> tuple[float, float, float, float]:
    """Where the vehicle is, `at` seconds from the crossing: it drives away from the camera."""
    ground = STOP_LINE_Y - 0.13 * at
    size = 0.09 + 0.34 * (ground - 0.3)
    centre = 0.5 + (ground - 0.3) * 0.32
    return centre - size / 2, ground - size * 1.25, centre + size / 2, ground


def _frame(offender: Offender, at: float) -> Image:
    """One picture: road, lines, lamp, the vehicle from behind with its plate, sensor noise."""
    picture = np.full((HEIGHT, WIDTH, 3), (188, 176, 160), np.uint8)
    picture[int(HEIGHT * 0.3) :] = (96, 110, 104)
    _fill(picture, [(0.4, 0.3), (0.6, 0.3), (1.05, 1.0), (-0.05, 1.0)], (78, 76, 74))
    _fill(picture, [(0.497, 0.3), (0.503, 0.3), (0.51, 1.0), (0.49, 1.0)], (225, 230, 232))
    _fill(picture, [(0.16, 0.615), (0.84, 0.615), (0.855, 0.64), (0.145, 0.64)], (228, 232, 235))
    for x, top in ((0.02, 0.08), (0.13, 0.14), (0.3, 0.2), (0.66, 0.19), (0.93, 0.1)):
        _fill(picture, [(x, top), (x + 0.09, top), (x + 0.09, 0.3), (x, 0.3)], (128, 122, 116))
    _draw_lamp(picture, red=at >= -RED_BEFORE_CROSSING.total_seconds())
    _draw_vehicle(picture, offender, at)
    noise = np.random.default_rng(int(1000 + at * FPS)).normal(0, 4, picture.shape)
    noisy: Image = np.clip(cv2.GaussianBlur(picture, (3, 3), 0) + noise, 0, 255).astype(np.uint8)
    return noisy


def _draw_lamp(picture: Image, red: bool) -> None:
    _fill(picture, [(0.86, 0.06), (0.895, 0.06), (0.895, 0.24), (0.86, 0.24)], (28, 28, 28))
    colours = ((40, 40, 235) if red else (30, 30, 60), (30, 50, 60), (30, 60, 30))
    for place, colour in enumerate(colours):
        centre = (int(WIDTH * 0.8775), int(HEIGHT * (0.09 + 0.06 * place)))
        cv2.circle(picture, centre, 12, colour, -1, cv2.LINE_AA)


def _draw_vehicle(picture: Image, offender: Offender, at: float) -> None:
    x1, y1, x2, y2 = _box(at)
    width, height = x2 - x1, y2 - y1
    dark = tuple(int(channel * 0.72) for channel in offender.bgr)
    _fill(picture, [(x1, y2), (x2, y2), (x2, y2 + 0.012), (x1, y2 + 0.012)], (40, 38, 38))
    body = [
        (x1, y1 + height * 0.4),
        (x2, y1 + height * 0.4),
        (x2, y2 - height * 0.05),
        (x1, y2 - height * 0.05),
    ]
    _fill(picture, body, offender.bgr)
    roof = [
        (x1 + width * 0.16, y1),
        (x2 - width * 0.16, y1),
        (x2 - width * 0.04, y1 + height * 0.42),
        (x1 + width * 0.04, y1 + height * 0.42),
    ]
    _fill(picture, roof, dark)
    glass = [
        (x1 + width * 0.2, y1 + height * 0.06),
        (x2 - width * 0.2, y1 + height * 0.06),
        (x2 - width * 0.1, y1 + height * 0.36),
        (x1 + width * 0.1, y1 + height * 0.36),
    ]
    _fill(picture, glass, (70, 58, 48))
    for left in (x1 + width * 0.04, x2 - width * 0.2):
        lights = [(left, y1 + height * 0.5), (left + width * 0.16, y1 + height * 0.5)]
        lights += [(left + width * 0.16, y1 + height * 0.6), (left, y1 + height * 0.6)]
        _fill(picture, lights, (50, 50, 190))
    plate = cv2.resize(
        _plate_picture(offender.plate),
        (max(int(width * WIDTH * 0.36), 8), max(int(height * HEIGHT * 0.11), 4)),
    )
    top, left_px = int((y1 + height * 0.66) * HEIGHT), int((x1 + width * 0.32) * WIDTH)
    picture[top : top + plate.shape[0], left_px : left_px + plate.shape[1]] = plate


def _plate_picture(text: str, lines: int = 1) -> Image:
    series = len(text) - 5
    if lines == 2:
        picture = np.full((240, 330, 3), 244, np.uint8)
        cv2.rectangle(picture, (4, 4), (325, 235), (30, 30, 30), 3, cv2.LINE_AA)
        for row, y in ((f"{text[:2]}-{text[2:series]}", 100), (f"{text[series:-2]}.{text[-2:]}", 205)):
            cv2.putText(picture, row, (20, y), cv2.FONT_HERSHEY_DUPLEX, 2.35, (25, 25, 25), 5, cv2.LINE_AA)
        return picture
    picture = np.full((120, 520, 3), 244, np.uint8)
    cv2.rectangle(picture, (4, 4), (515, 115), (30, 30, 30), 3, cv2.LINE_AA)
    printed = f"{text[:series]}-{text[series:-2]}.{text[-2:]}"
    cv2.putText(picture, printed, (24, 86), cv2.FONT_HERSHEY_DUPLEX, 2.35, (25, 25, 25), 5, cv2.LINE_AA)
    return picture


def _fill(picture: Image, corners: list[tuple[float, float]], colour: tuple[int, ...]) -> None:
    points = np.array([(x * WIDTH, y * HEIGHT) for x, y in corners], np.int32)
    cv2.fillPoly(picture, [points], colour, cv2.LINE_AA)


def _jpeg(picture: Image) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()


def _clip(offender: Offender) -> bytes:
    """H.264 in MP4 with the index in front, as nodes send it."""
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        _encode(offender, file.name)
        return Path(file.name).read_bytes()


def _encode(offender: Offender, path: str) -> None:
    with av.open(path, "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "26", "g": str(FPS)})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for step in range(int(2 * offender.seconds * FPS)):
            frame = av.VideoFrame.from_ndarray(
                _frame(offender, step / FPS - offender.seconds), format="bgr24"
            )
            frame.pts, frame.time_base = step, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
