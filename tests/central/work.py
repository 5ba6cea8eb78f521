"""The worker's work in a test: what is due, done in the test's own thread."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import select

from central.db import transaction
from central.jobs.models import Job
from central.jobs.runner import Handler, Runner
from central.registry.port import RegistryLookup
from central.vault import Vault
from central.worker import record_handler
from central.worker_connections import look_up_handler


def run_due(engine: Engine, handlers: Sequence[Handler], clock: Callable[[], datetime]) -> int:
    """Does everything of these kinds that is due; returns how many units."""
    return Runner(engine, handlers, clock).run_due().total()


def look_up_due(engine: Engine, register: RegistryLookup, vault: Vault, clock: Callable[[], datetime]) -> int:
    """Looks up every owner that is due; returns how many times the register was asked."""
    return run_due(engine, [look_up_handler(engine, register, vault, clock)], clock)


def record_due(engine: Engine, clock: Callable[[], datetime], unit: str = "BN") -> int:
    """Records every offence that is due; returns how many cases were looked at."""
    return run_due(engine, [record_handler(engine, unit, clock)], clock)


def waiting(engine: Engine, kind: str, key: object = "") -> Job | None:
    """The job of that kind and key."""
    with transaction(engine) as session:
        return session.exec(select(Job).where(Job.kind == kind, Job.key == str(key))).one_or_none()
