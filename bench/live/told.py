"""The measurements in words and as a chart."""

import os
from collections.abc import Sequence
from statistics import median

from bench.live.run import Run, Watched
from central.charts import Bar, bar_chart

BAR = 1.3
"""Limit for the cost of a look relative to the detector alone."""

MEMORY_BAR = 1024
"""Memory limit in MiB (PSS: memory shared by the node's processes counts once)."""

NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'


def ratio(run: Run) -> float:
    """Cost of a look relative to the detector alone."""
    return run.cost / run.alone


def rates(watched: Watched) -> list[float]:
    """Looks a second at each camera."""
    return [count / watched.seconds for count in watched.looks.values()] or [0.0]


def lines(run: Run) -> list[str]:
    """The lines of one run."""
    node = run.node
    return [
        f"{run.cameras} cameras, {node.seconds:.0f} s, load {node.load:.1f}: "
        f"{min(rates(node)):.1f} to {max(rates(node)):.1f} looks a second each",
        *_cost(run),
        *_findings(run),
        _memory(node),
        f"  cores of {os.cpu_count()}: node {node.processor / node.seconds:.2f}, camera servers "
        f"{node.servers / node.seconds:.2f}, others {node.others / node.seconds:.2f}",
        *_beside(run),
    ]


def _cost(run: Run) -> list[str]:
    node = run.node
    looking = node.of("looking")
    capture = node.of("camera") + node.processor - node.of("process")
    rest = node.processor - looking - capture - node.of("packing") - node.of("second-look")
    each = {
        "looking": looking,
        "of that the detector": node.in_detector,
        "capture": capture,
        "rest": rest,
    }
    parts = ", ".join(f"{name} {1000 * spent / node.all_looks:.1f}" for name, spent in each.items())
    verdict = "met" if ratio(run) <= BAR else "missed"
    return [
        f"  a look {1000 * run.cost:.1f} ms of processor time, the detector alone {1000 * run.alone:.1f} "
        f"({1000 * run.alone_before:.1f} before): ratio {ratio(run):.2f}, the bar of {BAR} is {verdict}",
        f"    {parts}",
    ]


def _findings(run: Run) -> list[str]:
    node, score = run.node, run.score
    lacks = max((each.clip_lacks for each in run.packages), default=0.0)
    took = [each.took for each in run.packages] or [0.0]
    return [
        f"  violations: {score.found} found, {score.missed} missed, {score.doubtful} doubtful, "
        f"{score.invented} invented; their clips lack at most {lacks:.2f} s; packed after "
        f"{median(took):.0f} s (median), {max(took):.0f} s at most",
        f"  core-seconds for them: stills, clips and plates {node.of('packing'):.1f}, "
        f"second looks {node.of('second-look'):.1f}",
    ]


def _memory(watched: Watched) -> str:
    own, resident = watched.memory.own >> 20, watched.memory.resident >> 20
    verdict = "met" if own <= MEMORY_BAR else "missed"
    return f"  memory {own} MiB (PSS), {resident} MiB (RSS): the bar of {MEMORY_BAR} is {verdict}"


def _beside(run: Run) -> list[str]:
    other = run.ultralytics
    if other is None:
        return ["  ultralytics track: not installed (pip install 'ngatu[training]')"]
    return [
        f"  ultralytics track: {min(rates(other)):.1f} to {max(rates(other)):.1f} looks a second each, "
        f"{1000 * other.processor / other.all_looks:.1f} ms a look, {other.memory.resident >> 20} MiB (RSS), "
        f"{other.processor / other.seconds:.2f} cores, others {other.others / other.seconds:.2f}"
    ]


def chart(runs: Sequence[Run]) -> str:
    """Looks a second at each camera by the number of cameras; a grey bar beneath is `ultralytics track`."""
    bars = [
        Bar(
            label=f"{run.cameras} camera" + "s" * (run.cameras > 1),
            value=median(rates(run.node)),
            told=f"{median(rates(run.node)):.1f} looks/s each, ratio {ratio(run):.2f}",
            before=median(rates(run.ultralytics)) if run.ultralytics else None,
            tone="good" if ratio(run) <= BAR else "warn",
        )
        for run in runs
    ]
    drawn = bar_chart(bars, "Looks a second at each camera, and cost of a look over the detector alone")
    return str(drawn).replace("<svg ", f"<svg {NAMESPACE} ", 1)
