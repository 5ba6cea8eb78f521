"""A test from a camera's set-up page: taken in and checked like evidence, told to its node, never a case."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from central.alarms.models import Alarm
from central.cases.models import Case
from central.cases.service import open_case
from central.db import transaction
from central.ingest import sent_tests, upkeep
from central.ingest.models import PackageFile, PartialFile
from central.ingest.settle import OPEN_CASE
from central.ingest.statistics import unstored_packages
from central.ingest.work import Arrived
from central.media.models import Media
from central.retention import sent_tests as ended
from central.retention.service import ERASE
from central.worker import case_handler, sent_test_handler
from contract.canonical import sha256_hex
from contract.receipts import Receipt
from contract.signing import SigningKey
from contract.topics import NodeTopics
from tests.central.evidence import NODE, Evidence, evidence
from tests.central.ingest.conftest import Centre
from tests.central.ingest.test_frames import film, package  # noqa: F401 (a fixture)
from tests.central.work import run_due, waiting

REASONS = [{"code": "test.sent", "values": {"by": "Hùng"}}]


def a_test(film: bytes, shown: int = 20, number: int = 1, **changes: Any) -> Evidence:  # noqa: F811
    marked = {"event_id": f"test-{number}", "reasons": REASONS, "schema": "ngatu.manifest/2.2"}
    return package(film, shown, **{"test": True, **marked, **changes})  # type: ignore[arg-type]


def work(centre: Centre) -> None:
    """Everything the worker does with packages."""

    def clock() -> Any:
        return centre.now

    store = centre.tools.store
    run_due(centre.engine, [case_handler(centre.engine, store, clock)], clock)
    run_due(centre.engine, [sent_test_handler(centre.engine, store, clock)], clock)


def told(receipts: list[Receipt]) -> list[tuple[str, str | None, int]]:
    return [(one.state, one.reason.code if one.reason else None, len(one.missing)) for one in receipts]


def no_case(centre: Centre) -> bool:
    with transaction(centre.engine) as session:
        return not (session.exec(select(Case)).all() or centre.cases)


def test_it_is_answered_when_it_is_checked_and_has_no_case(centre: Centre, film: bytes) -> None:  # noqa: F811
    sent = a_test(film)
    assert told(centre.receive([sent.manifest_message])) == [("incomplete", None, 2)]
    answers = centre.receive(sent.chunk_messages())
    assert told(answers) == [("incomplete", None, 0)]  # all of it is here, and not checked yet
    assert told(centre.receive([sent.manifest_message])) == [("incomplete", None, 0)]
    work(centre)
    assert told(centre.receive([sent.manifest_message])) == [("stored", None, 0)]
    assert no_case(centre)
    assert waiting(centre.engine, OPEN_CASE, "test-1") is None
    with transaction(centre.engine) as session:
        [found] = sent_tests.newest(session, NODE)
        assert (found.package.state, found.package.test_camera, found.why) == ("stored", "cam-1", None)
        assert found.manifest == sent.manifest


def test_a_false_picture_is_told_to_whoever_waits_and_to_nobody_else(
    centre: Centre,
    film: bytes,  # noqa: F811
) -> None:
    sent = a_test(film, shown=21)
    centre.receive(sent.messages())
    work(centre)
    assert told(centre.receive([sent.manifest_message])) == [("rejected", "frames.another_frame", 0)]
    assert [one.reason for one in centre.quarantined()] == ["frames.another_frame"]
    assert (centre.alarms(), no_case(centre)) == (set(), True)
    with transaction(centre.engine) as session:
        [found] = sent_tests.newest(session, NODE)
        assert found.why is not None
        assert found.why.code == "frames.another_frame"


def test_a_file_that_never_comes_right_is_told_too(centre: Centre, film: bytes) -> None:  # noqa: F811
    sent = a_test(film)
    spoilt = [Arrived(one.topic, one.payload[:-1] + b"!") for one in sent.chunk_messages()]
    for _ in range(3):
        answers = centre.receive([sent.manifest_message, *spoilt])
    assert told(answers)[-1] == ("rejected", "package.never_whole", 0)
    assert no_case(centre)


def test_it_stands_outside_the_chain_and_the_counts(centre: Centre, film: bytes) -> None:  # noqa: F811
    first = evidence(1)
    centre.receive([*a_test(film).messages(), *a_test(film, number=2).messages()])
    centre.receive(first.messages())
    centre.receive(evidence(2, first.manifest_sha256).messages())
    work(centre)
    with transaction(centre.engine) as session:
        assert upkeep.watch_gaps(session, centre.now + timedelta(days=1)) == 0
        assert session.exec(select(Alarm)).all() == []
        assert unstored_packages(session) == {"incomplete": 0, "rejected": 0}
    assert centre.cases == [first.manifest.event_id, f"{NODE}-000002"]
    kept = {one.event_id: (one.chain, one.sequence) for one in centre.packages()}
    assert kept == {
        "test-1": ("none", None),
        "test-2": ("none", None),
        f"{NODE}-000001": ("linked", 1),
        f"{NODE}-000002": ("linked", 2),
    }


@pytest.mark.parametrize(
    ("change", "state", "code"),
    [
        ({"key": SigningKey(b"x" * 32)}, None, "message.unknown_key"),
        ({"node": "nut-9"}, None, "message.wrong_node"),
        ({"camera": "cam-2"}, "rejected", "package.conflict"),
        ({"test": False, "schema": "ngatu.manifest/2"}, "rejected", "package.conflict"),
    ],
    ids=["not enrolled", "of another node", "another with its id", "evidence with its id"],
)
def test_what_would_be_refused_as_evidence_is_refused(
    centre: Centre,
    film: bytes,  # noqa: F811
    change: dict[str, Any],
    state: str | None,
    code: str,
) -> None:
    centre.receive(a_test(film).messages())
    strange = a_test(film, **change)
    answers = told(centre.receive([Arrived(NodeTopics(NODE).manifest, strange.token.encode())]))
    assert answers == ([(state, code, 0)] if state else [])
    assert [one.reason for one in centre.quarantined()] == [code]
    work(centre)
    assert no_case(centre)


def test_nothing_can_make_a_case_of_it(centre: Centre, film: bytes) -> None:  # noqa: F811
    sent = a_test(film)
    with transaction(centre.engine) as session, pytest.raises(ValueError, match="no case"):
        open_case(session, sent.manifest, sent.token, centre.now)
    with pytest.raises(ValueError, match="number 1"):
        evidence(2, "a" * 64, test=True, event_id="test-1")
    with pytest.raises(ValueError, match="begins with"):
        evidence(1, test=True)


def whole(centre: Centre, sent: Evidence) -> None:
    centre.receive(sent.messages())


def cut_off(centre: Centre, sent: Evidence) -> None:
    centre.receive(sent.messages()[:2])


@pytest.mark.parametrize("send", [whole, cut_off])
def test_after_a_month_it_is_deleted(
    centre: Centre,
    film: bytes,  # noqa: F811
    send: Callable[[Centre, Evidence], None],
) -> None:
    sent, kept = a_test(film), evidence(1, None, [film])
    send(centre, sent)
    work(centre)
    centre.receive(kept.messages())
    with transaction(centre.engine) as session:
        assert not ended.forget_old(session, centre.now + timedelta(days=29))
        assert len(sent_tests.newest(session, NODE)) == 1
        assert not ended.forget_old(session, centre.now + timedelta(days=30, seconds=1))
        assert sent_tests.newest(session, NODE) == []
        assert {row.event_id for row in session.exec(select(PackageFile))} == {kept.manifest.event_id}
        assert {row.sha256 for row in session.exec(select(Media))} == {sha256_hex(film)}
        assert all(row.expected is None for row in session.exec(select(PartialFile)))
    job = waiting(centre.engine, ERASE, "test-1")
    assert job is not None
    assert sha256_hex(film) not in job.payload["files"]
    assert Path(centre.tools.store.path(sha256_hex(film))).exists()
