"""Sign-in through an identity provider, behind a circuit breaker: if it does not respond, requests are paused
for a while, and people see an error at once.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from central.accounts.oidc import AwayError, Provider, Way
from central.connections import circuit
from central.db import reading
from central.jobs.runner import PostponedError
from central.vault import Vault


def begin(engine: Engine, name: str, provider: Provider, vault: Vault, back: str, now: datetime) -> Way:
    """Starts a sign-in; `name` is the connection's.

    Raises:
        ElsewhereError: the provider is unavailable, or requests to it are paused.
    """
    if provider.knows_the_way():
        with reading(engine) as session:
            row = circuit.standing(session).get(name)
        if row is not None and row.open_until is not None and now < row.open_until:
            raise AwayError("away")
        return provider.begin(vault, back, now)
    try:
        with circuit.watched(engine, name, now, AwayError):
            return provider.begin(vault, back, now)
    except PostponedError as problem:
        raise AwayError("away") from problem


def finish(
    engine: Engine,
    name: str,
    provider: Provider,
    vault: Vault,
    back: str,
    cookie: str,
    answer: Mapping[str, str],
    now: datetime,
) -> dict[str, Any]:
    """Completes a sign-in and returns the person's claims.

    Raises:
        ElsewhereError: the provider is unavailable, requests to it are paused, or its response is invalid.
    """
    # First: a forged response must not use up the single trial that an open circuit allows.
    provider.check(vault, cookie, answer, now)
    try:
        with circuit.watched(engine, name, now, AwayError):
            return provider.finish(vault, back, cookie, answer, now)
    except PostponedError as problem:
        raise AwayError("away") from problem
