"""Makes realistic lamp heads out of a few clean crops, and crops that show no lit lamp.

All pictures are BGR float32 in 0..1 of the network's input size.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.signal.lamp import CROP_HEIGHT, CROP_WIDTH

Picture = NDArray[np.float32]
SIZE = (CROP_WIDTH, CROP_HEIGHT)


def shake(picture: Picture, rng: np.random.Generator) -> Picture:
    """Shift, tilt and scale a little: housings are never drawn exactly, and poles sway."""
    turn = cv2.getRotationMatrix2D(
        (CROP_WIDTH / 2, CROP_HEIGHT / 2), rng.uniform(-8, 8), rng.uniform(0.85, 1.2)
    )
    shift = rng.uniform(-0.09, 0.09, 2) * SIZE
    moved = np.asarray(turn, np.float64) + np.column_stack((np.zeros((2, 2)), shift))
    return np.asarray(cv2.warpAffine(picture, moved, SIZE, borderMode=cv2.BORDER_REPLICATE), np.float32)


def expose(picture: Picture, rng: np.random.Generator) -> Picture:
    """Another exposure, white balance, sharpness and compression."""
    shot = np.clip(picture * rng.uniform(0.92, 1.08, 3), 0, 1) ** rng.uniform(0.7, 1.4)
    shot = np.asarray(shot * rng.uniform(0.55, 1.35) + rng.uniform(-0.03, 0.06), np.float64)
    if rng.random() < 0.5:  # far away: a head 10 pixels wide
        small = cv2.resize(shot, (int(rng.integers(6, CROP_WIDTH)), int(rng.integers(14, CROP_HEIGHT))))
        shot = np.asarray(cv2.resize(small, SIZE, interpolation=cv2.INTER_LINEAR), np.float64)
    shot = shot + rng.normal(0, rng.uniform(0, 0.03), shot.shape)
    levels = (np.clip(shot, 0, 1) * 255).astype(np.uint8)
    coded = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 96))])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.float32) / np.float32(255)


def bloom(picture: Picture, colour: str, rng: np.random.Generator) -> Picture:
    """Night: the lens burnt to white, the housing in its colour's halo (red goes to magenta on sensors)."""
    centre = {"red": 0.2, "amber": 0.5, "green": 0.8}[colour] + rng.uniform(-0.07, 0.07)
    halo = np.array(
        {
            "red": (rng.uniform(0.0, 0.6), rng.uniform(0, 0.1), 1.0),
            "amber": (rng.uniform(0, 0.1), rng.uniform(0.5, 0.8), 1.0),
            "green": (rng.uniform(0.4, 0.9), 1.0, rng.uniform(0, 0.3)),
        }[colour],
        np.float32,
    )
    heart = np.array((rng.uniform(0.3, 1.0), rng.uniform(0.85, 1.0), 1.0), np.float32)  # yellowish to white
    y, x = np.mgrid[0:CROP_HEIGHT, 0:CROP_WIDTH]
    distance = np.hypot(
        (x + 0.5) / CROP_WIDTH - rng.uniform(0.4, 0.6), 2.2 * ((y + 0.5) / CROP_HEIGHT - centre)
    )
    core = np.clip((rng.uniform(0.15, 0.55) - distance) / 0.08, 0, 1)[..., None]
    glow = rng.uniform(0.5, 1.0) * np.exp(-((distance / rng.uniform(0.4, 3.0)) ** 2))[..., None]
    dark = picture * rng.uniform(0.1, 0.7)
    return np.asarray(np.clip((dark + glow * halo) * (1 - core) + core * heart, 0, 1), np.float32)


GLARE = {
    "red": ((0.05, 0.5), (0.0, 0.14), (0.85, 1.0)),
    "amber": ((0.0, 0.24), (0.3, 0.66), (0.85, 1.0)),
    "green": ((0.5, 1.0), (0.8, 1.0), (0.0, 0.35)),
}
"""Blue, green and red of the halo of a lamp that overexposes a night picture, least and most: red turns to
crimson, amber to the orange of a red lamp by day, green to cyan."""


def glare(picture: Picture, colour: str, rng: np.random.Generator) -> Picture:
    """A crop filled by a lamp's halo: one or two bright centres anywhere in it, white over yellow to the
    halo's hue.

    Only the halo distinguishes red from amber here: the centres are alike, and the position gives no
    information.
    """
    least, most = np.array(GLARE[colour]).T
    halo = rng.uniform(least, most)
    if colour == "amber":
        halo[0] = min(halo[0], halo[1] - 0.15)
    elif colour == "red":
        halo[:2] = np.sort(halo[:2])[::-1]
    share = np.full((CROP_HEIGHT, CROP_WIDTH, 1), rng.uniform(0.3, 1.0))
    lit = picture * (1 - share) + share * halo * rng.uniform(0.45, 1.0)
    for height in (rng.uniform(0.3, 0.7),) if rng.random() < 0.7 else rng.uniform((0.1, 0.55), (0.45, 0.9)):
        lit = _heart(np.asarray(lit), float(height), halo, rng)
    return np.asarray(np.clip(lit, 0, 1), np.float32)


def _heart(lit: Picture, height: float, halo: Picture, rng: np.random.Generator) -> Picture:
    """Overexposes one place, with a ring between white and the halo."""
    y, x = np.mgrid[0:CROP_HEIGHT, 0:CROP_WIDTH]
    wide, high = rng.uniform((0.12, 0.1), (0.45, 0.4))
    distance = np.hypot(
        ((x + 0.5) / CROP_WIDTH - rng.uniform(0.25, 0.75)) / wide, ((y + 0.5) / CROP_HEIGHT - height) / high
    )[..., None]
    soft = rng.uniform(0.15, 1.2)
    glow = np.exp(-(np.clip(distance - 1, 0, None) ** 2) / soft)
    ring = 0.5 * halo + 0.5 * np.array((rng.uniform(0.1, 0.9), rng.uniform(0.75, 1.0), 1.0))
    white = np.array((rng.uniform(0.6 if halo[2] > 0.5 else 0.9, 1.0), rng.uniform(0.92, 1.0), 1.0))
    lit = lit * (1 - glow) + glow * halo
    ringed = np.clip((1 + soft / 3 - distance) / (0.2 + soft / 2), 0, 1)
    lit = lit * (1 - ringed) + ringed * (ring if halo[2] > 0.5 else halo)
    heart = np.clip((rng.uniform(0.7, 1.05) - distance) / rng.uniform(0.1, 0.5), 0, 1)
    return np.asarray(lit * (1 - heart) + heart * white, np.float32)


def recolour(picture: Picture, lit: str) -> Picture:
    """An amber head made from a red or green one (amber is too brief to be photographed often)."""
    hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)
    hue = (hsv[..., 0] + 180) % 360 - 180
    lens = (np.abs(hue) < 30) if lit == "red" else ((hsv[..., 0] > 130) & (hsv[..., 0] < 210))
    hsv[..., 0] = np.where(lens & (hsv[..., 1] > 0.15), 38, hsv[..., 0])
    third = round(CROP_HEIGHT * 0.3)
    return np.roll(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR), third if lit == "red" else -third, axis=0)


def unlit(picture: Picture, lit: str) -> Picture:
    """The same housing with no lamp on: the dark half mirrored over the lit one."""
    half = CROP_HEIGHT // 2
    dark = picture[half:] if lit == "red" else picture[:half][::-1]
    return np.concatenate([dark[::-1], dark])


def hidden(picture: Picture, patch: Picture, rng: np.random.Generator) -> Picture:
    """Something else in front of the head: most of the crop shows `patch`."""
    covered = picture.copy()
    edge = int(CROP_WIDTH * rng.uniform(0.0, 0.2))
    covered[:, edge:] = patch[:, edge:]
    return covered[:, ::-1] if rng.random() < 0.5 else covered


def nothing(patch: Picture, rng: np.random.Generator) -> Picture:
    """A head that can't be read: scenery, one flat colour, overexposed, or night."""
    kind = rng.integers(0, 5)
    if kind == 0:
        flat = np.full_like(patch, rng.uniform(0, 1, 3))
        return np.asarray(flat + rng.normal(0, 0.03, patch.shape), np.float32)
    if kind == 1:
        return np.asarray(np.clip(patch * rng.uniform(3, 8) + 0.3, 0, 1), np.float32)
    if kind == 2:
        return np.asarray(patch * rng.uniform(0, 0.12), np.float32)
    return patch
