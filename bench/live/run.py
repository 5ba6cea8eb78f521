"""One run: camera servers, a node in a process of its own, the detector alone beside it; then the others."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.live.alone import Alone, some_pictures
from bench.live.clips import Streams
from bench.live.found import Packed, Score, packed, score
from bench.live.processes import Memory, machine_seconds, memory, processor_seconds
from bench.live.site import Child, Served, node_file, server
from edge.evidence.keys import load_or_make_node_key

WARM_UP = 25.0
"""Seconds before counting starts: networks load, views are learnt, one round of the clip passes."""

POST_ROLL = 8.0
"""Seconds after the counted ones, in which the last acts still get their clips."""


EXAMINING, IDLE = 240.0, 6.0
"""Most seconds for pending second looks at the end, once no camera plays; and idle seconds that show that all
are done."""


@dataclass(frozen=True)
class Watched:
    """A process (and its children) over `seconds`: processor seconds of its parts, looks by camera."""

    began: float
    seconds: float
    processor: float
    looks: Mapping[str, int]
    in_detector: float
    threads: Mapping[str, float]
    memory: Memory
    servers: float
    """Processor seconds of the camera servers."""
    others: float
    """Processor seconds of everything else on the machine."""
    load: float

    @property
    def all_looks(self) -> int:
        """Looks of all cameras."""
        return max(sum(self.looks.values()), 1)

    def of(self, name: str) -> float:
        """Processor seconds of the threads whose name starts so."""
        return sum(spent for thread, spent in self.threads.items() if thread.startswith(name))


@dataclass(frozen=True)
class Run:
    """The measurements; costs are processor seconds per look."""

    cameras: int
    node: Watched
    alone: float
    alone_before: float
    score: Score
    packages: tuple[Packed, ...]
    ultralytics: Watched | None

    @property
    def cost(self) -> float:
        """Cost of the whole node without evidence and second look, which are paid for each finding."""
        node = self.node
        return (node.processor - node.of("packing") - node.of("second-look")) / node.all_looks


def run(cameras: int, seconds: float, streams: Streams, *, beside: bool) -> Run:
    """Measures for that many seconds; `beside`: plain `ultralytics track` too."""
    alone = Alone(some_pictures(streams.detect, 20))
    before = min(alone.round() for _ in range(3))
    with TemporaryDirectory(prefix="ngatu-bench-") as name:
        folder = Path(name)
        node, epochs = _node(folder, cameras, streams, alone, seconds)
        within = node.began, node.began + node.seconds
        key = load_or_make_node_key(folder / "data").public
        packages = packed(folder / "data" / "outbox", key, within)
        return Run(
            cameras=cameras,
            node=node,
            alone=alone.cost,
            alone_before=before,
            score=score(packages, epochs, streams.seconds, within),
            packages=tuple(packages),
            ultralytics=_ultralytics(folder, cameras, streams, seconds) if beside else None,
        )


@contextmanager
def _served(cameras: int, streams: Streams) -> Iterator[list[Served]]:
    with ExitStack() as stack:
        yield [stack.enter_context(server(number, streams)) for number in range(1, cameras + 1)]


def _node(
    folder: Path, cameras: int, streams: Streams, alone: Alone, seconds: float
) -> tuple[Watched, dict[str, float]]:
    """The counts, and when each camera started to play."""
    with ExitStack() as stack:
        with _served(cameras, streams) as served:
            child = Child("bench.live.node", [str(node_file(folder, served))], folder / "node.log")
            stack.callback(child.end)
            time.sleep(WARM_UP)
            with alone:
                found = watched(child, served, seconds)
            time.sleep(POST_ROLL)
        _examined(child)
        return found, {each.name: each.epoch for each in served}


def _examined(child: Child) -> None:
    """Waits until the node has examined its findings; its cameras are gone."""
    deadline, before = time.monotonic() + EXAMINING, -1.0
    while time.monotonic() < deadline:
        threads = child.told()["threads"]
        spent = threads.get("second-look", 0.0) + threads["packing"]
        if spent == before:
            return
        before = spent
        time.sleep(IDLE)


def _ultralytics(folder: Path, cameras: int, streams: Streams, seconds: float) -> Watched:
    with _served(cameras, streams) as served:
        child = Child("bench.live.track", [each.url("detect") for each in served], folder / "track.log")
        try:
            time.sleep(WARM_UP)
            return watched(child, served, seconds)
        finally:
            child.end()


def watched(child: Child, served: Sequence[Served], seconds: float) -> Watched:
    """Counts for that many seconds."""
    servers = [each.pid for each in served]
    began, first, before = time.time(), child.told(), _spent(servers)
    most = Memory(0, 0)
    while time.time() < began + seconds:
        time.sleep(1.0)
        now = memory(child.pids)
        most = Memory(max(most.own, now.own), max(most.resident, now.resident))
    last, after = child.told(), _spent(servers)
    processor = last["processor"] - first["processor"]
    of_servers, of_bench, of_all = (now - then for now, then in zip(after, before, strict=True))
    return Watched(
        began=began,
        seconds=time.time() - began,
        processor=processor,
        looks={name.removeprefix("looking "): int(n) for name, n in _grown(first, last, "looks").items()},
        in_detector=sum(_grown(first, last, "detector").values()),
        threads=_grown(first, last, "threads"),
        memory=most,
        servers=of_servers,
        others=of_all - of_servers - of_bench - processor,
        load=os.getloadavg()[0],
    )


def _spent(servers: Sequence[int]) -> tuple[float, float, float]:
    """Processor seconds so far of the servers, of this process, of the whole machine."""
    return processor_seconds(servers), time.process_time(), machine_seconds()


def _grown(first: Mapping[str, Any], last: Mapping[str, Any], what: str) -> dict[str, float]:
    return {name: value - first[what].get(name, 0) for name, value in last.get(what, {}).items()}
