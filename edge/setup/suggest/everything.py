"""All suggestions for one recording."""

from dataclasses import replace

from edge.setup.suggest.flow import paths, stands, vanishing_point
from edge.setup.suggest.lamps import find_heads
from edge.setup.suggest.lanes import lanes, trimmed
from edge.setup.suggest.model import Minute, Suggestions
from edge.setup.suggest.plates import plate_pixels
from edge.setup.suggest.road import Rays, carriageways
from edge.setup.suggest.scale import scale
from edge.setup.suggest.stop_lines import stop_lines
from edge.setup.suggest.warnings import warnings
from edge.signal.lamp import LampReader


def suggest(minute: Minute) -> Suggestions:
    """Suggestions for a person to confirm or move; empty if the recording showed too little.

    Raises:
        ModelCardError: the network that reads lamps is missing or not the one its card describes.
    """
    heads = find_heads(minute, LampReader())
    found = Suggestions(heads=heads, plates=plate_pixels(minute))
    driven = paths(minute.vehicles, minute.size[1])
    top = vanishing_point(driven, minute.size[0])
    if top is not None:
        ways = carriageways(driven, Rays(top, minute.size))
        stop = [
            trimmed(line, minute.background, ways) if line.painted else line
            for line in stop_lines(minute.background, ways, stands(minute.vehicles), heads)
        ]
        found = replace(
            found,
            stop_lines=tuple(stop),
            lanes=tuple(lanes(minute.background, ways, stop)),
            scale=scale(minute, top),
        )
    return replace(found, warnings=tuple(warnings(minute, found)))
