"""Colours tell vehicles apart, and say the same of one vehicle in another light."""

import cv2
import numpy as np
import pytest

from contract.vehicles import VehicleKind
from edge.detect.appearance import unlike, with_looks
from edge.detect.detector import Detection, Image, Look

BOX = (10.0, 10.0, 60.0, 110.0)


def picture(colour: tuple[int, int, int], *, noise: float = 0.0, grey: bool = False) -> Image:
    """A vehicle of one colour with dark windows on grey asphalt."""
    image = np.full((120, 80, 3), 90, np.uint8)
    cv2.rectangle(image, (10, 10), (60, 110), colour, -1)
    cv2.rectangle(image, (18, 20), (52, 45), (40, 40, 40), -1)
    shaky = image + np.random.default_rng(7).normal(0, noise, image.shape)
    image = np.clip(shaky, 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[..., None].repeat(3, 2) if grey else image)


def look_of(image: Image, box: tuple[float, float, float, float]) -> Look | None:
    return with_looks(image, [Detection(VehicleKind.CAR, 0.9, box)])[0].look


@pytest.mark.parametrize(
    ("before", "after", "least", "most"),
    [
        (picture((40, 40, 200)), picture((40, 40, 200), noise=12), 0.0, 0.35),
        (picture((40, 40, 200)), picture((200, 60, 40)), 0.5, 1.0),
        (picture((40, 40, 40)), picture((230, 230, 230)), 0.3, 1.0),
        (picture((40, 40, 200), grey=True), picture((40, 40, 200), noise=8, grey=True), 0.0, 0.35),
    ],
    ids=["the same in noise", "red and blue", "black and white", "the same in infrared"],
)
def test_how_different(before: Image, after: Image, least: float, most: float) -> None:
    assert least <= unlike(look_of(before, BOX), look_of(after, BOX)) <= most


@pytest.mark.parametrize(
    "box", [(200.0, 10.0, 220.0, 40.0), (10.0, 10.0, 12.0, 90.0), (-50.0, -50.0, 1.0, 1.0)]
)
def test_nothing_to_see_is_never_different(box: tuple[float, float, float, float]) -> None:
    assert look_of(picture((9, 9, 9)), box) is None
    assert unlike(None, look_of(picture((9, 9, 9)), BOX)) == 0.0
