"""Trouble of our own: code, disk, law. Nothing is lost, and nothing happens in silence."""

import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from central.alarms import service as alarms
from central.cases.errors import NoLawError
from central.cases.models import Case
from central.cases.queries import manifest_of
from central.cases.service import open_case
from central.db import transaction
from central.fleet import service as fleet
from central.fleet.models import HealthRecord
from central.ingest import handler, quarantine, storage
from central.ingest.settle import OPEN_CASE
from central.ingest.work import Arrived, Refusal, Tools
from central.jobs.runner import Runner
from central.worker import case_handler
from contract.reasons import reason
from contract.topics import NodeTopics
from tests.central.evidence import NODE, OCCURRED, chain, clip, evidence, picture
from tests.central.fleet.test_service import health
from tests.central.ingest.conftest import Centre
from tests.central.work import waiting

TOPICS = NodeTopics(NODE)
SEEN = {"kind": "car", "confidence": 0.9, "track": 1}


def report(centre: Centre, minute: int = 0) -> Arrived:
    at = centre.now - timedelta(minutes=minute)
    return Arrived(TOPICS.health, health(at).model_dump_json(by_alias=True).encode())


def test_a_case_that_can_not_be_opened_is_opened_by_the_centre_itself(centre: Centre) -> None:
    first, second, third = chain(3)
    centre.failing.add(second.manifest.event_id)
    batch = [message for package in (first, second, third) for message in package.messages()]
    states = {receipt.event_id: receipt.state for receipt in centre.receive(batch)}
    assert set(states.values()) == {"stored"}  # all of it is here: the node may let go
    assert centre.alarms() == {"package.no_case"}
    job = waiting(centre.engine, OPEN_CASE, second.manifest.event_id)
    assert job is not None

    def clock() -> datetime:
        return job.run_at

    Runner(centre.engine, [case_handler(centre.engine, centre.tools.store, clock)], clock).run_due()
    assert centre.alarms() == set()
    with transaction(centre.engine) as session:
        assert session.exec(select(Case.event_id)).all() == [second.manifest.event_id]


@pytest.mark.parametrize(
    ("changes", "column", "kept"),
    [
        ({"site_name": "đ" * 100_000}, "site_name", "đ" * 200),
        ({"site_name": "Nút\n1 \u202e"}, "site_name", "Nút\\n1 \\u202e"),
        ({"vehicle": SEEN | {"colour": "c" * 9_000}}, "vehicle_colour", "c" * 40),
        ({"plate": {"text": "29A00001", "kind": "k" * 9_000}}, "plate_kind", "k" * 24),
        ({"plate": {"text": "2" * 9_000}}, "plate_read", None),
    ],
)
def test_a_text_without_end_is_cut_in_the_case_and_whole_in_the_evidence(
    centre: Centre, changes: dict[str, Any], column: str, kept: str | None
) -> None:
    centre.open_case = open_case  # type: ignore[method-assign, assignment]
    package = evidence(**changes)
    assert centre.receive(package.messages())[-1].state == "stored"
    assert centre.alarms() == set()
    with transaction(centre.engine) as session:
        case = session.exec(select(Case)).one()
        assert getattr(case, column) == kept
        assert case.id is not None
        assert manifest_of(session, case.id) == package.manifest


@pytest.mark.parametrize(
    "occurred_at",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2001, 9, 9, tzinfo=UTC),
        datetime(2024, 6, 1, tzinfo=UTC),
    ],
)
def test_an_act_of_a_day_without_a_law_is_settled(centre: Centre, occurred_at: datetime) -> None:
    tools = Tools(centre.tools.store, centre.tools.partials, centre.tools.key, open_case)
    old, good = evidence(1, occurred_at=occurred_at), evidence(2, "0" * 64)
    with transaction(centre.engine) as session:
        handler.handle(session, [*old.messages(), *good.messages()], tools, centre.now)
    assert [package.state for package in centre.packages()] == ["rejected", "stored"]
    assert "package.no_law" in centre.alarms()
    [again] = centre.receive([old.manifest_message])
    assert (again.state, again.reason and again.reason.code) == ("rejected", "package.no_law")


def test_a_package_refused_for_what_was_ours_is_taken_once_that_is_mended(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = [evidence(1), evidence(2, evidence(1).manifest_sha256)]

    def without_law(*_: object) -> None:
        raise NoLawError("day")

    tools = Tools(centre.tools.store, centre.tools.partials, centre.tools.key, without_law)
    with transaction(centre.engine) as session:
        handler.handle(session, [m for package in refused for m in package.messages()], tools, centre.now)
    assert [package.state for package in centre.packages()] == ["rejected", "rejected"]
    again = [package.manifest_message for package in refused]
    assert [receipt.state for receipt in centre.receive(again)] == ["rejected", "rejected"]  # not yet
    centre.now += timedelta(minutes=11)
    with transaction(centre.engine) as session:
        handler.handle(session, again, tools, centre.now)
    assert "package.no_law" in centre.alarms()  # judged anew, and still without a law
    centre.now += timedelta(minutes=11)
    receipts = centre.receive([again[0], again[1], again[0]])
    assert {receipt.event_id: receipt.state for receipt in receipts} == {
        package.manifest.event_id: "stored" for package in refused
    }
    assert sorted(centre.cases) == [package.manifest.event_id for package in refused]
    assert "package.no_law" not in centre.alarms()


def test_a_report_our_code_chokes_on_is_told_and_sinks_no_other(
    centre: Centre, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = fleet.note_health

    def chokes(session: object, told: object, now: datetime) -> None:
        if told.at == centre.now:  # type: ignore[attr-defined]
            raise TypeError("what nobody foresaw")
        real(session, told, now)  # type: ignore[arg-type]

    monkeypatch.setattr(fleet, "note_health", chokes)
    package = evidence()
    receipts = centre.receive([report(centre), *package.messages(), report(centre, 1)])
    assert receipts[-1].state == "stored"
    assert "what nobody foresaw" in caplog.text
    assert centre.alarms() == {"message.internal"}
    assert [(entry.reason, entry.node_id) for entry in centre.quarantined()] == [("message.internal", NODE)]
    with transaction(centre.engine) as session:
        assert len(session.exec(select(HealthRecord)).all()) == 1


def test_a_manifest_our_code_chokes_on_is_tried_again_and_then_answered(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    def chokes(*_arguments: object) -> None:
        raise OverflowError("what nobody foresaw")

    package = evidence()
    with monkeypatch.context() as broken:
        broken.setattr(handler, "take_manifests", chokes)
        answers = [centre.receive([package.manifest_message]) for _ in range(handler.TRIED_TIMES)]
    assert [len(answer) for answer in answers] == [0] * (handler.TRIED_TIMES - 1) + [1]
    [last] = answers[-1]
    assert (last.state, last.event_id) == ("unsupported", package.manifest.event_id)
    assert centre.alarms() == {"message.internal"}
    assert centre.receive(package.messages())[-1].state == "stored"


def test_a_disk_that_can_not_be_written_loses_nothing_and_stops_nothing(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "PROBE_SECONDS", 0.0)
    (centre.folder / "partial").write_text("no folder can be made here")
    first, second = chain(2)
    receipts = centre.receive([*first.messages(), *second.messages(), report(centre)])
    assert {receipt.state for receipt in receipts} == {"incomplete"}
    assert centre.alarms() == {"centre.storage"}
    assert [package.state for package in centre.packages()] == ["incomplete", "incomplete"]
    with transaction(centre.engine) as session:
        assert len(session.exec(select(HealthRecord)).all()) == 1
        assert storage.is_in_trouble(session)
    assert centre.receive([report(centre, 1)]) == []

    (centre.folder / "partial").unlink()
    asked = centre.receive([report(centre, 2)])  # the next word of any node shows that there is room
    assert {receipt.event_id for receipt in asked} == {first.manifest.event_id, second.manifest.event_id}
    assert all(part.offset == 0 for receipt in asked for part in receipt.missing)
    assert centre.alarms() == set()
    states = {
        r.event_id: r.state for r in centre.receive([*first.chunk_messages(), *second.chunk_messages()])
    }
    assert set(states.values()) == {"stored"}


def test_a_store_that_can_not_be_written_takes_the_file_when_it_can(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "PROBE_SECONDS", 0.0)
    (centre.folder / "media").write_text("no folder can be made here")
    package = evidence(contents=[picture(1), clip(1)])
    assert {receipt.state for receipt in centre.receive(package.messages())} == {"incomplete"}
    assert centre.alarms() == {"centre.storage"}
    (centre.folder / "media").unlink()
    [answer] = centre.receive([report(centre)])  # nothing has to be sent again
    assert (answer.state, centre.cases) == ("stored", [package.manifest.event_id])
    assert centre.alarms() == set()


def test_what_waits_for_the_store_is_taken_when_its_manifest_comes_again(centre: Centre) -> None:
    (centre.folder / "media").write_text("no folder can be made here")
    package = evidence()
    centre.receive(package.messages())
    (centre.folder / "media").unlink()
    assert centre.receive([package.manifest_message])[-1].state == "stored"


def test_a_package_given_up_for_its_files_gets_another_chance_later(centre: Centre) -> None:
    package = evidence(contents=[picture(1)])
    [piece] = package.chunk_messages()
    centre.receive([package.manifest_message])
    for _ in range(3):
        centre.receive([Arrived(piece.topic, piece.payload[:-1] + b"?")])
    assert centre.receive([package.manifest_message])[0].state == "rejected"
    centre.now += timedelta(minutes=11)
    assert centre.receive([package.manifest_message])[0].state == "incomplete"
    assert centre.receive([piece])[-1].state == "stored"
    assert "package.never_whole" not in centre.alarms()


def test_a_flood_pushes_out_nothing_but_itself(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "KEPT_ENTRIES", 3)
    broken = Arrived(TOPICS.manifest, b"not a signed message")
    centre.receive([broken])
    for number in range(10):
        stranger = NodeTopics(f"stranger-{number}").health
        centre.receive([Arrived(stranger, b"{}"), Arrived(TOPICS.health, b"{%d}" % number)])
    with transaction(centre.engine) as session:
        quarantine.trim(session)
    kept = [(entry.reason, entry.node_id) for entry in centre.quarantined()]
    assert kept.count(("message.malformed", NODE)) == 1
    assert kept.count(("message.unknown_node", "")) == 3
    assert len(kept) == 7
    with transaction(centre.engine) as session:
        counts = {alarm.kind: alarm.count for alarm in alarms.list_open(session)}
    assert counts["message.unknown_node"] == 10


def test_a_message_the_broker_had_kept_is_no_sign_of_life(centre: Centre) -> None:
    kept = report(centre)
    centre.receive([Arrived(kept.topic, kept.payload, retained=True)])
    with transaction(centre.engine) as session:
        assert session.exec(select(HealthRecord)).all() == []
        assert fleet.list_nodes(session)[0].last_seen_at is None


def test_quarantine_counts_the_very_same_message(centre: Centre) -> None:
    message = Arrived("t", b"x")
    with transaction(centre.engine) as session:
        for count in (1, 2):
            quarantine.put(session, [Refusal(message, reason("message.internal"))], centre.now)
            assert quarantine.times(session, message) == count
        assert quarantine.times(session, Arrived("t", b"y")) == 0


def test_what_is_refused_again_is_listed_first_and_once(centre: Centre) -> None:
    for minute, number in enumerate((1, 2, 3, 1)):
        with transaction(centre.engine) as session:
            refusal = Refusal(Arrived(f"t-{number}", b"x"), reason("message.internal"))
            quarantine.put(session, [refusal], centre.now + timedelta(minutes=minute))
    with transaction(centre.engine) as session:
        first = quarantine.list_latest(session, limit=2)
        rest = quarantine.list_latest(session, first[-1].id, limit=2)
    assert [entry.topic for entry in (*first, *rest)] == ["t-1", "t-3", "t-2"]


def test_the_folder_is_not_needed_to_take_manifests(centre: Centre) -> None:
    shutil.rmtree(centre.folder / "media", ignore_errors=True)
    package = evidence(occurred_at=OCCURRED)
    assert centre.receive([package.manifest_message])[0].state == "incomplete"
