"""Every single value of a manifest and of a report replaced by hostile ones: taken, or refused in words."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import delete, select

from central.alarms.models import Alarm
from central.cases.service import open_case
from central.db import transaction
from central.ingest.models import Quarantined
from central.ingest.work import Arrived
from contract.canonical import canonical_bytes
from contract.manifest import RiderHead, RiderLook, Riders
from contract.topics import NodeTopics
from tests.central.evidence import NODE, OCCURRED, evidence
from tests.central.fleet.test_service import health, status
from tests.central.ingest.conftest import Centre
from tests.central.ingest.test_handler import _signed

TOPICS = NodeTopics(NODE)

HOSTILE: tuple[Any, ...] = (
    None, True, {}, [], "", "x" * 5000, "đ" * 300, "\u202e", 0, -1, 2**31, 2**53 - 1, 0.5, 1e308,
    "1970-01-01T00:00:00.000Z", "2199-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z",
    "2026-02-29T00:00:00.000Z", "2026-11-24T08:30:60.000Z", [None], {"": 1}, ["x" * 2000] * 20,
)  # fmt: skip

RED = {"colour": "red", "start": OCCURRED, "end": OCCURRED, "onset_observed": True, "uncertainty_ms": 8}
SIGNAL = {"head": "den-1", "source": "vision", "elapsed_red_ms": 2400, "amber_ms": 3000, "phases": [RED]}
HEAD = RiderHead(state="bare", probability=1, box=(0.1, 0.1, 0.2, 0.2))
RIDERS = Riders(people=1, looks=(RiderLook(t_ms=0, people=1, heads=(HEAD,)),))
DOUBT = {"code": "plate.unsure", "values": {"n": 1}, "weight": "doubt", "source": "plate"}
READ = {"text": "29A00001", "confidence": 0.9, "t_ms": 0}
PLATE = {"text": "29A00001", "confidence": 0.97, "agreed": True, "colour": "white", "raw_reads": [READ]}


def _replaced(whole: Any) -> Iterator[tuple[str, Any]]:
    """What is replaced by what, and what came of it."""
    for path in _paths(whole):
        for value in HOSTILE:
            changed = json.loads(json.dumps(whole))
            place = changed
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
            yield f"{'.'.join(map(str, path))} = {str(value)[:30]}", changed


def _paths(node: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inside:
        yield (*at, key)
        yield from _paths(value, (*at, key))


def _choked_on(centre: Centre) -> bool:
    """Whether our own code failed on what came; forgets it."""
    with transaction(centre.engine) as session:
        told = {*session.exec(select(Quarantined.reason)), *session.exec(select(Alarm.kind))}
        session.exec(delete(Quarantined))
        session.exec(delete(Alarm))
    return bool(told & {"message.internal", "package.no_case"})


def test_a_manifest_with_any_value_is_stored_or_refused_in_words(centre: Centre) -> None:
    package = evidence(
        signal=SIGNAL,
        riders=RIDERS,
        doubts=[DOUBT],
        plate=PLATE,
    )
    centre.open_case = open_case  # type: ignore[method-assign, assignment]
    whole = json.loads(canonical_bytes(package.manifest))
    centre.receive(package.chunk_messages())
    unanswered = []
    for number, (change, manifest) in enumerate(_replaced(whole)):
        if manifest["event_id"] == whole["event_id"]:
            manifest["event_id"] = f"{NODE}-changed-{number}"
        if manifest["sequence"] == whole["sequence"]:
            manifest["sequence"] = number + 2
        receipts = centre.receive([_signed(manifest)])
        named = str(manifest["event_id"]).startswith(NODE)
        if _choked_on(centre) or (named and len(receipts) != 1):
            unanswered.append((change, [receipt.state for receipt in receipts]))
    assert unanswered == []


@pytest.mark.parametrize("kind", ["health", "status"])
def test_a_report_with_any_value_is_taken_or_refused_in_words(centre: Centre, kind: str) -> None:
    report = health(centre.now) if kind == "health" else status("online", "s-1", centre.now)
    topic = TOPICS.health if kind == "health" else TOPICS.status
    choked = []
    for change, changed in _replaced(json.loads(canonical_bytes(report))):
        centre.answers([Arrived(topic, json.dumps(changed).encode())])
        if _choked_on(centre):
            choked.append(change)
    assert choked == []
