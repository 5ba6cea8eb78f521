"""The lamp reader on drawn heads, on hostile crops, and on real ones where they lie beside the repository."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from configs.camera import CameraConfig, SiteConfig
from configs.scene import Controller, Head
from edge.signal.lamp import UNKNOWN, LampReader, Layout
from edge.signal.source import VisionSource, signal_sources

LAMPS = Path(__file__).parents[4] / "shared" / "data" / "lamps" / "dataset_test"
VIDEOS = Path(__file__).parents[4] / "shared" / "data" / "videos"
needs_lamps = pytest.mark.skipif(not LAMPS.exists(), reason="../shared/data/lamps is not here")
needs_videos = pytest.mark.skipif(not VIDEOS.exists(), reason="../shared/data/videos is not here")
BGR = {"red": (40, 40, 250), "amber": (30, 170, 255), "green": (190, 230, 60)}
PLACE = {"red": 0, "amber": 1, "green": 2}


@pytest.fixture(scope="module")
def reader() -> LampReader:
    return LampReader()


def head(lit: str | None, layout: Layout = "vertical") -> NDArray[np.uint8]:
    """A drawn street of 200 x 200 pixels with a head of 30 x 72 pixels at (80, 60), or on its side."""
    housing = np.full((72, 30, 3), 40, np.uint8)
    for colour, place in PLACE.items():
        shade = BGR[colour] if colour == lit else (52, 52, 52)
        cv2.circle(housing, (15, 13 + 23 * place), 10, shade, -1, cv2.LINE_AA)
    turned = {"vertical": housing, "horizontal": np.rot90(housing)}[layout]
    street = np.full((200, 200, 3), 150, np.uint8)
    height, width = turned.shape[:2]
    street[60 : 60 + height, 80 : 80 + width] = turned
    return cv2.GaussianBlur(street, (3, 3), 0)


BOXES: dict[Layout, tuple[float, float, float, float]] = {
    "vertical": (80, 60, 110, 132),
    "horizontal": (80, 60, 152, 90),
}


@pytest.mark.parametrize("layout", ["vertical", "horizontal"])
@pytest.mark.parametrize("colour", ["red", "amber", "green"])
def test_drawn_head(reader: LampReader, colour: str, layout: Layout) -> None:
    reading = reader.read(head(colour, layout), BOXES[layout], layout)
    assert (reading.colour, reading.confidence > 0.6) == (colour, True)


def test_two_lamps_at_once_are_a_fault(reader: LampReader) -> None:
    two = head("red")
    two[96:132] = head("green")[96:132]
    assert reader.read(two, BOXES["vertical"]).colour == "fault"


def test_unlit_head_is_no_colour(reader: LampReader) -> None:
    assert reader.read(head(None), BOXES["vertical"]).colour in ("off", "unknown")


@pytest.mark.parametrize(
    "shade",
    [(0, 0, 0), (8, 8, 8), (255, 255, 255), (40, 40, 200), (0, 0, 255), (0, 190, 255), (60, 160, 60)],
    ids=["black", "night", "burnt out", "red bus", "pure red", "yellow taxi", "green tarpaulin"],
)
def test_crop_of_one_shade_is_unknown(reader: LampReader, shade: tuple[int, int, int]) -> None:
    assert reader.read(np.full((200, 200, 3), shade, np.uint8), BOXES["vertical"]) == UNKNOWN


@pytest.mark.parametrize(
    "box", [(-2, 60, 28, 132), (80, 160, 110, 232), (80, 60, 82, 132), (300, 300, 330, 372)]
)
def test_box_that_can_not_be_read_is_unknown(
    reader: LampReader, box: tuple[float, float, float, float]
) -> None:
    assert reader.read(head("red"), box) == UNKNOWN


@needs_lamps
@pytest.mark.parametrize(("folder", "colour"), [("red", "red"), ("yellow", "amber"), ("green", "green")])
def test_real_heads(reader: LampReader, folder: str, colour: str) -> None:
    pictures = [cv2.imread(str(path)) for path in sorted((LAMPS / folder).glob("*.jpg"))]
    named = [reader.read(p, (0, 0, p.shape[1], p.shape[0])).colour for p in pictures]
    right, wrong = named.count(colour), len(set(named) - {colour, "unknown", "off"})
    assert right / len(named) >= 0.98
    assert wrong == 0


@needs_videos
@pytest.mark.parametrize(
    ("video", "box", "expected"),
    [
        ("hanoi_hang_bai", (551, 181, 569, 231), [("amber", 0.0), ("red", 0.5), ("green", 42.5)]),
        ("us_night", (1408, 155, 1465, 245), [("amber", 0.0), ("red", 2.5)]),
        ("us_night", (100, 500, 170, 665), [("red", 0.0)]),
    ],
)
def test_real_clips(
    video: str, box: tuple[float, float, float, float], expected: list[tuple[str, float]]
) -> None:
    source = VisionSource(Head(id="h1", box=box), LampReader())
    container = av.open(str(VIDEOS / f"{video}.mp4"))
    for frame in container.decode(video=0):
        source.observe(frame.time, frame.to_ndarray(format="bgr24"))
    phases = source.snapshot().phases
    assert [(p.colour, pytest.approx(p.start, abs=0.1)) for p in phases] == expected


def test_every_head_of_a_camera_has_a_source() -> None:
    heads = (
        Head(id="seen", box=(1, 1, 9, 20)),
        Head(
            id="told",
            box=(1, 1, 9, 20),
            source="controller",
            controller=Controller(url="http://127.0.0.1:9/state", group="K1"),
        ),
    )
    camera = CameraConfig(
        id="cam-1", site=SiteConfig(id="s1", name="Nút 1"), size=(64, 64), calibration="c1", heads=heads
    )
    sources = signal_sources(camera)
    kinds = {name: source.snapshot().source for name, source in sources.items()}
    for source in sources.values():
        source.close()
    assert kinds == {"seen": "vision", "told": "controller"}
