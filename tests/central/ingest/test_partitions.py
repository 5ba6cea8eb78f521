"""Several processes share a batch: each node in one of them, in its order, and no process outlives ingest."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.ingest.partitions import (
    PartitionError,
    PartitionLostError,
    Take,
    partition_of,
    partitions,
)
from central.ingest.work import Arrived, Outgoing
from contract.topics import NodeTopics

NODES = [f"node-{number}" for number in range(1, 9)]


def echo(number: int) -> Take:
    """Answers each message with where it was handled; some messages mean trouble."""

    def take(messages: Sequence[Arrived]) -> list[Outgoing]:
        for message in messages:
            if message.payload == b"away":
                raise PartitionError("the database is away")
            if message.payload == b"die":
                os.kill(os.getpid(), signal.SIGKILL)
        return [Outgoing(f"{number}/{os.getpid()}/{m.topic}", m.payload) for m in messages]

    return take


def sent(*payloads: bytes, nodes: Sequence[str] = NODES) -> list[Arrived]:
    return [Arrived(NodeTopics(node).manifest, payload) for payload in payloads for node in nodes]


def pids(outgoing: Sequence[Outgoing]) -> set[int]:
    return {int(item.topic.split("/")[1]) for item in outgoing}


def test_a_nodes_messages_are_handled_in_their_order_by_one_process() -> None:
    with partitions(3, echo) as take:
        first, second = take(sent(b"1", b"2")), take(sent(b"3"))
    assert len(pids(first)) == 3
    assert os.getpid() not in pids(first)
    for node in NODES:
        mine = [item for item in (*first, *second) if f"/{node}/" in item.topic]
        assert [item.payload for item in mine] == [b"1", b"2", b"3"]
        assert {item.topic.split("/")[0] for item in mine} == {str(partition_of(node, 3))}


def test_one_process_is_this_one() -> None:
    with partitions(1, echo) as take:
        assert pids(take(sent(b"1"))) == {os.getpid()}


@given(st.text(), st.integers(1, 16))
def test_whatever_is_called_a_node_has_a_partition(node: str, count: int) -> None:
    assert 0 <= partition_of(node, count) < count


def test_foreign_topics_are_handled_too() -> None:
    with partitions(2, echo) as take:
        assert len(take([Arrived("", b""), Arrived("a/b", b""), Arrived("\ud800/\ud800/\ud800", b"")])) == 3


def test_trouble_with_the_database_is_told_and_the_next_batch_is_handled() -> None:
    with partitions(2, echo) as take:
        with pytest.raises(PartitionError, match="away"):
            take(sent(b"away", nodes=NODES[:1]) + sent(b"1"))
        assert [item.payload for item in take(sent(b"2"))] == [b"2"] * len(NODES)


def test_a_process_that_is_gone_ends_ingest() -> None:
    with partitions(2, echo) as take, pytest.raises(PartitionLostError):
        take(sent(b"die", nodes=NODES[:1]))


@pytest.mark.parametrize("end", [lambda stack: stack.close(), None], ids=["closed", "killed"])
def test_no_process_outlives_ingest(end: Callable[[ExitStack], None] | None) -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:  # as ingest: its partitions hold the pipe open for as long as they live
        stack = ExitStack()
        stack.enter_context(partitions(3, echo))(sent(b"1"))
        if end is not None:
            end(stack)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(writer)
    started = time.monotonic()
    assert os.read(reader, 1) == b""  # nobody holds the other end any more
    os.close(reader)
    assert time.monotonic() - started < 30
