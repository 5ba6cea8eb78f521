"""Ingest in several processes: a node's messages always go to the same one, so that they keep their order.

One process holds the connection to the broker, under its one client id, and deals messages out by node; a
batch is acknowledged once every partition has committed its share. A shared subscription would not work: it
scatters the messages of a node, and the session of a lost member swallows its share.
"""

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from zlib import crc32

from central.ingest.work import Arrived, Outgoing

Take = Callable[[Sequence[Arrived]], list[Outgoing]]
"""Handles and commits a batch; raises when it could not, and the batch is then offered again."""

# Forked while the parent has neither threads nor connections; loaded modules are shared, logs go one way.
_processes = multiprocessing.get_context("fork")


class PartitionError(Exception):
    """A partition can't process its share of a batch now (database unavailable): the batch must be offered
    again.
    """


class PartitionLostError(Exception):
    """The process of a partition has ended: ingest ends and is restarted as a whole."""


def partition_of(node: str, count: int) -> int:
    """Which of `count` partitions handles a node's messages."""
    return crc32(node.encode("utf-8", "surrogatepass")) % count


def _sender(topic: str) -> str:
    """The node in a topic; for a foreign topic, the text at that place."""
    return "".join(topic.split("/", 3)[2:3])


@contextmanager
def partitions(count: int, make: Callable[[int], Take]) -> Iterator[Take]:
    """`count` processes that take batches together; they end with the block, or with this process. A single
    one is this process itself.

    Args:
        make: called in each process with its number, to create the function that processes messages there.

    Yields:
        Takes a batch: each process its share, in the order given. Raises PartitionError,
            PartitionLostError.
    """
    gc.freeze()  # loaded objects stay: garbage-collecting them takes time, and each fork would copy them
    if count == 1:
        yield make(0)
        return
    with ExitStack() as stack:
        pipes: list[Connection] = []
        for number in range(count):
            ours, theirs = _processes.Pipe()
            process = _processes.Process(target=_work, args=(make, number, theirs, [*pipes, ours]))
            process.start()
            theirs.close()
            stack.callback(process.join)
            pipes.append(ours)
        for pipe in pipes:
            stack.callback(pipe.close)
        yield lambda messages: _deal(pipes, messages)


def _deal(pipes: Sequence[Connection], messages: Sequence[Arrived]) -> list[Outgoing]:
    shares: dict[int, list[Arrived]] = {}
    for message in messages:
        shares.setdefault(partition_of(_sender(message.topic), len(pipes)), []).append(message)
    try:
        for number, share in shares.items():
            pipes[number].send(share)
        answers: list[list[Outgoing] | PartitionError] = [pipes[number].recv() for number in shares]
    except (EOFError, OSError) as problem:
        raise PartitionLostError("a process of ingest has ended; see its log before") from problem
    for answer in answers:
        if isinstance(answer, PartitionError):
            raise answer
    return [outgoing for answer in answers if isinstance(answer, list) for outgoing in answer]


def _work(make: Callable[[int], Take], number: int, pipe: Connection, others: Sequence[Connection]) -> None:
    """The process of a partition: processes shares until the other end of its pipe is closed."""
    for other in others:
        other.close()  # otherwise no pipe would close with the parent
    # A terminal and systemd signal all processes: the parent decides and ends this one.
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    take = make(number)
    while True:
        try:
            share = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(take(share))
        except PartitionError as problem:
            pipe.send(problem)
