"""Render the clips: `python -m sample_videos.scene [NAME ...]`; needs moderngl."""

import argparse
import logging
from collections import Counter
from pathlib import Path

from ..truth import CLIPS
from .scenarios import names, scenario

SEED = 9


def main() -> None:
    """Render all scenarios, or those named, each into a folder of its own."""
    ask = argparse.ArgumentParser(prog="python -m sample_videos.scene", description=main.__doc__)
    ask.add_argument("names", nargs="*", help=f"of {', '.join(names())}")
    ask.add_argument("--out", type=Path, default=CLIPS)
    ask.add_argument("--seed", type=int, default=SEED)
    ask.add_argument("--only-acts", action="store_true", help="list the acts without rendering")
    ask.add_argument("--only-events", action="store_true", help="judge rendered clips again")
    args = ask.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name in args.names or names():
        _one(name, args.seed, args.out, only_acts=args.only_acts, judged_again=args.only_events)


def _one(name: str, seed: int, out: Path, *, only_acts: bool, judged_again: bool) -> None:
    from .production import judge_again, play, produce

    made = scenario(name, seed)
    if only_acts:
        _, acts = play(made)
        counts = Counter((act.rule, act.verdict, act.code) for act in acts)
    else:
        document = (judge_again if judged_again else produce)(made, out / name)
        counts = Counter((event.rule, event.verdict, event.code) for event in document.events)
    for (rule, verdict, code), count in sorted(counts.items()):
        logging.info("%s: %s %s %s %d", name, rule, verdict, code, count)


if __name__ == "__main__":
    main()
