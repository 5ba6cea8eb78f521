"""Signing in at an identity provider, behind a circuit breaker: if it does not answer, requests are paused
for a while, and people are told so at once."""

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
    """The way there; `name` is the connection's.

    Raises:
        ElsewhereError: the provider is away, or left alone for now.
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
    """The claims of whoever comes back.

    Raises:
        ElsewhereError: the provider is away or left alone for now, or its answer does not hold.
    """
    # First: a forged answer must not use up the one trial that an open circuit allows.
    provider.check(vault, cookie, answer, now)
    try:
        with circuit.watched(engine, name, now, AwayError):
            return provider.finish(vault, back, cookie, answer, now)
    except PostponedError as problem:
        raise AwayError("away") from problem
