"""Lamp heads on shipped clips, read by the node's own network: at night, in low sun, where there is none."""

from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from edge.rules.inputs import Box
from edge.setup.suggest.lamps import find_heads
from edge.setup.suggest.lenses import switching_lenses
from edge.setup.suggest.lights import LightTrace
from edge.setup.suggest.model import DOUBTFUL, LampHead, Minute
from edge.setup.suggest.watch import sparse, still
from edge.signal.lamp import LampReader
from edge.video.file import FileSource
from sample_videos.truth import CLIPS, Truth
from tests.edge.setup.suggest.street import minute


def _minute(video: Path, truth: Truth) -> Minute:
    """What a clip shows of lights; vehicles are where they truly are."""
    source = FileSource(video)
    trace, stills = LightTrace(source.size), []
    boxes = defaultdict[int, list[Box]](list)
    for look in truth.looks:
        if look.seen is not None:
            boxes[look.frame].append(look.seen)
    for frame in sparse(source.frames()):
        trace.look(frame.t, frame.image, boxes[frame.index])
        if not stills or frame.t >= stills[-1].t + 1:
            stills.append(still(frame))
    return minute(stills=stills, lights=trace.lights())


@cache
def _heads(name: str) -> tuple[Truth, tuple[LampHead, ...]]:
    truth = Truth(CLIPS / name)
    return truth, find_heads(_minute(truth.video, truth), LampReader())


def test_the_head_is_found_and_nothing_else() -> None:
    truth, (head,) = _heads("night_crossing")

    (lamp,) = truth.document.lamps
    for found, true in zip(head.box, lamp.box, strict=True):
        assert found == pytest.approx(true, abs=8)
    assert head.layout == "vertical"
    assert head.confidence >= DOUBTFUL
    for phase in head.phases:
        assert phase.colour == lamp.at((phase.start + phase.end) / 2)


def test_where_a_low_sun_lights_every_glass_no_head_is_made_up() -> None:
    """The network tells no colour there, so the installer draws the head."""
    assert _heads("crowd_low_sun")[1] == ()


def test_a_whole_amber_is_measured() -> None:
    _, (head,) = _heads("night_crossing")

    assert head.amber == pytest.approx(3.0, abs=0.3)
    assert head.cycle is None


def test_a_street_without_lamps_has_none() -> None:
    assert _heads("lanes_day")[1] == ()


@pytest.mark.parametrize(("hidden", "heads"), [(0.0, 2), (0.3, 1)])
def test_what_shines_with_the_lamps_where_vehicles_stand_is_no_head(hidden: float, heads: int) -> None:
    """A bright car that waits at each red is seen there and gone at green, as a lens would be."""
    truth = Truth(CLIPS / "night_crossing")
    seen = _minute(truth.video, truth)
    lamp = next(lens for lens in switching_lenses(seen.lights) if lens.colour == "red")
    shine, before = seen.lights.shine.copy(), seen.lights.hidden.copy()
    place = slice(None), slice(-8, -6), slice(4, 6)
    shine[place], before[place] = 0, False
    shine[(*place, 0)] = 250 * lamp.on[:, None, None]
    before[-round(hidden * len(before)) or len(before) :, -8:-6, 4:6] = True
    lights = replace(seen.lights, shine=shine, hidden=before)
    assert len(find_heads(replace(seen, lights=lights), LampReader())) == heads
