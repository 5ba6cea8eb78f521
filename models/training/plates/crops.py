"""A real plate cut out of its picture, as ``prepare`` stores it."""

from dataclasses import dataclass

from models.training.plates.degrade import Image, Quad


@dataclass(frozen=True)
class Crop:
    """A real plate: picture with some surroundings, outline in it, text of one or two rows ("" unknown)."""

    name: str
    image: Image
    quad: Quad
    text: str
    one_line: bool
