"""Ingest without a network: any order, repetition or bytes give one case or a quarantine entry, no less."""

import base64
import itertools
import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import RootModel
from sqlalchemy import Engine
from sqlmodel import Session, select

from central.db import transaction
from central.fleet.enrolment import enrol, revoke
from central.ingest import quarantine
from central.ingest.chunks import EARLY_FILES
from central.ingest.handler import handle
from central.ingest.models import PackageFile, PartialFile
from central.ingest.work import Arrived
from contract.canonical import canonical_bytes, sha256_hex
from contract.manifest import upgrade
from contract.receipts import MissingPart, ReceiptV1
from contract.signing import LARGEST_SIGNED, SigningKey, TooLargeError, sign
from contract.topics import CHUNK_BYTES, NodeTopics
from tests.central.evidence import (
    NODE,
    NODE_KEY,
    chain,
    clip,
    enrolment,
    evidence,
    file_entry,
    picture,
)
from tests.central.ingest.conftest import Centre

TOPICS = NodeTopics(NODE)
_ON_ONE_DATABASE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_a_package_is_stored_and_answered_once_all_of_it_is_here(centre: Centre) -> None:
    package = evidence()
    [answer] = centre.receive([package.manifest_message])
    assert answer.state == "incomplete"
    assert {part.sha256 for part in answer.missing} == {sha256_hex(content) for content in package.contents}
    *first, last = package.chunk_messages()
    assert centre.receive(first) == []
    [receipt] = centre.receive([last])
    assert (receipt.state, receipt.event_id) == ("stored", package.manifest.event_id)
    assert receipt.manifest_sha256 == package.manifest_sha256
    assert centre.cases == [package.manifest.event_id]
    for content in package.contents:
        with centre.tools.store.open(sha256_hex(content), recheck=True) as stored:
            assert stored.read() == content


@_ON_ONE_DATABASE
@given(data=st.data())
def test_any_order_with_repeats_in_any_batches_opens_each_case_once(
    centre: Centre, data: st.DataObject
) -> None:
    sequence = 1 + len(centre.packages())
    previous = centre.packages()[-1].manifest_sha256 if sequence > 1 else None
    package = evidence(sequence, previous)
    piece = data.draw(st.integers(CHUNK_BYTES // 3, CHUNK_BYTES), label="bytes in a piece")
    messages = package.messages(piece)
    repeats = data.draw(st.lists(st.sampled_from(messages), max_size=5))
    order = data.draw(st.permutations([*messages, *repeats]))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(order) - 1), max_size=4)))
    receipts = [
        receipt
        for start, end in itertools.pairwise([0, *cuts, len(order)])
        for receipt in centre.receive(order[start:end])
    ]
    assert receipts[-1].state == "stored"
    assert centre.cases.count(package.manifest.event_id) == 1
    assert centre.quarantined() == []
    [asked] = centre.receive([package.manifest_message])
    assert asked.state == "stored"


def test_overlapping_pieces_of_different_sizes_make_the_same_file(centre: Centre) -> None:
    package = evidence(contents=[clip(1, 100_000)])
    pieces = [*package.chunk_messages(30_000)[1:], *package.chunk_messages(70_000)]
    assert centre.receive([package.manifest_message, *pieces])[-1].state == "stored"


def test_repeating_the_manifest_asks_what_is_missing(centre: Centre) -> None:
    package = evidence(contents=[clip(1, 3 * CHUNK_BYTES), picture(1)])
    first, _lost, third, _picture = package.chunk_messages()
    centre.receive([package.manifest_message, first, third])
    [answer] = centre.receive([package.manifest_message])
    assert answer.state == "incomplete"
    assert set(answer.missing) == {
        MissingPart(sha256=sha256_hex(package.contents[0]), offset=CHUNK_BYTES),
        MissingPart(sha256=sha256_hex(package.contents[1]), offset=0),
    }


def test_a_file_that_is_stored_already_need_not_be_sent_again(centre: Centre) -> None:
    first = evidence(1)
    second = evidence(2, first.manifest_sha256, first.contents)
    centre.receive(first.messages())
    assert [receipt.state for receipt in centre.receive([second.manifest_message])] == ["stored"]


def test_a_file_named_twice_in_a_manifest_is_one_file(centre: Centre) -> None:
    package = evidence(contents=[picture(1), picture(1)])
    assert centre.receive(package.messages())[-1].state == "stored"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_packages_out_of_order_end_up_linked(centre: Centre, order: tuple[int, ...]) -> None:
    packages = chain(3)
    for index in order:
        centre.receive([packages[index].manifest_message])
    assert [package.chain for package in centre.packages()] == ["linked"] * 3
    assert "package.chain" not in centre.alarms()


def test_a_package_left_out_shows_as_a_gap(centre: Centre) -> None:
    first, _withheld, third = chain(3)
    centre.receive([first.manifest_message, third.manifest_message])
    assert [package.chain for package in centre.packages()] == ["linked", "gap"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_false_predecessor_is_stored_but_raises_an_alarm(centre: Centre, order: tuple[int, int]) -> None:
    packages = [evidence(1), evidence(2, "f" * 64)]
    for index in order:
        centre.receive([packages[index].manifest_message])
    assert [package.chain for package in centre.packages()] == ["linked", "broken"]
    assert "package.chain" in centre.alarms()


@pytest.mark.parametrize("size", [1, 2], ids=["one by one", "in one batch"])
@pytest.mark.parametrize("changes", [{"site_name": "another story"}, {"event_id": "another-event"}])
def test_a_contradiction_never_overwrites(centre: Centre, changes: dict[str, Any], size: int) -> None:
    original, forged = evidence(1), evidence(1, **changes)
    messages = [original.manifest_message, forged.manifest_message]
    receipts = [r for start in range(0, 2, size) for r in centre.receive(messages[start : start + size])]
    refused = [receipt for receipt in receipts if receipt.state == "rejected"]
    assert [receipt.manifest_sha256 for receipt in refused] == [forged.manifest_sha256]
    assert [package.manifest_sha256 for package in centre.packages()] == [original.manifest_sha256]
    assert [entry.reason for entry in centre.quarantined()] == ["package.conflict"]
    assert "package.conflict" in centre.alarms()
    assert centre.receive(original.chunk_messages())[-1].state == "stored"


def _unsigned(package_token: str) -> bytes:
    header, payload, signature = package_token.split(".")
    return ".".join((header, payload, signature[::-1])).encode()


def _deep() -> bytes:
    header = base64.urlsafe_b64encode(b'{"kid":' + b"[" * 60_000)
    return header + b".e30.e30"


FORGED_KEY = SigningKey(b"\x07" * 32)

HOSTILE = [
    pytest.param(TOPICS.manifest, b"", "message.malformed", id="nothing"),
    pytest.param(TOPICS.manifest, b"\xff\xfe\x00" * 50, "message.malformed", id="binary"),
    pytest.param(TOPICS.manifest, b"a.b.c", "message.malformed", id="dots"),
    pytest.param(TOPICS.manifest, _deep(), "message.malformed", id="header without an end"),
    pytest.param(TOPICS.manifest, os.urandom(5_000_000), "message.too_large", id="5 MB manifest"),
    pytest.param(
        TOPICS.manifest, _unsigned(evidence().token), "message.bad_signature", id="altered signature"
    ),
    pytest.param(
        TOPICS.manifest, evidence(key=FORGED_KEY).token.encode(), "message.unknown_key", id="foreign key"
    ),
    pytest.param(
        TOPICS.manifest, evidence(node="nut-2").token.encode(), "message.wrong_node", id="other node's"
    ),
    pytest.param(TOPICS.status, b"{}", "message.faulty", id="empty status"),
    pytest.param(TOPICS.status, os.urandom(5_000_000), "message.too_large", id="5 MB status"),
    pytest.param(TOPICS.health, b'{"schema": "ngatu.health/3"}', "message.newer", id="newer health"),
    pytest.param(TOPICS.health, b'{"node": "\\u0000"}', "message.null_character", id="U+0000"),
    pytest.param(TOPICS.chunk("a" * 64, 0), b"", "message.chunk", id="empty piece"),
    pytest.param(TOPICS.chunk("a" * 64, 0), b"x" * (CHUNK_BYTES + 1), "message.chunk", id="piece too long"),
    pytest.param(TOPICS.chunk("a" * 64, 0), os.urandom(5_000_000), "message.chunk", id="5 MB piece"),
    pytest.param(TOPICS.chunk("a" * 64, 999_999_999_999), b"x", "message.chunk", id="piece of a giant"),
    pytest.param(f"ngatu/v1/{NODE}/chunk/x/y", b"x", "message.topic", id="odd topic"),
    pytest.param(f"ngatu/v1/{NODE}/../\x01\ud800", b"x", "message.topic", id="unprintable topic"),
    pytest.param(
        "ngatu/v1/nobody/manifest", evidence().token.encode(), "message.unknown_node", id="unknown node"
    ),
    pytest.param("ngatu/v1/nobody/status", b"{}", "message.unknown_node", id="unknown node's status"),
]


@pytest.mark.parametrize(("topic", "payload", "reason"), HOSTILE)
def test_what_is_wrong_is_kept_bounded_and_harms_nobody(
    centre: Centre, topic: str, payload: bytes, reason: str
) -> None:
    good = evidence()
    receipts = centre.receive([Arrived(topic, payload), *good.messages(), Arrived(topic, payload)])
    assert [receipt.state for receipt in receipts] == ["stored"]
    [entry] = centre.quarantined()
    assert (entry.reason, entry.size, entry.count) == (reason, len(payload), 2)
    assert entry.head == payload[: quarantine.KEPT_BYTES]
    assert entry.payload_sha256 == sha256_hex(payload)
    assert list(centre.tools.partials.names()) == []


@_ON_ONE_DATABASE
@given(
    topic=st.sampled_from([TOPICS.manifest, TOPICS.status, TOPICS.health, TOPICS.chunk("b" * 64, 0)])
    | st.text(max_size=40),
    payload=st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")),
)
def test_no_message_can_make_ingest_fail(centre: Centre, topic: str, payload: bytes) -> None:
    assert all(receipt.state == "rejected" for receipt in centre.receive([Arrived(topic, payload)]))
    assert {entry.reason for entry in centre.quarantined()} & {"message.internal"} == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"schema": "ngatu.manifest/3"}, "message.newer"),
        ({"schema": "ngatu.manifest/2.7", "surprise": 1}, "message.unknown_keys"),
        ({"surprise": {"a": [1, 2]}}, "message.unknown_keys"),
    ],
)
def test_a_manifest_of_a_newer_node_may_come_again(centre: Centre, change: dict[str, Any], code: str) -> None:
    package = evidence()
    newer = _signed(json.loads(canonical_bytes(package.manifest)) | change)
    receipts = centre.receive([newer])
    assert [receipt.state for receipt in receipts] == ["unsupported"]
    assert receipts[0].event_id == package.manifest.event_id
    assert receipts[0].reason is not None
    assert receipts[0].reason.code == code
    assert receipts[0].software.startswith("ngatu ")
    assert [entry.reason for entry in centre.quarantined()] == [code]
    assert centre.receive(package.messages())[-1].state == "stored"


MALFORMED: list[tuple[str, Any]] = [
    ("the whole", None),
    ("the whole", []),
    ("the whole", 7),
    ("the whole", {}),
    ("schema", None),
    ("schema", 2),
    ("schema", "ngatu.receipt/2"),
    ("occurred_at", None),
    ("occurred_at", {}),
    ("occurred_at", "0001-01-01T00:00:00+14:00"),
    ("occurred_at", "9999-12-31T23:59:59-05:00"),
    ("occurred_at", "9999-12-31T23:59:59Z"),
    ("occurred_at", "2026-11-24T08:30:00"),
    ("vehicle", None),
    ("vehicle", {}),
    ("vehicle", {"kind": "car", "confidence": None, "track": 1}),
    ("vehicle", {"kind": "car", "confidence": {}, "track": 1}),
    ("plate", {"text": "29A1", "confidence": None}),
    ("trajectory", [{"t_ms": 0, "ground": [None, 0.5], "box": [0, 0, 1, 1]}]),
    ("trajectory", [{"t_ms": 0, "ground": {}, "box": [0, 0, 1, 1]}]),
    ("scene", [{"id": "s", "kind": "stop_line", "points": [[None, 0], [1, 1]]}]),
    ("reasons", []),
    ("reasons", [{"code": "Red Light!"}]),
    ("files", None),
]


@pytest.mark.parametrize(("key", "value"), MALFORMED)
def test_a_malformed_manifest_is_rejected_in_words(centre: Centre, key: str, value: Any) -> None:
    whole = json.loads(canonical_bytes(evidence().manifest))
    message = _signed(value if key == "the whole" else whole | {key: value})
    receipts = centre.receive([message])
    assert [receipt.state for receipt in receipts] == ["rejected"] * (key != "the whole")
    assert [entry.reason for entry in centre.quarantined()] == ["message.faulty"]


def test_a_manifest_as_large_as_may_be_signed_is_read(centre: Centre) -> None:
    point = {"t_ms": 0, "ground": [0.12345, 0.5], "box": [0.1234, 0.1234, 0.5678, 0.5678], "wheels": "hidden"}
    package = evidence(trajectory=[point] * 3500)
    assert LARGEST_SIGNED * 0.7 < len(package.token) < LARGEST_SIGNED
    assert centre.receive(package.messages())[-1].state == "stored"
    with pytest.raises(TooLargeError):
        evidence(trajectory=[point] * 6000)


def test_a_package_of_the_release_before_is_answered_as_it_can_read(centre: Centre) -> None:
    package = evidence()
    old = upgrade.to_v1(package.manifest, "vi — en")
    token = sign(old, NODE_KEY)
    answers = centre.answers([Arrived(TOPICS.manifest, token.encode()), *package.chunk_messages()])
    assert [ReceiptV1.model_validate_json(answer).state for answer in answers] == ["stored"]
    other = upgrade.to_v1(package.manifest.model_copy(update={"site_name": "x"}), "vi — en")
    [refused] = centre.answers([Arrived(TOPICS.manifest, sign(other, NODE_KEY).encode())])
    assert "contradicts package" in ReceiptV1.model_validate_json(refused).reason


def test_a_revoked_node_is_heard_no_more(centre: Centre) -> None:
    with transaction(centre.engine) as session:
        revoke(session, NODE, "stolen", centre.now, "test")
    assert centre.receive(evidence().messages()) == []
    assert {entry.reason for entry in centre.quarantined()} == {"message.revoked_node"}
    assert centre.packages() == []


def test_a_node_set_up_anew_signs_with_its_new_key(centre: Centre) -> None:
    new_key = SigningKey(b"\x09" * 32)
    with transaction(centre.engine) as session:
        revoke(session, NODE, "disk replaced", centre.now, "test")
        enrol(session, enrolment(key=new_key), centre.now, "test")
    old, new = evidence(1), evidence(1, key=new_key, event_id="new-000001")
    centre.receive([old.manifest_message, *new.messages()])
    assert [package.event_id for package in centre.packages()] == ["new-000001"]
    assert [entry.reason for entry in centre.quarantined()] == ["message.revoked_key"]


def test_pieces_another_node_sends_don_t_spoil_a_file(centre: Centre) -> None:
    with transaction(centre.engine) as session:
        enrol(session, enrolment("nut-2", FORGED_KEY), centre.now, "test")
    package = evidence(contents=[picture(1)])
    sha256 = sha256_hex(package.contents[0])
    foreign = Arrived(NodeTopics("nut-2").chunk(sha256, 0), b"\xff\xd8\xff" + b"!" * 997)
    own = [package.manifest_message, foreign, *package.chunk_messages()]
    receipts = centre.receive([foreign, *own, foreign])
    assert [receipt.state for receipt in receipts] == ["stored"]


def test_a_spoilt_file_is_asked_for_again_and_given_up_in_the_end(centre: Centre) -> None:
    package = evidence(contents=[picture(1)])
    topic = TOPICS.chunk(sha256_hex(package.contents[0]), 0)
    spoilt = Arrived(topic, package.contents[0][:-1] + b"?")
    centre.receive([package.manifest_message])
    states = [centre.receive([spoilt])[0].state for _ in range(3)]
    assert states == ["incomplete", "incomplete", "rejected"]
    assert [entry.reason for entry in centre.quarantined()] == ["package.never_whole"]
    [asked] = centre.receive([package.manifest_message])
    assert asked.state == "rejected"
    assert centre.cases == []


def test_a_spoilt_file_that_comes_right_is_stored(centre: Centre) -> None:
    package = evidence(contents=[picture(1)])
    spoilt = Arrived(TOPICS.chunk(sha256_hex(package.contents[0]), 0), b"?" * len(package.contents[0]))
    [answer] = centre.receive([package.manifest_message, spoilt])
    assert answer.missing[0].offset == 0
    assert centre.receive(package.chunk_messages())[0].state == "stored"


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        (b"GIF89a" + b"x" * 100, {"media_type": "image/jpeg"}),
        (picture(1), {"media_type": "video/mp4"}),
        (picture(1), {"bytes": 999}),
    ],
    ids=["not a picture", "picture as clip", "another size"],
)
def test_a_stored_file_that_is_not_what_the_manifest_says_rejects_it(
    centre: Centre, content: bytes, declared: dict[str, object]
) -> None:
    honest = evidence(1, contents=[picture(1)])
    centre.receive(honest.messages())
    entry = file_entry(0, content).model_copy(update={"media_type": "image/jpeg"} | declared)
    lying = evidence(2, honest.manifest_sha256, [content], files=[entry])
    assert centre.receive(lying.messages())[-1].state == "rejected"
    assert centre.cases == [honest.manifest.event_id]
    assert [entry.reason for entry in centre.quarantined()] == ["package.content"]


def test_pieces_without_a_manifest_are_bounded(centre: Centre) -> None:
    early = [Arrived(TOPICS.chunk(f"{n:064x}", 0), b"x") for n in range(EARLY_FILES + 10)]
    centre.receive(early[:30])
    centre.receive(early[30:])
    assert len(list(centre.tools.partials.names())) == EARLY_FILES
    assert len(centre.quarantined()) == 10


def test_pieces_beyond_the_declared_end_are_refused(centre: Centre) -> None:
    package = evidence(contents=[picture(1)])
    beyond = Arrived(TOPICS.chunk(sha256_hex(package.contents[0]), 999), b"xx")
    centre.receive([package.manifest_message, beyond])
    assert [entry.reason for entry in centre.quarantined()] == ["message.chunk"]
    assert centre.receive(package.chunk_messages())[0].state == "stored"


def test_a_failed_commit_loses_nothing(centre: Centre, engine: Engine) -> None:
    package = evidence()
    with Session(engine) as session:
        outgoing = handle(session, package.messages(), centre.tools, centre.now)
        session.rollback()  # the power went before the commit
    assert len(outgoing) == 1
    assert centre.packages() == []
    centre.cases.clear()
    assert centre.receive(package.messages())[-1].state == "stored"
    assert centre.cases == [package.manifest.event_id]


def test_nothing_is_left_over_once_a_package_is_stored(centre: Centre) -> None:
    package = evidence()
    centre.receive(package.messages())
    with transaction(centre.engine) as session:
        assert session.exec(select(PartialFile)).all() == []
        assert len(session.exec(select(PackageFile)).all()) == 2
    assert list(centre.tools.partials.names()) == []


def _signed(content: Any) -> Arrived:
    """Anything at all, signed by the node as canonical JSON."""
    return Arrived(TOPICS.manifest, sign(RootModel[Any](content), NODE_KEY).encode())
