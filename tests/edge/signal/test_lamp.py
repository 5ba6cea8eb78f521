"""The lamp reader on drawn heads, on hostile crops, and on real ones where they lie beside the repository."""

from collections import Counter
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from configs.camera import CameraConfig, SiteConfig
from configs.scene import Controller, Head
from edge.signal.lamp import UNKNOWN, LampReader, Layout, told
from edge.signal.source import VisionSource, signal_sources
from models.evaluation.lamps import read_all, verdict

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


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({"red": 0.7, "amber": 0.28}, "unknown"),  # glare by night: in doubt nobody is accused
        ({"red": 0.8, "amber": 0.15}, "red"),
        ({"red": 0.31, "amber": 0.66}, "unknown"),
        ({"red": 0.1, "amber": 0.7}, "amber"),
        ({"red": 0.53, "off": 0.4}, "unknown"),
        ({"green": 0.7, "amber": 0.25}, "green"),
        ({"two": 0.8, "red": 0.2}, "unknown"),
        ({"two": 0.95}, "fault"),
        ({"other": 0.9}, "unknown"),
    ],
)
def test_what_shares_of_belief_come_to(shares: dict[str, float], expected: str) -> None:
    assert (
        told(dict.fromkeys(("red", "amber", "green", "off", "other", "two"), 0.0) | shares).colour == expected
    )


def test_two_lamps_at_once_are_a_fault(reader: LampReader) -> None:
    two = head("red")
    two[96:132] = head("green")[96:132]
    assert reader.read(two, BOXES["vertical"]).colour == "fault"


@pytest.mark.parametrize("colour", ["red", "amber", "green"])
def test_a_countdown_in_the_box_is_of_the_lamp_s_colour(reader: LampReader, colour: str) -> None:
    street = head(colour)
    cv2.rectangle(street, (80, 36), (109, 59), (40, 40, 40), -1)
    cv2.putText(street, "18", (82, 56), cv2.FONT_HERSHEY_SIMPLEX, 0.7, BGR[colour], 2, cv2.LINE_AA)
    assert reader.read(street, (80, 36, 110, 132)).colour in (colour, "unknown")


@pytest.mark.parametrize("colour", ["red", "green"])
def test_a_lying_head_with_its_red_at_the_right_is_never_the_other_colour(
    reader: LampReader, colour: str
) -> None:
    turned = np.ascontiguousarray(head(colour, "horizontal")[:, ::-1])
    x1, y1, x2, y2 = BOXES["horizontal"]
    assert reader.read(turned, (200 - x2, y1, 200 - x1, y2), "horizontal").colour in (colour, "unknown")


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
@pytest.mark.parametrize(
    "folder", [LAMPS, LAMPS.parents[1] / "lamps_vn"], ids=["held back", "Vietnamese, trained on"]
)
def test_real_heads(reader: LampReader, folder: Path) -> None:
    said = Counter(verdict(colour, reading) for _, colour, reading in read_all(folder, reader))
    assert said["right"] / said.total() >= 0.98
    assert said["wrong"] == 0


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
