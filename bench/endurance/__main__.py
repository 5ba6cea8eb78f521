"""See `bench.endurance`."""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np

import bench.endurance
from bench.endurance.echo import Echo
from bench.endurance.site import NODE, Site, faults
from bench.live.processes import memory, tree
from contract.package import verify_packages
from edge.evidence.keys import load_or_make_node_key

BETWEEN = (0.5, 20.0)
"""Range of seconds between two kills; what was killed comes back after at most half of that. A machine shared
with others needs ten seconds and more to recover: with faster kills nothing is ever found."""

DRAIN = 900.0
"""Seconds in which everything must be delivered at the end."""

TELLS = 1800.0
"""Seconds without kills from which the growth is meaningful: earlier, processes still warm up."""

SAMPLE = 2.0
MONTH = 30 * 24


def killed(site: Site, kills: int, chance: random.Random) -> Counter[str]:
    """Number of kills of each part."""
    done: Counter[str] = Counter()
    while done.total() < kills:
        all_of_them = faults(site, chance)
        (fault,) = chance.choices(all_of_them, [each.weight for each in all_of_them])
        fault.kill()
        time.sleep(chance.uniform(*BETWEEN) / 2)
        fault.back()
        done[fault.part] += 1
        time.sleep(chance.uniform(*BETWEEN))
        if done.total() % 20 == 0:
            _say(f"{done.total()} kills: {len(site.packed())} violations, {len(site.cases())} cases")
    return done


def growth(site: Site, seconds: float) -> dict[str, tuple[float, float]]:
    """MiB (PSS) of each process at the end, and MiB an hour over the last two thirds."""
    samples: dict[str, list[tuple[float, float]]] = {"node": [], "ingest": [], "worker": []}
    began = time.monotonic()
    while (now := time.monotonic() - began) < seconds:
        for name, taken in samples.items():
            taken.append((now / 3600, memory(tree(site.running[name].pid)).own / 2**20))
        time.sleep(SAMPLE)
    found = {}
    for name, taken in samples.items():
        late = np.array(taken[len(taken) // 3 :])
        found[name] = (float(late[-1, 1]), float(np.polyfit(late[:, 0], late[:, 1], 1)[0]))
    return found


def settled(site: Site) -> list[str]:
    """Stops the node and delivers the rest; returns the errors found then."""
    site.stop_node()
    for camera in site.cameras:
        camera.kill()
    site.start("node")
    delivered = _wait(lambda: site.undelivered() == 0)
    site.stop_node()
    opened = _wait(lambda: site.cases() == site.packed())
    _say(f"delivered after {delivered:.0f} s, the last case {opened:.0f} s later")
    packed, cases = site.packed(), site.cases()
    folders = [site.data / "outbox" / "packages" / event for event in packed]
    reports = verify_packages(folders, load_or_make_node_key(site.data).public)
    wrong = [f"{report.path.name}: {report.failure}" for report in reports if report.failure]
    wrong += [f"not a case: {event}" for event in sorted(set(packed) - set(cases))]
    wrong += [f"a case of nothing: {event}" for event in sorted(set(cases) - set(packed))]
    wrong += [f"twice: {event}" for event, times in Counter(cases).items() if times > 1]
    checks = (site.trouble("media", "verify"), site.trouble("audit", "verify"))
    return wrong + [trouble for trouble in checks if trouble]


def _wait(true: Callable[[], bool]) -> float:
    """Seconds until the condition was true, or until the timeout."""
    began = time.monotonic()
    while not true() and time.monotonic() < began + DRAIN:
        time.sleep(1.0)
    return time.monotonic() - began


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Prints the kills, their consequences, and the growth of memory; exit code 1 if anything is wrong."""
    ask = argparse.ArgumentParser(
        prog="python -m bench.endurance",
        description=bench.endurance.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ask.add_argument("--kills", type=int, default=200)
    ask.add_argument("--quiet", type=float, default=120.0, help="seconds without kills")
    ask.add_argument("--seed", type=int, default=1)
    args = ask.parse_args()
    chance = random.Random(args.seed)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ngatu-endurance-")))
        site = Site(folder)
        stack.callback(site.end)
        for name in ("ingest", "worker", "node"):
            site.start(name)
        _wait(lambda: (site.data / "outbox" / "index.sqlite").is_file() and bool(site.cases()))
        echo = Echo(site.broker, NODE, chance)
        stack.callback(echo.end)
        done = killed(site, args.kills, chance)
        told = ", ".join(f"{part} {times}" for part, times in sorted(done.items()))
        _say(f"killed: {told}; {echo.repeated} messages came again")
        for name, (last, slope) in growth(site, args.quiet).items():
            month = (
                f"{slope * MONTH:+.0f} MiB in a month" if args.quiet >= TELLS else "too short to tell more"
            )
            _say(f"{name}: {last:.0f} MiB, {slope:+.1f} MiB an hour, {month}")
        wrong = settled(site)
        _say(f"{len(site.packed())} violations, {len(site.cases())} cases: {'; '.join(wrong) or 'all whole'}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
