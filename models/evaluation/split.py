"""Split the labelled pictures into a half to develop on and a half for the end, source by source.

Pictures of the same plate stay on the same side. Nothing is trained on either half; the confidence is fitted
on the first.

    python -m models.evaluation.split --labels ../shared/data/plates/labels.csv --out DIR
"""

import argparse
import csv
import random
from collections import defaultdict
from pathlib import Path

SEED = 20261124
SIDES = ("dev", "final")


def sides(rows: list[dict[str, str]], seed: int = SEED) -> dict[str, str]:
    """For each file the side it is on."""
    plates: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    named: dict[str, str] = {}
    for row in rows:
        named[row["file"]] = named.get(row["file"]) or row["plate"]
    for file in sorted(named):
        plates[file.split("/")[0]][named[file] or file].append(file)
    chance = random.Random(seed)
    side: dict[str, str] = {}
    for source in sorted(plates):
        order = sorted(plates[source])
        chance.shuffle(order)
        for number, plate in enumerate(order):
            side |= dict.fromkeys(plates[source][plate], SIDES[number % 2])
    return side


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--labels", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True)
    args = ask.parse_args()
    with open(args.labels, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    side = sides(rows)
    for name in SIDES:
        with open(args.out / f"labels_{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(row for row in rows if side[row["file"]] == name)


if __name__ == "__main__":
    main()
