"""Schemathesis against the API's own description: what it sends is answered as described, and never with 5xx.

Bounded: a few examples an operation, the same in every run.
"""

from collections.abc import Iterator
from datetime import datetime

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from central.accounts.permissions import Role
from tests.central.web.conftest import RunningCentre, running_centre

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCentre]:
    """The centre on SQLite."""
    now = datetime.fromisoformat("2026-11-24T08:00:00+00:00")
    yield from running_centre(tmp_path_factory.mktemp("running"), None, now)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OPERATOR, Role.OFFICER])
def test_the_api_does_as_it_says(running: RunningCentre, role: Role) -> None:
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", running.centre)
    for found in schema.get_all_operations():
        operation = found.ok()
        token = running.client(role).cookies["ngatu"]

        @settings(
            max_examples=5,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def walk(case: schemathesis.Case, cookies: dict[str, str]) -> None:
            headers = {"Sec-Fetch-Site": "same-origin"}
            case.call_and_validate(cookies=cookies, headers=headers, checks=CHECKS)

        walk(cookies={"ngatu": token})
