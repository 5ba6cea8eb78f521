"""The small picture of a camera: rare, small, and nobody in it can be recognised."""

from types import SimpleNamespace

import cv2
import numpy as np

from contract.topics import PICTURE_BYTES, parse_topic
from edge.health_picture import EVERY, WIDTH, HealthPictures, small
from edge.pipeline import Step
from tests.edge import factories, road

PLATE = (500, 300, 700, 342)
"""Of a near vehicle, in the picture of `street`: a sixth of its width."""


def street() -> np.ndarray:
    """A grey street of 1280×720 with a white plate on it."""
    image = np.full((720, 1280, 3), 90, np.uint8)
    x1, y1, x2, y2 = PLATE
    cv2.rectangle(image, (x1, y1), (x2, y2), (250, 250, 250), -1)
    cv2.putText(image, "30A-123.45", (x1 + 8, y2 - 10), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (10, 10, 10), 2)
    return image


def contrast(jpeg: bytes) -> float:
    """How much the brightness varies within the plate's place, across."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    scale = WIDTH / 1280
    x1, y1, x2, y2 = (round(value * scale) for value in PLATE)
    return float(np.abs(np.diff(picture[y1:y2, x1:x2].astype(float), axis=1)).max())


def test_a_vehicle_that_was_seen_is_a_few_colours() -> None:
    jpeg = small(street(), [(450, 150, 750, 360)])
    assert len(jpeg) < PICTURE_BYTES
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (135, WIDTH, 3)
    assert contrast(jpeg) < 12 < contrast(small(street(), []))


def worker(name: str, number: int | None) -> object:
    frame = None if number is None else road.frame(number)
    newest = Step(frame, (), {}, (), looked=True) if frame else None
    return SimpleNamespace(config=SimpleNamespace(id=name), newest=newest)


def test_each_camera_sends_one_now_and_then() -> None:
    now = [0.0]
    workers = [worker("a", 3), worker("b", None)]
    pictures = HealthPictures("node-1", lambda: workers, lambda: now[0])  # type: ignore[arg-type, return-value]
    [letter] = pictures.outgoing()
    found = parse_topic(letter.topic)
    assert (found.kind, found.camera, found.taken_at) == ("picture", "a", factories.NOON)
    assert not letter.retain
    now[0] = EVERY - 1
    pictures.connected()
    assert list(pictures.outgoing()) == []
    now[0] = EVERY
    workers[1] = worker("b", 4)
    assert len(list(pictures.outgoing())) == 2


def test_only_frames_that_were_looked_at_may_be_shown() -> None:
    pipeline = road.pipeline(interval=2)
    assert [pipeline.step(road.frame(number)).looked for number in range(4)] == [True, False, True, False]
