"""Our tracker beside those of the package `trackers`, on the same detections of clips with exact truth.

    python -m models.evaluation.tracking [CLIP_FOLDER...] [--cache FOLDER] [--rates 5,10,25]

Without a folder the shipped sample clip is used. Each row is one way of looking: every frame, fewer looks a
second, or a share of looks dropped at random. What is written as false is a violation that nobody committed.
"""

import argparse
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

from rich.console import Console

from models.evaluation.tracking.followers import FOLLOWERS
from models.evaluation.tracking.looks import Look, at_rate, dropped, looks_of
from models.evaluation.tracking.score import Result, run
from models.evaluation.tracking.truth import Clip, load

SAMPLE = Path(str(files("sample_videos"))) / "junction.truth.yaml"
CAMERA = Path(str(files("configs"))) / "cameras" / "junction.yaml"
SEEDS = (1, 2, 3)


def ways(looks: Sequence[Look], fps: float, rates: Sequence[float]) -> Iterator[tuple[str, list[list[Look]]]]:
    """Sampling variants of a clip, each with one or several sets of looks."""
    yield "every frame", [list(looks)]
    for rate in rates:
        if rate < fps:
            yield f"{rate:g} a second", [at_rate(looks, fps, rate)]
    for share in (0.5, 0.8):
        yield f"{share:.0%} dropped", [dropped(looks, share, seed) for seed in SEEDS]


def pooled(results: Sequence[Result]) -> Result:
    """Means of the scores, sums of the counts."""
    count = max(1, len(results))
    return Result(
        hota=sum(r.hota for r in results) / count,
        idf1=sum(r.idf1 for r in results) / count,
        switches=sum(r.switches for r in results),
        right=sum(r.right for r in results),
        missed=sum(r.missed for r in results),
        borderline=sum(r.borderline for r in results),
        false=[one for r in results for one in r.false],
        breaks=sum(r.breaks for r in results),
        switches_told=sum(r.switches_told for r in results),
    )


def table(
    clips: Sequence[Clip], cache: Path | None, rates: Sequence[float], names: Sequence[str]
) -> list[str]:
    """The page's table, one line for each sampling variant and tracker."""
    by_way: dict[str, dict[str, list[Result]]] = {}
    for clip in clips:
        for way, sets in ways(looks_of(clip.video, cache), clip.fps, rates):
            for name in names:
                done = [
                    run(clip, looks, FOLLOWERS[name](clip.camera.size, clip.fps)) for looks in sets if looks
                ]
                by_way.setdefault(way, {}).setdefault(name, []).extend(done)
    lines = [
        "| looks | tracker | HOTA | IDF1 | switches | found | missed | borderline | false |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for way, of in by_way.items():
        for name, results in of.items():
            r = pooled(results)
            lines.append(
                f"| {way} | {name} | {r.hota:.3f} | {r.idf1:.3f} | {r.switches} | {r.right} | {r.missed} | "
                f"{r.borderline} | {'**' if r.false else ''}{len(r.false)}{'**' if r.false else ''} |"
            )
            lines += [f"<!-- {way} {name}: {one} -->" for one in r.false if name == "ngatu"]
    return lines


def main() -> None:
    """Prints the table, and writes it if asked."""
    ask = argparse.ArgumentParser(prog="python -m models.evaluation.tracking", description=__doc__)
    ask.add_argument("clips", type=Path, nargs="*")
    ask.add_argument("--cache", type=Path)
    ask.add_argument("--rates", default="5,6,8,10,12")
    ask.add_argument("--trackers", default=",".join(FOLLOWERS))
    args = ask.parse_args()
    clips = [load(path) for path in args.clips] or [load(SAMPLE, CAMERA)]
    rates = [float(rate) for rate in args.rates.split(",")]
    for line in table(clips, args.cache, rates, args.trackers.split(",")):
        Console(soft_wrap=True).print(line, markup=False, highlight=False)


if __name__ == "__main__":
    main()
