"""What a manifest refuses, how it rounds, and how each version is read."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contract.canonical import canonical_bytes
from contract.faults import UnreadableError, UnsupportedError
from contract.manifest import Rule, ViolationManifest, newest, read, upgrade
from contract.reasons import Doubt, legacy
from contract.types import Utc, format_utc
from tests.edge import factories

SECOND = factories.package(2, factories.package(1).link).manifest


def changed(**values: Any) -> dict[str, Any]:
    return {**SECOND.model_dump(mode="json", by_alias=True), **values}


def file_named(name: str) -> dict[str, Any]:
    return {**SECOND.files[0].model_dump(mode="json"), "name": name}


def test_a_manifest_survives_the_wire_unchanged() -> None:
    assert ViolationManifest.model_validate_json(canonical_bytes(SECOND)) == SECOND


@pytest.mark.parametrize(
    "values",
    [
        {"schema": "ngatu.manifest/1"},
        {"rule": {"name": "Red Light", "version": 1}},
        {"reasons": []},
        {"reasons": [{"code": "x.y", "values": {"Line": "S1"}}]},
        {"doubts": [{"code": "x.y", "weight": "maybe", "source": "rule"}]},
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
        {"occurred_at": "9999-12-31T23:59:59-05:00"},
        {"occurred_at": "9999-12-31T23:59:59Z"},
        {"vehicle": {"kind": "car", "confidence": None, "track": 1}},
        {"event_id": "../../etc/passwd"},
        {"event_id": ""},
        {"node": "Node 1"},
        {"sequence": 0},
        {"sequence": 2**53},
        {"sequence": 1},
        {"previous": None},
        {"previous": "F" * 64},
        {"files": []},
        {"files": [file_named("a.jpg"), file_named("a.jpg")]},
        {"files": [file_named("../a.jpg")]},
        {"files": [file_named("a/b.jpg")]},
        {"files": [file_named(".hidden")]},
        {"occurred_at": "2026-11-24T08:30:00"},
        {"decision": "guilty"},
        {"config_sha256": "0" * 63},
        {"trajectory": [{"t_ms": 2**53, "ground": [0, 0], "box": [0, 0, 1, 1]}]},
        {"trajectory": [{"t_ms": 0, "ground": [5, 0], "box": [0, 0, 1, 1]}]},
    ],
)
def test_a_wrong_manifest_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ViolationManifest.model_validate(changed(**values))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2026, 1, 1, 7, tzinfo=timezone(timedelta(hours=7))), "2026-01-01T00:00:00.000Z"),
        (datetime(2026, 1, 1, 0, 0, 0, 999999, tzinfo=UTC), "2026-01-01T00:00:00.999Z"),
    ],
)
def test_times_are_utc_milliseconds(value: datetime, text: str) -> None:
    assert format_utc(TypeAdapter(Utc).validate_python(value)) == text


@given(st.floats(0, 1), st.floats(-1, 2))
def test_rounding_twice_is_rounding_once(probability: float, coordinate: float) -> None:
    vehicle = SECOND.vehicle.model_copy(update={"confidence": probability})
    values = changed(
        vehicle=vehicle.model_dump(mode="json"),
        trajectory=[{"t_ms": 0, "ground": [coordinate, 0], "box": [0, 0, 1, 1]}],
    )
    once = ViolationManifest.model_validate(values)
    twice = ViolationManifest.model_validate_json(canonical_bytes(once))
    assert canonical_bytes(twice) == canonical_bytes(once)


def test_what_is_usual_of_a_point_is_not_written() -> None:
    [point] = json.loads(canonical_bytes(SECOND))["trajectory"]
    assert point.keys() == {"t_ms", "ground", "box"}
    hidden = SECOND.trajectory[0].model_copy(update={"wheels": "hidden", "uncertainty": 0.02, "broken": True})
    [point] = json.loads(canonical_bytes(SECOND.model_copy(update={"trajectory": (hidden,)})))["trajectory"]
    assert (point["wheels"], point["uncertainty"], point["broken"]) == ("hidden", 0.02, True)


def signed(**values: Any) -> bytes:
    return json.dumps(changed(**values)).encode()


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (signed(schema="ngatu.manifest/3"), "message.newer", "version: 3"),
        (signed(schema="ngatu.manifest/2.4", sound="x"), "message.unknown_keys", "keys: sound"),
        (
            signed(vehicle={**SECOND.vehicle.model_dump(), "wheels": 4}),
            "message.unknown_keys",
            "vehicle.wheels",
        ),
    ],
)
def test_what_a_newer_programme_will_read_is_told_from_what_nobody_will(
    content: bytes, code: str, words: str
) -> None:
    with pytest.raises(UnsupportedError, match=words) as caught:
        read(content)
    assert caught.value.reason.code == code


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"{}",
        b"[]",
        b"[" * 100_000,
        b"\xff" * 50,
        b'{"schema": null}',
        b'{"schema": "ngatu.receipt/2"}',
        b'{"schema": "ngatu.manifest/0"}',
        b'{"schema": "ngatu.manifest/2"}',
        signed(surprise=1, node="Not A Node"),
        signed(schema="ngatu.manifest/1"),
    ],
)
def test_no_manifest_of_any_version(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        read(content)


def test_a_newer_minor_version_without_new_keys_is_read() -> None:
    assert read(signed(schema="ngatu.manifest/2.9")).event_id == SECOND.event_id


FULL = SECOND.model_copy(
    update={
        "rule": Rule(name="solid_line", version=1, basis="opposing", also=("wrong_lane",)),
        "doubts": (
            Doubt(code="passage.few_frames_before", values={"frames": 2}, weight="doubt", source="rule"),
            Doubt(code="second_look.other_vehicle", weight="note", source="second_look"),
        ),
        "flags": ("evidence.clip_short",),
    }
)


def test_version_1_says_what_it_can_of_version_2() -> None:
    old = upgrade.to_v1(FULL, "vi — en")
    assert (old.schema_, old.reason) == ("ngatu.manifest/1", "vi — en")
    assert old.flags == ("few_frames_before", "clip_short", "also:wrong_lane")
    again = read(canonical_bytes(old))
    assert again.reasons == (legacy("vi — en"),)
    assert again.reasons[0].values == {"vi": "vi", "en": "en"}
    assert [doubt.code for doubt in again.doubts] == ["passage.few_frames_before"]
    assert (again.flags, again.rule.also) == (FULL.flags, FULL.rule.also)
    assert again.files == FULL.files


def test_a_rule_version_1_does_not_know_is_not_made_another() -> None:
    with pytest.raises(ValidationError, match="red_light"):
        upgrade.to_v1(FULL.model_copy(update={"rule": Rule(name="bus_lane", version=1)}), "x")


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_flags_of_version_1_can_be_read(flags: list[str]) -> None:
    old = upgrade.to_v1(SECOND, "x").model_copy(update={"flags": tuple(flags)})
    again = newest(old)
    assert len(again.doubts) + len(again.flags) + len(again.rule.also) == len(flags)
