"""A node with live cameras under load: cost of a look relative to the detector alone.

    ngatu bench live [--cameras 4 | --cameras 1-8 --chart FILE.svg] [--seconds N] [--cache FOLDER]

Each camera is a server of its own that plays the sample clip at 1920×1080 with a sub-stream of 1280×720, 25
pictures a second; a node runs as `ngatu edge run` starts it, without a broker. In the same seconds the
detector alone looks at pictures of the clip now and then. Only ratios compare: whatever else runs on the
machine slows both. The clip has three violations in 20 seconds, far more than a street has; what they cost
(stills, clips, plates, and the second look) is paid for each finding and told apart.
"""

import argparse
import sys
from pathlib import Path

from bench.live.clips import streams
from bench.live.run import run
from bench.live.told import chart, lines
from bench.live.track import installed

CACHE = Path("var") / "bench"


def main() -> None:
    """Prints the figures of each run, and draws the chart for several."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--cameras", default="4", help="how many; or from-to, for a chart")
    ask.add_argument("--seconds", type=float, default=60.0, help="that are counted in each run")
    ask.add_argument("--chart", type=Path, default=CACHE / "live.svg", help="file of the chart")
    ask.add_argument("--cache", type=Path, default=CACHE, help="where the clip's two streams are kept")
    args = ask.parse_args()
    first, _, last = args.cameras.partition("-")
    numbers = range(int(first), int(last or first) + 1)
    made = streams(args.cache)
    runs = []
    for number in numbers:
        runs.append(run(number, args.seconds, made, beside=installed()))
        sys.stdout.write("\n".join(lines(runs[-1])) + "\n")
        sys.stdout.flush()
    if len(runs) > 1:
        args.chart.write_text(chart(runs), encoding="utf-8")
        sys.stdout.write(f"chart: {args.chart}\n")


if __name__ == "__main__":
    main()
