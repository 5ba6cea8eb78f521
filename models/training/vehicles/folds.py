"""Trains without each pole in turn, then with all: what the figures on a camera never seen are measured with.

    python -m models.training.vehicles.folds --set SET --out RUNS --steps 1500
    python -m models.evaluation.leave_one_out --shared ../shared --stock stock.yaml --folds RUNS

`settled.py` makes the lists of `SET`. `RUNS/POLE` holds the network that never saw the pole, `RUNS/all` the
one to ship. What is done is not done again, so a run that was stopped goes on. Of each trained weight `share`
is kept, the rest is that of the official network, which knows more kinds of streets (see `mixture.py`).
"""

import argparse
from pathlib import Path

from models.evaluation.poles import POLES
from models.training.cards import write_card
from models.training.vehicles.export import card_facts, export
from models.training.vehicles.mixture import SHARE, mixture
from models.training.vehicles.start import five_kinds_checkpoint
from models.training.vehicles.train import SEED, train


def fold(listing: Path, out: Path, official: Path, args: argparse.Namespace) -> None:
    """Train on one list, export and mix."""
    target = out / "vehicles.onnx"
    if target.exists():
        return
    train(listing, out, args.steps, args.start, args.rate)
    part = out / "part.onnx"
    classes = export(out / "last.pt", part)
    mixture(part, official, target, args.share)
    recipe = f"{__name__} --steps {args.steps} --rate {args.rate} --share {args.share}"
    write_card(target, **card_facts(classes), data=[listing.name], recipe=recipe, seed=SEED, metrics={})


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--set", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument(
        "--start", type=Path, help="an .onnx of ours that saw none of the poles (default: official)"
    )
    ask.add_argument("--steps", type=int, default=1500)
    ask.add_argument("--rate", type=float, default=3e-4)
    ask.add_argument("--share", type=float, default=SHARE, help="of the trained weights in what is written")
    args = ask.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    official = args.out / "official.onnx"
    export(five_kinds_checkpoint(args.out / "official.pt"), official)
    for pole in POLES:
        fold(args.set / f"without_{pole}.txt", args.out / pole, official, args)
    fold(args.set / "train.txt", args.out / "all", official, args)


if __name__ == "__main__":
    main()
