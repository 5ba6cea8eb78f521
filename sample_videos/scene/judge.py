"""Classifies offences and near misses, from the true positions of the wheels and the true lamps."""

from collections.abc import Iterator, Mapping
from itertools import chain

import numpy as np

from contract.types import RuleName

from .acts import STILL, Act, Array, Mask, Motion, crossing, met, runs
from .cast import bodies
from .lamps import Program
from .stage import Cast
from .street import LINE_WIDTH, Exit, Junction, Lane, Solid, Street, Zone
from .traffic import STEP

GRACE = 0.4
"""Seconds of red within which a crossing is left open."""
STOOD = 2.0
"""Seconds without moving that count as a stop."""
TYRE = {True: 0.05, False: 0.10}
"""Half the width of a tyre, for two-wheelers (True) and others."""
AGAINST = 2.5
"""Metres in the wrong lane or direction that count as deliberate."""


def judge(street: Street, programs: Mapping[str, Program], cast: Cast, end: float) -> list[Act]:
    """All acts within the clip, in order of time."""
    found = list[Act]()
    for id_, trace in cast.traces.items():
        motion = Motion(cast.drivers[id_], trace, end)
        if len(motion.times) > 2:
            found += _acts(street, programs, motion)
    inside = [act for act in found if 0.0 <= act.t <= end and act.during[1] > act.during[0]]
    return sorted(inside, key=lambda act: (act.t, act.vehicle, act.rule))


def _acts(street: Street, programs: Mapping[str, Program], motion: Motion) -> list[Act]:
    found = list(
        chain(
            *(_solid(street, solid, motion) for solid in street.solids),
            *(_standing(zone, motion) for zone in street.zones),
            _opposing(street, motion),
            *(_closed(lane, motion) for lane in street.lanes if lane.kinds and motion.kind not in lane.kinds),
            *(_one_way(lane, motion) for lane in street.lanes if lane.one_way),
        )
    )
    if street.junction is not None and motion.driver.group == "main":
        found += _junction(street, street.junction, programs["main"], motion)
    return _one_act_one_report(found)


def _one_act_one_report(acts: list[Act]) -> list[Act]:
    """A vehicle in the opposing half has also crossed the line to it: that is one act, reported once."""
    wrong = [act for act in acts if act.rule in ("wrong_lane", "wrong_way") and act.verdict == "violation"]

    def part_of_another(act: Act) -> bool:
        return act.rule == "solid_line" and any(
            act.during[0] - 6 < other.t < act.during[1] + 6 for other in wrong
        )

    return [
        Act(**{**vars(act), "verdict": "open", "code": "part_of_wrong_lane"}) if part_of_another(act) else act
        for act in acts
    ]


def _junction(street: Street, j: Junction, program: Program, motion: Motion) -> Iterator[Act]:
    left, right = street.approach
    inside = (motion.rear[:, 0] > left - 0.5) & (motion.rear[:, 0] < right + 0.5) & (motion.upward > 0.5)
    passed = crossing(np.where(inside, motion.rear[:, 1], -1e3), j.stop)
    if not inside.any():
        return
    way = _way_out(street, motion)
    lane = _last_lane(street, motion)
    if passed is None:
        yield from _before_the_line(j, program, motion, lane)
        return
    index, part = passed
    t = float(motion.times[index - 1] + part * STEP)
    stand = next(
        (run for run in motion.stands(STOOD) if run[0] >= index and motion.rear[run[0], 1] < j.near), None
    )
    yield from _before_the_line(j, program, motion, lane)
    yield from _crossed(j, program, motion, lane, t, index, stand, way[0] if way else None)
    if stand is not None:
        yield from _stood_past(j, program, motion, lane, t, stand)
    if way is not None and lane is not None:
        yield from _left_by(street, motion, lane, *way)


def _crossed(
    j: Junction,
    program: Program,
    motion: Motion,
    lane: Lane | None,
    t: float,
    index: int,
    stand: tuple[int, int] | None,
    way: Exit | None,
) -> Iterator[Act]:
    """Classifies its passage over the stop line, by the lamp and whether it went on into the junction."""
    colour, since = program.at(t), program.since(t)
    commit = crossing(motion.rear[:, 1], j.near)
    committed = None if commit is None else float(motion.times[commit[0]])
    during = (t - 1.0, min(motion.end, committed + 0.5 if committed else t + 3.0))
    more = {"lane": lane.id if lane else None}
    if colour == "green":
        code = _near_green(program, motion, j, t, index)
        if code:
            yield motion.act("red_light", "near_miss", code, t, during, "S1", **more)
        return
    if colour == "amber":
        yield motion.act("red_light", "near_miss", "amber", t, during, "S1", **more)
        return
    elapsed = t - since
    more["elapsed_red"] = round(elapsed, 3)  # type: ignore[assignment]
    free = lane.free_on_red if lane else ()
    if stand is not None:
        verdict, code = "near_miss", "stood_past"
    elif committed is None or committed > motion.end or (free and way is None):
        verdict, code = "open", "not_seen_to_the_end"
    elif program.at(committed) == "green":
        verdict, code = "open", "released"
    elif way is not None and way.movement in free:
        verdict, code = "near_miss", "free_turn"
    elif elapsed < GRACE:
        verdict, code = "open", "grace"
    else:
        verdict, code = "violation", "turned_on_red" if way and way.movement != "straight" else "ran"
    yield motion.act("red_light", verdict, code, t, during, "S1", **more)  # type: ignore[arg-type]


def _near_green(program: Program, motion: Motion, j: Junction, t: float, index: int) -> str | None:
    if t - program.since(t) < 1.0:
        return "just_green"
    red = next((start for start, colour in program.changes if start > t and colour == "red"), None)
    if red is None or red > motion.end:
        return None
    at = np.searchsorted(motion.times, red)
    inside = at < len(motion.times) and j.stop < motion.rear[at, 1] < j.far and abs(motion.rear[at, 0]) < 14
    return "in_junction" if inside and at > index else None


def _before_the_line(j: Junction, program: Program, motion: Motion, lane: Lane | None) -> Iterator[Act]:
    """Vehicles standing with the rear axle before the line: short of it, or with the front wheel over it."""
    before = (motion.rear[:, 1] < j.stop - 0.12) & (motion.front[:, 1] > j.stop - 1.5) & (motion.upward > 0.8)
    for first, last in motion.stands(STOOD, before):
        start, stop = motion.span(first, last)
        t = _red_while(program, max(start + STOOD, 0.0), stop - 0.2)
        if t is None:
            continue
        over = float(motion.front[first, 1]) - j.stop
        code = "front_wheel_over" if over > 0.05 else "short_of_line"
        more = {"lane": lane.id if lane else None}
        yield motion.act("stop_line", "near_miss", code, t, (start, stop), "S1", **more)
        if over > 0.05:
            yield motion.act("red_light", "near_miss", "wheel_over", t, (start, stop), "S1", **more)
        return


def _red_while(program: Program, start: float, stop: float) -> float | None:
    """The first moment from `start` to `stop` at which the lamp is red."""
    marks = [start, *(t for t, _ in program.changes)]
    return min((t for t in marks if start <= t <= stop and program.at(t) == "red"), default=None)


def _stood_past(
    j: Junction, program: Program, motion: Motion, lane: Lane | None, crossed: float, stand: tuple[int, int]
) -> Iterator[Act]:
    first, last = stand
    start, stop = motion.span(first, last)
    t = _red_while(program, start + STOOD, stop)
    if t is None:
        return
    two_wheels = bodies()[motion.driver.looks.body].slim
    last_point = motion.tail if two_wheels else motion.rear
    whole = float(last_point[first, 1]) - j.stop > (0.0 if two_wheels else 0.1)
    colour = program.at(crossed)
    verdict, code = "open", "partly_past"
    if whole and colour == "green":
        verdict, code = "near_miss", "since_green"
    elif whole and colour == "red" and crossed - program.since(crossed) > GRACE and crossed >= 0:
        verdict, code = "violation", "stood"
    more = {"lane": lane.id if lane else None}
    yield motion.act("stop_line", verdict, code, t, (start, stop), "S1", **more)  # type: ignore[arg-type]


def _way_out(street: Street, motion: Motion) -> tuple[Exit, int] | None:
    met_at = [(way, met(motion.ground, way.line)) for way in street.exits]
    found = [(way, index) for way, index in met_at if index is not None]
    return min(found, key=lambda pair: pair[1]) if found else None


def _last_lane(street: Street, motion: Motion) -> Lane | None:
    """The lane it was in before the stop line; None if there was none or it changed in the last second."""
    assert street.junction is not None
    before = np.flatnonzero((motion.rear[:, 1] < street.junction.stop) & (motion.upward > 0.3))
    if not len(before):
        return None
    moving = [i for i in before[::-1] if abs(motion.speed[i]) > 0.3][: round(1.2 / STEP)]
    lanes = {
        street.lane_at(float(motion.rear[i, 0]), float(motion.rear[i, 1])) for i in moving or before[-1:]
    }
    return next(iter(lanes)) if len(lanes) == 1 else None


def _left_by(street: Street, motion: Motion, lane: Lane, way: Exit, index: int) -> Iterator[Act]:
    t = float(motion.times[index])
    banned = dict(street.bans).get(way.movement)
    during, more = (t - 3.0, t + 0.5), {"lane": lane.id}
    if banned or (lane.movements and way.movement not in lane.movements):
        code = f"banned_{way.movement}" if banned else f"{way.movement}_from_{lane.id}"
        yield motion.act("illegal_turn", "violation", code, t, during, way.id, **more)
    elif any(other.movements and way.movement not in other.movements for other in street.lanes if other.up):
        yield motion.act("illegal_turn", "near_miss", f"{way.movement}_allowed", t, during, way.id, **more)


def _solid(street: Street, solid: Solid, motion: Motion) -> Iterator[Act]:
    two = bodies()[motion.driver.looks.body].slim
    reach = LINE_WIDTH / 2 + TYRE[two]
    along = (motion.wheels[:, :, 1] > solid.start) & (motion.wheels[:, :, 1] < solid.end)
    aside = motion.wheels[:, :, 0] - solid.x
    on = ((np.abs(aside) < reach - 0.02) & along).any(axis=1)
    astride = along.all(axis=1) & (aside.min(axis=1) < 0) & (aside.max(axis=1) > 0) & (not two)
    nearest = np.where(along, np.abs(aside), np.inf).min(axis=1) - reach
    touching = [run for run in runs(on | astride, 0.4) if motion.times[run[1]] > 0]
    for first, last in touching:
        yield from _on_line(solid, motion, first, last)
    if not touching:
        close = (nearest > 0.01) & (nearest < 0.4) & (np.abs(motion.speed) > 1.0)
        yield from _beside(solid, motion, close, "beside", "solid_line")
        yield from _over_dashes(street, solid, motion, aside)


def _on_line(solid: Solid, motion: Motion, first: int, last: int) -> Iterator[Act]:
    start, stop = motion.span(first, last)
    before, after = motion.rear[max(0, first - 3), 0], motion.rear[min(len(motion.rear) - 1, last + 3), 0]
    crossed = (before - solid.x) * (after - solid.x) < 0
    moved = motion.moved(first, last)
    long = stop - max(start, 0.0) >= 0.6 and moved > 1.5
    verdict, code = (
        ("violation", "crossed" if crossed else "on_line") if crossed or long else ("open", "touched")
    )
    yield motion.act("solid_line", verdict, code, max(start, 0.0), (start - 0.4, stop + 0.4), solid.id)  # type: ignore[arg-type]


def _beside(solid: Solid, motion: Motion, close: Mask, code: str, rule: RuleName) -> Iterator[Act]:
    for first, last in runs(close, 0.3)[:1]:
        moved = motion.moved(first, last)
        if (last - first) * STEP >= 0.8 and moved > 3.0:
            span = motion.span(first, last)
            yield motion.act(rule, "near_miss", code, max(0.0, span[0]), span, solid.id)


def _over_dashes(street: Street, solid: Solid, motion: Motion, aside: Array) -> Iterator[Act]:
    """Crosses at a broken part of the same line."""
    for x, start, end in street.dashes:
        over = np.diff(np.sign(aside[:, 0])) != 0
        place = motion.rear[1:, 1]
        hits = np.flatnonzero(over & (place > start) & (place < end)) if x == solid.x else np.array([], int)
        for index in hits[:1].tolist():
            t = float(motion.times[index])
            yield motion.act("solid_line", "near_miss", "dashed", t, (t - 0.6, t + 0.6), solid.id)


def _opposing(street: Street, motion: Motion) -> Iterator[Act]:
    """Driving up in the oncoming half of a two-way road."""
    lanes = [lane for lane in street.lanes if not lane.up and not lane.one_way]
    if not lanes:
        return
    left, right = min(lane.left for lane in lanes), max(lane.right for lane in lanes)
    limit = street.junction.stop if street.junction else 1e3
    going = (motion.upward > 0.7) & (motion.speed > 0.5) & (motion.rear[:, 1] < limit)
    yield from _in_lane(motion, left, right, going, lanes[-1].id, "opposing", 0.5)


def _closed(lane: Lane, motion: Motion) -> Iterator[Act]:
    """Driving in a lane for other kinds of vehicle."""
    way = motion.upward if lane.up else -motion.upward
    going = (way > 0.7) & (motion.speed > 0.5)
    yield from _in_lane(motion, lane.left, lane.right, going, lane.id, "closed_lane", 1.8)


def _in_lane(
    motion: Motion, left: float, right: float, going: Mask, lane: str, code: str, least: float
) -> Iterator[Act]:
    sides = motion.sides
    whole = going & (sides.min(axis=1) > left) & (sides.max(axis=1) < right)
    some = going & (sides.max(axis=1) > left + 0.12) & (sides.min(axis=1) < right - 0.12)
    for first, last in runs(some, 0.5):
        start, stop = motion.span(first, last)
        inner = [run for run in runs(whole, 0.2) if first <= run[0] <= last]
        if stop <= 0 or start >= motion.end:
            continue
        longest = max(inner, key=lambda run: run[1] - run[0], default=None)
        if longest is None:
            yield motion.act(
                "wrong_lane", "near_miss", "edge", max(start, 0.0), (start, stop), lane, lane=lane
            )
            continue
        t, until = motion.span(*longest)
        moved = motion.moved(*longest)
        enough = until - max(0.0, t) >= least and moved >= AGAINST
        short = until - t < least * 0.6
        verdict = "violation" if enough else "near_miss" if short else "open"
        code = code if enough else "moment"
        yield motion.act("wrong_lane", verdict, code, max(t, 0.0), (max(t, 0.0), until), lane, lane=lane)  # type: ignore[arg-type]


def _one_way(lane: Lane, motion: Motion) -> Iterator[Act]:
    x = motion.ground[:, 0]
    way = motion.upward * (1 if lane.up else -1)
    inside = (motion.sides.min(axis=1) > lane.left) & (motion.sides.max(axis=1) < lane.right)
    against = (way < -0.7) & (motion.speed > 0.5)
    for first, last in runs(inside & against, 0.3):
        span = motion.span(first, last)
        moved = motion.moved(first, last)
        verdict = "violation" if moved >= AGAINST else "open"
        yield motion.act("wrong_way", verdict, "against", max(span[0], 0.0), span, lane.id, lane=lane.id)  # type: ignore[arg-type]
    for first, last in runs(inside & (way > 0.7) & (motion.speed < -0.1), 0.5):
        span = motion.span(first, last)
        moved = motion.moved(first, last)
        verdict = "near_miss" if moved < 1.6 else "open"
        yield motion.act("wrong_way", verdict, "rolls_back", max(span[0], 0.0), span, lane.id, lane=lane.id)  # type: ignore[arg-type]
    edge = np.minimum(np.abs(x - lane.left), np.abs(x - lane.right))
    outside = (motion.sides.max(axis=1) < lane.left) | (motion.sides.min(axis=1) > lane.right)
    for first, last in runs(against & outside & (edge < 1.3), 0.5)[:1]:
        span = motion.span(first, last)
        if (last - first) * STEP > 0.8:
            yield motion.act("wrong_way", "near_miss", "beside", max(span[0], 0.0), span, lane.id)


def _standing(zone: Zone, motion: Motion) -> Iterator[Act]:
    inside, away = _in_zone(zone, motion.ground)
    stands = [run for run in motion.stands(0.3 * zone.seconds, inside) if motion.times[run[1]] > 0]
    for first, last in stands:
        start, stop = motion.span(first, last)
        long = stop - start >= zone.seconds
        t = start + zone.seconds if long else stop
        verdict = (
            "violation"
            if long and start >= 0.0
            else "near_miss"
            if stop - start < 0.9 * zone.seconds
            else "open"
        )
        code = "stood" if long else "left_before"
        yield motion.act("no_stopping", verdict, code, t, (start, stop), zone.id)  # type: ignore[arg-type]
    if stands:
        return
    for first, last in runs(inside & (np.abs(motion.speed) > STILL), 0.5)[:1]:
        span = motion.span(first, last)
        if span[1] - span[0] >= 0.5 * zone.seconds:
            yield motion.act("no_stopping", "near_miss", "rolls_on", span[1], span, zone.id)
    for first, last in motion.stands(zone.seconds, (away > 0.15) & (away < 1.3)):
        start, stop = motion.span(first, last)
        yield motion.act(
            "no_stopping", "near_miss", "beside", max(0.0, start) + zone.seconds, (start, stop), zone.id
        )


def _in_zone(zone: Zone, points: Array) -> tuple[Mask, Array]:
    """Whether points (n, 2) lie in a zone with sides along the axes, and how far outside it they are."""
    corners = np.array(zone.corners)
    low, high = corners.min(axis=0), corners.max(axis=0)
    away = np.maximum(np.maximum(low - points, points - high), 0.0)
    return (away == 0).all(axis=1), np.hypot(away[:, 0], away[:, 1])
