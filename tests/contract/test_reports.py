"""Reports and receipts are read with tolerance: a newer sender must not break an older reader, nor the other
way."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from contract.canonical import canonical_bytes
from contract.faults import MessageError, UnreadableError, UnsupportedError
from contract.reasons import Reason, legacy, reason
from contract.receipts import Receipt, read_receipt
from contract.receipts import to_v1 as receipt_to_v1
from contract.reports import CameraHealth, HealthReport, read_health, read_status, to_v1

STATUS = {
    "schema": "ngatu.status/1",
    "node": "n",
    "state": "online",
    "session": "s",
    "started_at": "2026-11-24T00:00:00Z",
    "software": "x",
}
HEALTH = {
    "schema": "ngatu.health/2",
    "node": "n",
    "session": "s",
    "at": "2026-11-24T00:00:00Z",
    "outbox_packages": 0,
    "outbox_bytes": 0,
    "disk_free_bytes": 1,
    "cameras": [{"id": "c", "state": "online", "fps": 25}],
}
RECEIPT = {
    "schema": "ngatu.receipt/2",
    "node": "n",
    "event_id": "e",
    "manifest_sha256": "0" * 64,
    "state": "stored",
    "at": "2026-11-24T00:00:00Z",
}
Read = Callable[[bytes], object]
ALL: list[tuple[Read, dict[str, Any]]] = [
    (read_status, STATUS),
    (read_health, HEALTH),
    (read_receipt, RECEIPT),
]


@pytest.mark.parametrize(("read", "message"), ALL)
@pytest.mark.parametrize("change", [{}, {"surprise": {"a": 1}}, {"schema": "9"}])
def test_what_is_not_known_is_left_out(read: Read, message: dict[str, Any], change: dict[str, Any]) -> None:
    family = message["schema"].partition("/")[0]
    if "schema" in change:
        change = {"schema": f"{family}/9.1"}
    assert read(json.dumps({**message, **change}).encode())


@pytest.mark.parametrize(("read", "message"), ALL)
@pytest.mark.parametrize(("version", "error"), [("1", UnreadableError), ("9", UnsupportedError)])
def test_what_is_needed_and_not_there_is_told(
    read: Read, message: dict[str, Any], version: str, error: type[MessageError]
) -> None:
    family = message["schema"].partition("/")[0]
    with pytest.raises(error):
        read(json.dumps({**message, "node": None, "schema": f"{family}/{version}"}).encode())


@pytest.mark.parametrize("read", [read_status, read_health, read_receipt])
@pytest.mark.parametrize(
    "content", [b"", b"null", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"schema":"ngatu.manifest/2"}']
)
def test_what_is_no_report_is_refused(read: Read, content: bytes) -> None:
    with pytest.raises(UnreadableError):
        read(content)


@pytest.mark.parametrize("fps", ["NaN", "Infinity"])
def test_health_has_only_finite_numbers(fps: str) -> None:
    with pytest.raises(UnreadableError):
        read_health(json.dumps(HEALTH).replace("25", fps).encode())


def test_a_state_only_newer_nodes_know_is_not_well() -> None:
    camera = {"id": "c", "state": "asleep"}
    assert read_health(json.dumps({**HEALTH, "cameras": [camera]}).encode()).cameras[0].state == "degraded"


def test_the_state_of_a_newer_receipt_is_kept_as_it_is() -> None:
    assert read_receipt(json.dumps({**RECEIPT, "state": "postponed"}).encode()).state == "postponed"


def test_version_1_says_reasons_in_prose_and_is_read_back() -> None:
    report = HealthReport.model_validate({**HEALTH, "cameras": ()}).model_copy(
        update={
            "cameras": (CameraHealth(id="c", state="degraded", reason=reason("camera.stuck")),),
            "alarms": (reason("outbox.full", violations=2),),
        }
    )
    old = json.loads(canonical_bytes(to_v1(report, lambda told: f"said: {told.code}")))
    assert old["schema"] == "ngatu.health/1"
    assert (old["cameras"][0]["reason"], old["alarms"]) == ("said: camera.stuck", ["said: outbox.full"])
    again = read_health(json.dumps(old).encode())
    assert again.cameras[0].reason == legacy("said: camera.stuck")
    assert again.alarms == (legacy("said: outbox.full"),)


@pytest.mark.parametrize("why", [None, reason("message.faulty")])
def test_a_receipt_of_version_1_has_only_what_release_0_1_knows(why: Reason | None) -> None:
    receipt = Receipt.model_validate({**RECEIPT, "state": "rejected", "reason": why, "software": "ngatu 9"})
    old = json.loads(canonical_bytes(receipt_to_v1(receipt, lambda told: told.code)))
    keys = {"schema", "node", "event_id", "manifest_sha256", "state", "missing", "reason", "at"}
    assert old.keys() == keys
    assert old["reason"] == (why.code if why else "")
    assert read_receipt(json.dumps(old).encode()).state == "rejected"


def test_what_release_0_1_can_not_read_may_come_again() -> None:
    old = {**RECEIPT, "schema": "ngatu.receipt/1", "missing": [], "state": "rejected"}
    answers = [
        read_receipt(json.dumps({**old, "reason": why}).encode())
        for why in ("schema: rule.basis: extra_forbidden", "content: a file is not what it should be")
    ]
    assert [answer.state for answer in answers] == ["unsupported", "rejected"]
    assert {answer.software for answer in answers} == {"ngatu 0.1"}
