"""What the messages refuse, and how they round: both ends must see the same value."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contract.canonical import canonical_bytes
from contract.messages import HealthReport, Utc, ViolationManifest, format_utc
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
        {"surprise": 1},
        {"schema": "ngatu.manifest/2"},
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


@pytest.mark.parametrize("fps", ["NaN", "Infinity"])
def test_health_has_only_finite_numbers(fps: str) -> None:
    text = (
        '{"node":"n","session":"s","at":"2026-11-24T00:00:00Z","outbox_packages":0,"outbox_bytes":0,'
        f'"disk_free_bytes":1,"cameras":[{{"id":"c","state":"online","fps":{fps}}}]}}'
    )
    HealthReport.model_validate_json(text.replace(fps, "25"))
    with pytest.raises(ValidationError):
        HealthReport.model_validate_json(text)


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
