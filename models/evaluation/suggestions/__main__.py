"""What is suggested at set-up against what is really there, clip by clip.

    python -m models.evaluation.suggestions [CLIP...] [--cache FOLDER]

A clip is a rendered one's folder, or a video with its truth beside it; without one, the shipped clips.
Looking at a clip takes minutes, so what was seen is kept in the cache.
"""

import argparse
import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from edge.camera import open_eyes
from edge.setup.suggest import suggest, watch
from edge.setup.suggest.model import Minute
from models.evaluation.suggestions.score import Score, score
from models.evaluation.suggestions.truth import load
from sample_videos.truth import CLIPS

DEVELOPED_ON = frozenset(
    {
        *("hanoi_hang_bai", "crowd_day", "bus_hides_lamp", "night_crossing", "junction", "lanes_day"),
        *("nepal_yellow_van_right", "intel_car_park_30s", "us_night", "crowd_low_sun", "one_way_rain"),
        *("two_streams_dusk", "infrared_lanes", "hanoi_traffic_1080p", "hanoi_hang_giay_hang_dau_4s"),
    }
)
"""Clips used during development, the last six after a first reading (docs/accuracy-setup.md); the others were
not."""

COLUMNS = (
    *("clip", "heads found", "false heads", "stop line off, % of height", "its extent", "extra lines"),
    *("lanes (IoU)", "scale off", "distances", "residual"),
)


def seen(video: Path, name: str, cache: Path | None) -> Minute:
    """The observations of a clip, from the cache or computed now. Only use your own cache: it is a pickle."""
    kept = cache / f"{name}.pickle" if cache else None
    if kept and kept.exists():
        minute: Minute = pickle.loads(kept.read_bytes())
        return minute
    eyes = open_eyes()
    minute = watch(video, eyes.detector, eyes.finder)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(minute))
    return minute


def table(scores: Sequence[Score]) -> Iterator[str]:
    """Lines of a Markdown table, and below it the figures over all clips of it."""
    yield f"| {' | '.join(COLUMNS)} |"
    yield "|---" * len(COLUMNS) + "|"
    for one in scores:
        yield (
            f"| {one.name} | {_of(*one.heads)} | {_doubtful(one.false_heads)} | "
            f"{_each(one.stop_lines, 1)} | {_each(one.extents, 2)} | {_doubtful(one.extra_lines)} | "
            f"{_each(one.lanes, 2)} | {_maybe(one.scale, ' %')} | "
            f"{_maybe(one.focal, ' %')} | {_maybe(one.residual_cm, ' cm')} |"
        )
    yield ""
    yield _in_all(scores)


def _in_all(scores: Sequence[Score]) -> str:
    heads, there = (sum(s.heads[i] for s in scores) for i in (0, 1))
    off = [value for one in scores for value in one.stop_lines]
    near = sum(value is not None and value <= 2 for value in off)
    lanes = [value for one in scores for value in one.lanes]
    scales = [one.scale for one in scores if one.scale is not None]
    return (
        f"Heads {heads} of {there} found, {sum(s.false_heads[0] for s in scores)} false; "
        f"stop lines {near} of {len(off)} within 2 %, {sum(s.extra_lines[0] for s in scores)} extra; "
        f"lanes {sum(v >= 0.5 for v in lanes)} of {len(lanes)} with IoU ≥ 0.5; "
        f"scale off by {sum(scales) / max(1, len(scales)):.1f} % in the mean of {len(scales)}."
    )


def _of(found: int, there: int) -> str:
    return f"{found} of {there}" if there else "–"


def _doubtful(counts: tuple[int, int]) -> str:
    return f"{counts[0]}" + (f" (+ {counts[1]} doubtful)" if counts[1] else "")


def _each(values: Sequence[float | None], digits: int) -> str:
    return ", ".join("none" if value is None else f"{value:.{digits}f}" for value in values) or "–"


def _maybe(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.1f}{unit}"


def main() -> None:
    """Prints a table for the clips this was developed on, and one for those it was not."""
    ask = argparse.ArgumentParser(prog="python -m models.evaluation.suggestions", description=__doc__)
    ask.add_argument("clips", type=Path, nargs="*")
    ask.add_argument("--cache", type=Path)
    args = ask.parse_args()
    shipped = [*sorted(file.parent for file in CLIPS.glob("*/truth.yaml")), CLIPS.with_name("junction.mp4")]
    clips = [load(path) for path in args.clips or shipped]
    console = Console(soft_wrap=True)
    for developed_on in (True, False):
        scores = []
        for clip in (one for one in clips if (one.name in DEVELOPED_ON) is developed_on):
            minute = seen(clip.video, clip.name, args.cache)
            scores.append(score(clip, suggest(minute), minute.size))
        console.print(f"\n{'Developed on' if developed_on else 'Not looked at before'}\n", markup=False)
        for line in table(scores):
            console.print(line, markup=False, highlight=False)


if __name__ == "__main__":
    main()
