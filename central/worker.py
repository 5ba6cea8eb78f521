"""The worker process: which work there is, how it is done, and how often what comes round again."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from central.accounts.sessions import end_stale_sessions
from central.cases.service import expire_due
from central.db import make_engine, transaction
from central.fleet.service import trim_health, watch_silence
from central.ingest import quarantine
from central.ingest.upkeep import forget_early, watch_gaps
from central.jobs.queue import Claimed
from central.jobs.runner import Handler, Runner
from central.media.store import PartialFiles
from central.offences.recording import RECORD, record_confirmed
from central.registry import service as registry
from central.registry.file import FileRegistry
from central.registry.http import HttpRegistry
from central.registry.port import RegistryLookup
from central.settings import CentralSettings
from central.vault import Vault

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

WATCH = timedelta(seconds=10)
"""Pause between looks at what must not be late by more than half a minute: limitation, silent nodes."""
TIDY = timedelta(minutes=10)

LOOK_UPS_AT_ONCE = 4


def handlers(settings: CentralSettings, engine: Engine, clock: Clock) -> list[Handler]:
    """Everything the worker does."""
    partials = PartialFiles(settings.data_dir / "partial")

    def chore(kind: str, every: timedelta, work: Callable[[Session, datetime], object]) -> Handler:
        def run(_unit: Claimed) -> bool:
            with transaction(engine) as session:
                return work(session, clock()) is True

        return Handler(kind, run, every=every)

    chores = [
        chore("cases.expire", WATCH, expire_due),
        chore("fleet.watch_silence", WATCH, watch_silence),
        chore("ingest.watch_gaps", timedelta(minutes=1), watch_gaps),
        chore("accounts.end_sessions", timedelta(minutes=1), end_stale_sessions),
        chore("ingest.forget_early", TIDY, lambda session, now: forget_early(session, partials, now)),
        chore("fleet.trim_health", TIDY, lambda session, _now: trim_health(session)),
        chore("ingest.trim_quarantine", TIDY, lambda session, _now: quarantine.trim(session)),
    ]
    chores.append(record_handler(engine, settings.unit, clock))
    register = registry_of(settings)
    if register is None:
        logger.warning("no vehicle registry is configured: owners won't be looked up")
        return chores
    return [*chores, look_up_handler(engine, register, Vault.create_file(settings.owner_key), clock)]


def look_up_handler(engine: Engine, register: RegistryLookup, vault: Vault, clock: Clock) -> Handler:
    """Looking owners up: tried for as long as the case can still lead to an offence."""

    def run(unit: Claimed) -> None:
        registry.look_up(engine, register, vault, clock, int(unit.payload["case"]), unit.attempt)

    return Handler(registry.LOOK_UP, run, at_once=LOOK_UPS_AT_ONCE, attempts=5, endless=True)


def record_handler(engine: Engine, unit: str, clock: Clock) -> Handler:
    """Recording the offence of a confirmed case, in the name of the police unit."""

    def run(unit_of_work: Claimed) -> None:
        with transaction(engine) as session:
            record_confirmed(session, int(unit_of_work.payload["case"]), clock(), unit)

    return Handler(RECORD, run, attempts=20)


def registry_of(settings: CentralSettings) -> RegistryLookup | None:
    """The configured vehicle registry. Raises FileRegistryError or SettingsError when it can't be used."""
    configured = settings.registry
    if configured.sample_file is not None:
        return FileRegistry.load(configured.sample_file)
    if configured.url is not None:
        return HttpRegistry(configured.url, configured.token())
    return None


def run_worker(settings: CentralSettings, stop: threading.Event) -> int:
    """Works until `stop` is set; returns how many units had to be left unfinished."""
    engine = make_engine(settings.database_url)
    unfinished = Runner(engine, handlers(settings, engine, _utc_now), _utc_now).run(stop)
    if not unfinished:
        engine.dispose()
    return unfinished


def _utc_now() -> datetime:
    return datetime.now(UTC)
