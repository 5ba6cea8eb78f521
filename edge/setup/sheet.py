"""The as-built sheet (biên bản hoàn công) of a camera: the drawing, its measurements, and the software
version.

It is made from the active camera file, so that it documents the running configuration; a page to print, or a
PDF.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from math import dist
from typing import Any

import cv2

from configs.camera import CameraConfig, config_sha256
from configs.camera_check import load_camera
from configs.rules.descriptor import RuleDescriptor
from contract.manifest import SceneLine
from edge.camera import NETWORKS, SOFTWARE, scene_lines
from edge.detect.detector import Image
from edge.setup.drafts import drawn_sha256
from edge.setup.places import Place, Revision, SetupError
from edge.setup.suggested import SUGGESTIONS
from edge.setup.trial import TRIAL
from edge.video.file import FileSource
from edge.video.frame import VideoError
from models.card import load_card, packaged_card

_NETWORKS = (*NETWORKS, "lamps")


@dataclass(frozen=True)
class Measure:
    """One drawn object: its points in pixels as text, and its length in the picture."""

    line: SceneLine
    points: str
    pixels: float


@dataclass(frozen=True)
class Sheet:
    """Content of the sheet. `trial` is the newest replay of the recorded minute with this very file, None if
    there was none; `residual_cm` of the scale measured on it."""

    config: CameraConfig
    revision: Revision
    sha256: str
    drawn: str
    software: str
    networks: dict[str, str]
    rules: tuple[RuleDescriptor, ...]
    measures: tuple[Measure, ...]
    trial: dict[str, Any] | None
    residual_cm: float | None


def sheet_of(place: Place) -> Sheet:
    """The sheet of the active camera file. Raises SetupError if none was activated here."""
    revisions = place.revisions()
    if not revisions or not place.is_active:
        raise SetupError("no_sheet")
    config = load_camera(place.file)
    drawn = drawn_sha256(config)
    ran = place.kept(TRIAL)
    suggested = place.kept(SUGGESTIONS)
    return Sheet(
        config=config,
        revision=revisions[0],
        sha256=config_sha256(config),
        drawn=drawn,
        software=SOFTWARE,
        networks=dict(_networks()),
        rules=config.rules.on,
        measures=tuple(_measures(config)),
        trial=ran if ran and ran["config"] == drawn else None,
        residual_cm=suggested["scale"]["residual_cm"] if suggested and suggested["scale"] else None,
    )


def _networks() -> Iterator[tuple[str, str]]:
    for name in _NETWORKS:
        if (path := packaged_card(name)).exists():
            yield name, load_card(path).sha256


def _measures(config: CameraConfig) -> Iterator[Measure]:
    width, height = config.size
    for line in scene_lines(config):
        points = [(x * width, y * height) for x, y in line.points]
        told = " ".join(f"({x:.0f}, {y:.0f})" for x, y in points)
        yield Measure(line, told, dist(points[0], points[-1]))


def still(place: Place) -> bytes:
    """A picture of the recording, JPEG. Raises SetupError if there is none."""
    try:
        picture: Image = next(FileSource(place.recording).frames()).image
    except VideoError as error:
        raise SetupError("no_recording") from error
    return cv2.imencode(".jpg", picture)[1].tobytes()


def can_make_pdf() -> bool:
    """Whether WeasyPrint is installed; otherwise the sheet is printed from the browser."""
    return find_spec("weasyprint") is not None


def as_pdf(page: str, style: str) -> bytes:
    """The page as a PDF; its pictures are embedded (`in_line`)."""
    from weasyprint import CSS, HTML

    made: bytes = HTML(string=page).write_pdf(stylesheets=[CSS(string=style)])
    return made


def in_line(jpeg: bytes) -> str:
    """A picture as a data URL."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
