"""Training pictures of the lamp reader: of every class, and none of a scene that is left out."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from edge.signal.lamp import CROP_HEIGHT, CROP_WIDTH
from models.training.lamps import augment, drawn
from models.training.lamps.material import CLASSES, Material, Picture, samples

Make = Callable[[str, Picture, np.random.Generator], Picture]
SHAPE = (CROP_HEIGHT, CROP_WIDTH, 3)
GREY = np.full(SHAPE, 0.4, np.float32)


@pytest.fixture
def material() -> Material:
    heads = {colour: [GREY] for colour in ("red", "amber", "green")}
    seen = {colour: [(GREY, "here"), (GREY, "there")] for colour in heads}
    return Material(heads, seen, [GREY])


def test_samples_of_every_class_and_without_a_scene(material: Material) -> None:
    made = samples(material, 400, np.random.default_rng(1))
    assert made.pictures.shape == (400, *SHAPE)
    assert 0 <= made.pictures.min() <= made.pictures.max() <= 1
    assert set(made.labels) == set(range(len(CLASSES)))
    scenes = Counter(made.scenes.tolist())
    assert min(scenes["here"], scenes["there"]) > 10
    assert Counter(made.without("here").scenes.tolist()) == {
        key: n for key, n in scenes.items() if key != "here"
    }


def warmth(picture: Picture) -> float:
    """Red less green of the brightest part."""
    value = picture.max(axis=2)
    lit = picture[value >= np.quantile(value, 0.85)]
    return float((lit[:, 2] - lit[:, 1]).mean())


def test_drawn_heads_show_their_colour_but_for_the_few_that_are_burnt_out() -> None:
    generators = [np.random.default_rng(seed) for seed in range(100)]
    reds = [warmth(drawn.head("red", GREY, rng)) for rng in generators]
    greens = [warmth(drawn.head("green", GREY, rng)) for rng in generators]
    assert sum(value > 0 for value in reds) >= 95
    assert sum(value < 0 for value in greens) >= 95


def test_a_dark_head_is_dim_whatever_its_glass() -> None:
    """But for the sky in the rims of its hoods."""
    heads = [drawn.dark(GREY, np.random.default_rng(seed)).max(axis=2) for seed in range(50)]
    assert all(np.quantile(head, 0.75) < 0.6 and head.max() < 0.85 for head in heads)


@pytest.mark.parametrize(
    "make", [drawn.countdown, drawn.column, lambda *given: augment.glare(given[1], given[0], given[2])]
)
def test_red_has_no_more_green_than_blue_and_amber_has_where_the_place_says_nothing(make: Make) -> None:
    generators = [np.random.default_rng(seed) for seed in range(100)]
    warm = {c: [strongest(make(c, GREY, rng)) for rng in generators] for c in ("red", "amber")}
    assert np.quantile(warm["red"], 0.9) < np.quantile(warm["amber"], 0.1)


def strongest(picture: Picture) -> float:
    """Green less blue, per red, of the pixels with the most colour."""
    depth = picture.max(axis=2) - picture.min(axis=2)
    blue, green, red = picture[depth >= np.quantile(depth, 0.8)].mean(axis=0)
    return float((green - blue) / red)
