"""Pictures without life are told from quiet ones: a street at night, a queue, wind in the mast."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.video.alive import Alive
from edge.video.kept_view import KeptView

Image = NDArray[np.uint8]
FPS = 10.0
SIZE = (640, 360)


@lru_cache
def street(seed: int = 1, size: tuple[int, int] = SIZE) -> Image:
    """A street of a hundred painted and built things, larger than any picture of it."""
    rng = np.random.default_rng(seed)
    width, height = size[0] + 80, size[1] + 80
    image = np.full((height, width, 3), 90, np.uint8)
    for _ in range(160):
        x, y = (int(rng.integers(0, most)) for most in (width, height))
        corner = (x + int(rng.integers(6, 60)), y + int(rng.integers(4, 40)))
        cv2.rectangle(image, (x, y), corner, [int(v) for v in rng.integers(40, 220, 3)], cv2.FILLED)
    return image


@lru_cache(maxsize=400)
def view(right: float = 0.0, down: float = 0.0, seed: int = 1, size: tuple[int, int] = SIZE) -> Image:
    """What a camera that is shifted by so many pixels sees of the street."""
    back = np.array([[1, 0, -40 - right], [0, 1, -40 - down]], np.float32)
    return np.asarray(cv2.warpAffine(street(seed, size), back, size), np.uint8)


@lru_cache(maxsize=100)
def noise(number: int, levels: float) -> NDArray[np.int16]:
    return np.random.default_rng(number).normal(0, levels, (SIZE[1], SIZE[0], 1)).round().astype(np.int16)


def noisy(image: Image, number: int, levels: float = 3.0) -> Image:
    return np.clip(image + noise(number % 16, levels), 0, 255).astype(np.uint8)


def dark(image: Image) -> Image:
    return (image * 0.2).astype(np.uint8)


def with_vehicle(image: Image, x: float) -> Image:
    shown = image.copy()
    cv2.rectangle(shown, (int(x), 200), (int(x) + 70, 260), (30, 30, 160), cv2.FILLED)
    return shown


def watch(pictures: Iterator[Image], alive: Alive | None = None, start: float = 0.0) -> list[str | None]:
    """What was told after each picture: the trouble's code, `not usable` before, or None."""
    alive, told = alive or Alive(), []
    for number, image in enumerate(pictures):
        alive.look(start + number / FPS, image)
        told.append(alive.trouble.code if alive.trouble else None if alive.usable else "not usable")
    return told


def film(seconds: float, shown: Callable[[int], Image]) -> Iterator[Image]:
    return (shown(number) for number in range(int(seconds * FPS)))


QUIET: dict[str, Callable[[int], Image]] = {
    "an empty street by day": lambda n: noisy(view(), n, 1.5),
    "an empty street at night with noise": lambda n: noisy(dark(view()), n, 6.0),
    "a slow queue without noise": lambda n: with_vehicle(view(), 100 + 0.8 * n),
    "shake of a few pixels": lambda n: noisy(view(*np.random.default_rng(n).uniform(-4, 4, 2)), n),
    "a camera of few pictures shown more often": lambda n: noisy(view(), n // 3, 2.0),
    "fog": lambda n: noisy((view() * 0.25 + 150).astype(np.uint8), n, 2.0),
    "a vehicle that stands close": lambda n: noisy(with_vehicle(view(), 200) if n > 150 else view(), n),
}


@pytest.mark.parametrize("shown", QUIET.values(), ids=list(QUIET))
def test_a_quiet_picture_is_alive(shown: Callable[[int], Image]) -> None:
    assert set(watch(film(45, shown))) == {None}


def blurred(image: Image) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 3.0), np.uint8)


def half_green(image: Image) -> Image:
    broken = image.copy()
    broken[150:] = (0, 135, 0)
    return broken


def jpeg_pulse(image: Image, number: int) -> Image:
    """A frozen picture as an encoder repeats it: a keyframe now and then, made anew."""
    if number % 12:
        return image
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", image, [1, 80])[1], cv2.IMREAD_COLOR), np.uint8)


def lettered(image: Image, number: int) -> Image:
    shown = image.copy()
    cv2.putText(shown, f"2026-11-28 {number // 10:05d}", (10, 25), 0, 0.8, (255, 255, 255), 2)
    return shown


DEAD: dict[str, tuple[Callable[[int], Image], str, float]] = {
    "frozen": (lambda _: view(), "camera.frozen", 11.0),
    "frozen, encoded anew": (lambda n: jpeg_pulse(view(), n), "camera.frozen", 12.5),
    "frozen under a running clock": (lambda n: lettered(view(), n), "camera.frozen", 11.0),
    "black": (lambda _: np.zeros_like(view()), "camera.black", 3.2),
    "a covered lens": (lambda n: noisy(np.full_like(view(), 12), n, 4.0), "camera.black", 3.2),
    "green": (lambda _: np.full_like(view(), (0, 135, 0)), "camera.flat", 3.2),
    "grey": (lambda n: noisy(np.full_like(view(), 128), n, 2.0), "camera.flat", 3.2),
    "half of it green": (lambda n: half_green(noisy(view(), n)), "camera.flat", 3.2),
    "out of focus": (lambda n: noisy(blurred(view()), n, 1.0), "camera.blurred", 18.0),
    "moved": (lambda n: noisy(view(6.0, -3.0), n), "camera.moved", 24.0),
    "moved and shaking": (lambda n: noisy(view(9 + n % 3, n % 2), n), "camera.moved", 24.0),
    "turned away": (lambda n: noisy(view(seed=5), n), "camera.turned_away", 35.0),
}


@pytest.mark.parametrize(("shown", "code", "within"), DEAD.values(), ids=list(DEAD))
def test_a_dead_picture_is_told_within_a_minute_and_comes_back(
    shown: Callable[[int], Image], code: str, within: float
) -> None:
    alive = Alive()
    assert set(watch(film(25, lambda n: noisy(view(), n)), alive)) == {None}
    told = watch(film(within + 5, lambda n: shown(n + 1)), alive, start=25.0)
    assert code in told
    assert told.index(code) / FPS <= within
    assert set(told[told.index(code) :]) == {code}
    assert alive.suspected_since == pytest.approx(25.0, abs=2.2)
    back = watch(film(20, lambda n: noisy(view(), n)), alive, start=30.0 + within)
    assert back[-1] is None
    assert alive.suspected_since is None


def test_what_is_wrong_is_said_in_pixels() -> None:
    alive = Alive()
    watch(film(25, lambda n: noisy(view(), n)), alive)
    watch(film(26, lambda n: noisy(view(6.0, -3.0), n)), alive, start=25.0)
    assert alive.trouble is not None
    assert alive.trouble.values == {"right_px": -6, "down_px": 3}


def test_a_picture_that_repeats_counts_no_longer_after_two_seconds() -> None:
    alive = Alive()
    watch(film(5, lambda n: noisy(view(), n)), alive)
    told = watch(film(5, lambda _: noisy(view(), 49)), alive, start=5.0)
    assert 20 <= told.index("not usable") <= 22
    assert alive.unusable_since == pytest.approx(4.95, abs=0.06)


def test_a_camera_that_begins_out_of_focus_is_told() -> None:
    assert "camera.blurred" in watch(film(25, lambda n: noisy(blurred(blurred(view())), n, 0.5)))


def test_infrared_at_dusk_is_another_light_and_not_another_view() -> None:
    """At once nothing is as it was: brightness inverted and much lower. The view is learnt anew."""
    alive = Alive()
    watch(film(25, lambda n: noisy(view(), n)), alive)
    told = watch(film(80, lambda n: noisy(dark(255 - view(seed=1)[::-1]), n)), alive, start=25.0)
    assert set(told) == {None}


@pytest.mark.parametrize(
    ("drawn", "shown", "code"),
    [
        ("lines 1", lambda n: noisy(view(6.0, -3.0), n), "camera.moved"),
        ("lines 1", lambda n: noisy(view(seed=5), n), "camera.turned_away"),
        ("lines 1", lambda n: noisy(view(), n), None),
        ("lines 2, drawn on it as it stands now", lambda n: noisy(view(6.0, -3.0), n), None),
    ],
)
def test_a_camera_moved_while_the_node_was_off_is_told(
    tmp_path: Path, drawn: str, shown: Callable[[int], Image], code: str | None
) -> None:
    place = tmp_path / "views" / "cam.npz"
    watch(film(25, lambda n: noisy(view(), n)), Alive(KeptView(place, "lines 1")))
    assert watch(film(36, shown), Alive(KeptView(place, drawn)))[-1] == code


@pytest.mark.parametrize("content", [b"", b"PK half a file", b"PK\x05\x06" + bytes(18)])
def test_a_kept_view_that_is_damaged_is_learnt_anew(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "cam.npz"
    place.write_bytes(content)
    assert set(watch(film(25, lambda n: noisy(view(), n)), Alive(KeptView(place, "lines")))) == {None}
    assert KeptView(place, "lines").read() is not None


def test_a_disk_that_takes_nothing_costs_no_picture(tmp_path: Path) -> None:
    (tmp_path / "views").write_bytes(b"no folder")
    kept = KeptView(tmp_path / "views" / "cam.npz", "lines")
    assert set(watch(film(25, lambda n: noisy(view(), n)), Alive(kept))) == {None}
