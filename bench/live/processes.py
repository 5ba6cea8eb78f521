"""Resources used by processes, as counted by the kernel."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> Iterator[int]:
    """A process and all its running descendants."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread may have ended meanwhile
            for child in task.read_text().split():
                yield from tree(int(child))


def processor_seconds(pids: Iterable[int]) -> float:
    """Processor seconds of all these processes and of their children that have ended."""
    return sum(_processor_seconds(pid) for pid in pids)


def _processor_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (ProcessLookupError, FileNotFoundError):  # it has ended meanwhile: its parent counts it
        return 0.0
    return sum(int(ticks) for ticks in fields[11:15]) / _TICK


def machine_seconds() -> float:
    """Seconds that all processors together have worked or were taken by another machine (steal)."""
    ticks = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle, waiting = ticks[3:5]
    return (sum(ticks) - idle - waiting) / _TICK


@dataclass(frozen=True)
class Memory:
    """Bytes: `own` shares what several processes hold (PSS), `resident` counts it for each (RSS)."""

    own: int
    resident: int


def memory(pids: Iterable[int]) -> Memory:
    """Memory of all these processes together."""
    own = resident = 0
    for pid in pids:
        try:
            told = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except (ProcessLookupError, FileNotFoundError):  # it has ended meanwhile
            continue
        lines = dict(line.split(":", 1) for line in told.splitlines()[1:])
        own += 1024 * int(lines["Pss"].split()[0])
        resident += 1024 * int(lines["Rss"].split()[0])
    return Memory(own, resident)
