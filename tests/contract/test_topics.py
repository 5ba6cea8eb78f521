"""Topics: what a node writes is what the centre reads, and nothing else passes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.topics import Incoming, NodeTopics, TopicError, parse_topic

NODE = NodeTopics("node-1")
NOON = datetime(2026, 11, 24, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        (NODE.status, Incoming("node-1", "status")),
        (NODE.health, Incoming("node-1", "health")),
        (NODE.manifest, Incoming("node-1", "manifest")),
        (NODE.standing("cam-1"), Incoming("node-1", "standing", camera="cam-1")),
        (NODE.picture("cam-1", NOON), Incoming("node-1", "picture", camera="cam-1", taken_at=NOON)),
        (NODE.chunk("a" * 64, 0), Incoming("node-1", "chunk", "a" * 64, 0)),
        (NODE.chunk("0" * 64, 131072), Incoming("node-1", "chunk", "0" * 64, 131072)),
    ],
)
def test_what_a_node_writes_is_what_the_centre_reads(topic: str, expected: Incoming) -> None:
    assert parse_topic(topic) == expected


@pytest.mark.parametrize(
    "topic",
    [
        "",
        NODE.receipt,
        "ngatu/v1/node-1",
        "ngatu/v2/node-1/status",
        "ngatu/v1/Node/status",
        "ngatu/v1//status",
        "ngatu/v1/node-1/status/more",
        f"ngatu/v1/node-1/chunk/{'a' * 63}/0",
        f"ngatu/v1/node-1/chunk/{'A' * 64}/0",
        f"ngatu/v1/node-1/chunk/{'a' * 64}/-1",
        f"ngatu/v1/node-1/chunk/{'a' * 64}/01",
        f"ngatu/v1/node-1/chunk/{'a' * 64}/{10**12}",
        "ngatu/v1/node-1/status\n",
        "ngatu/v1/node-1/standing",
        "ngatu/v1/node-1/standing/",
        "ngatu/v1/node-1/standing/a/b",
        "ngatu/v1/node-1/picture/cam-1",
        "ngatu/v1/node-1/picture/cam-1/-1",
        "ngatu/v1/node-1/picture/cam-1/99999999999999",
        NODE.revision,
    ],
)
def test_other_topics_are_refused(topic: str) -> None:
    with pytest.raises(TopicError):
        parse_topic(topic)


@pytest.mark.parametrize("node", ["", "Node", "a b", "a/b", "+", "#", "-a", "a" * 64, "nút"])
def test_a_node_id_can_not_reach_other_topics(node: str) -> None:
    with pytest.raises(TopicError):
        NodeTopics(node)


@given(st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True), st.integers(0, 10**12 - 1))
def test_chunks_of_any_node_come_back(node: str, offset: int) -> None:
    assert parse_topic(NodeTopics(node).chunk("f" * 64, offset)) == Incoming(node, "chunk", "f" * 64, offset)
