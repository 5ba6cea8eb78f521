"""How well heads are found and named, by place; a network that saw a place in training may not be measured
on it for the record:

    python -m models.evaluation.riders --shared ../shared/data [--place hang_bai...] [--card RIDERS.yaml]
"""

import argparse
from pathlib import Path

import cv2

from edge.riders.heads import HeadFinder
from edge.riders.network import HeadNetwork
from models.card import packaged_card
from models.evaluation.riders.labels import PLACES, SOURCES, pictures
from models.evaluation.riders.matching import Figures, Judged, figures, judge

HEAD = "place | motorbikes | heads found | bare: recall | precision | helmet called, wrong | people right"


def measured(place: str, shared: Path, finder: HeadFinder) -> list[Judged]:
    """Every labelled motorbike of a place."""
    return [
        judge(ridden, finder.find(image, ridden.box))
        for source, where in SOURCES.items()
        if where.place == place
        for image, bikes in pictures(source, shared)
        for ridden in bikes
    ]


def line(name: str, told: Figures) -> str:
    """A row of the table."""
    rightly = told.called_bare - told.called_bare_wrongly
    return " | ".join(
        (
            name,
            str(told.motorbikes),
            f"{told.found} of {told.heads}",
            f"{told.bare_found} of {told.bare} ({told.bare_recall:.2f})",
            f"{rightly} of {told.called_bare} ({told.bare_precision:.3f})",
            f"{told.called_helmet}, {told.called_helmet_wrongly}",
            f"{told.counted_right} of {told.countable} ({told.counted_right / max(told.countable, 1):.3f})",
        )
    )


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--shared", type=Path, required=True)
    ask.add_argument("--place", nargs="*", choices=PLACES, default=PLACES)
    ask.add_argument("--card", type=Path, default=packaged_card("riders"))
    args = ask.parse_args()
    cv2.setNumThreads(1)
    finder = HeadNetwork(args.card)
    everything: list[Judged] = []
    print(HEAD)  # noqa: T201
    for place in args.place:
        judged = measured(place, args.shared, finder)
        everything += judged
        print(line(place, figures(judged)))  # noqa: T201
    print(line("all", figures(everything)))  # noqa: T201


if __name__ == "__main__":
    main()
