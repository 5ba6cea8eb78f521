"""Training pictures: labels follow the pixels, places to ignore stay with them."""

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="needs the extra: pip install 'ngatu[training]'")

from edge.detect.letterbox import GREY
from models.training.vehicles.augment import (
    IGNORED,
    MIN_SIDE,
    Labels,
    Picture,
    approach,
    compose,
    cut,
    dusk,
    mirrored,
    painted,
    place,
)

MARK = (40, 80, 120, 140)


def marked() -> Picture:
    """A black picture with one white rectangle, labelled."""
    image = np.zeros((270, 480, 3), np.uint8)
    x1, y1, x2, y2 = MARK
    image[y1:y2, x1:x2] = 255
    return Picture(image, np.array([[1, *MARK]], np.float32))


def white(image: np.ndarray) -> list[float]:
    """Corners of what is bright in a picture whose padding is grey."""
    rows, columns = np.nonzero(image.min(axis=2) > 180)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


@pytest.mark.parametrize("seed", range(6))
def test_labels_follow_the_pixels(seed: int) -> None:
    made = place(marked(), 640, 384, 640, np.random.default_rng(seed), spread=0.3)
    assert made.image.shape == (384, 640, 3)
    assert made.labels[0, 1:] == pytest.approx(white(made.image), abs=1.6)


@pytest.mark.parametrize(("width", "height"), [(640, 384), (480, 640)])
@pytest.mark.parametrize("seed", range(3))
def test_going_up_to_a_vehicle(width: int, height: int, seed: int) -> None:
    made = approach(marked(), width, height, np.random.default_rng(seed))
    assert made.image.shape == (height, width, 3)
    (label,) = made.labels.tolist()
    assert label[1:] == pytest.approx(white(made.image), abs=3)
    shares = (label[3] - label[1]) / width, (label[4] - label[2]) / height
    assert max(shares) >= 0.24


def test_without_a_large_vehicle_the_picture_is_shown_as_it_is() -> None:
    small = Picture(marked().image, np.array([[1, 10, 10, 40, 40]], np.float32))
    made = approach(small, 640, 384, np.random.default_rng(0))
    assert made.labels.shape == (1, 5)


def test_a_mirrored_picture_has_mirrored_labels() -> None:
    made = mirrored(marked())
    assert made.labels.tolist() == [[1, *white(made.image)]]


@pytest.mark.parametrize(
    ("box", "left", "lost"),
    [
        ((10, 10, 50, 50), [[0, 10, 10, 50, 50]], []),
        ((-20, 10, 20, 50), [[0, 0, 10, 20, 50]], []),  # half of it is in the picture
        ((-30, 10, 10, 50), [], [[0, 0, 10, 10, 50]]),  # a quarter
        ((10, 10, 10 + MIN_SIDE - 1, 50), [], []),
        ((200, 10, 240, 50), [], []),
    ],
)
def test_cut_at_the_edges(box: tuple[float, ...], left: list[list[float]], lost: list[list[float]]) -> None:
    labels: Labels = np.array([[0, *box]], np.float32)
    assert [part.tolist() for part in cut(labels, 100, 80)] == [left, lost]


def test_what_is_lost_is_painted_grey_but_for_what_is_spared() -> None:
    image = np.full((60, 80, 3), 200, np.uint8)
    clean = painted(image, [(-5, 10, 20, 40)], [(10, 10, 30, 40)])
    assert (clean[10:40, :10] == GREY).all()
    assert (clean == GREY).all(axis=2).sum() == 10 * 30


def test_a_picture_without_labels_stays_one() -> None:
    empty = Picture(marked().image, np.zeros((0, 5), np.float32))
    made = compose(lambda: empty, 640, 384, np.random.default_rng(0))
    assert (made.image.shape, made.labels.shape) == ((384, 640, 3), (0, 5))


def test_the_same_seed_makes_the_same_picture() -> None:
    one, two = (compose(marked, 640, 384, np.random.default_rng(3)) for _ in range(2))
    assert (one.image == two.image).all()
    assert (one.labels == two.labels).all()


def test_dusk_is_darker_and_lights_the_lamps() -> None:
    day = np.full((200, 300, 3), 0.7, np.float32)
    labels: Labels = np.array([[0, x, 60, x + 40, 140] for x in range(0, 300, 50)], np.float32)
    night = dusk(day, labels, np.random.default_rng(1))
    assert night[:40].mean() < 0.6
    assert night[60:140].max() > night[:40].max() + 0.2


def test_no_lamps_shine_where_nobody_can_tell_what_is_there() -> None:
    day = np.full((200, 300, 3), 0.7, np.float32)
    labels: Labels = np.array([[IGNORED, 50, 60, 250, 140]], np.float32)
    nothing = dusk(day, labels[:0], np.random.default_rng(1))
    assert (dusk(day, labels, np.random.default_rng(1))[:60] == nothing[:60]).all()


def test_nobody_goes_up_to_a_place_to_ignore() -> None:
    ignored = Picture(marked().image, np.array([[IGNORED, *MARK]], np.float32))
    made = approach(ignored, 640, 384, np.random.default_rng(0))
    assert made.labels[0, 0] == IGNORED
    assert (made.labels[0, 3] - made.labels[0, 1]) / 640 < 0.24
