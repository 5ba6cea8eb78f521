"""The worker process: what is due by the state in the tables (look-ups, deadlines, watching, tidying)."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session

from central.accounts.sessions import end_stale_sessions
from central.cases.service import expire_due
from central.db import make_engine, transaction
from central.fleet.service import trim_health, watch_silence
from central.ingest import quarantine
from central.ingest.upkeep import forget_early, watch_gaps
from central.media.store import PartialFiles
from central.registry.file import FileRegistry
from central.registry.http import HttpRegistry
from central.registry.port import RegistryLookup
from central.registry.service import look_up_due
from central.registry.vault import OwnerVault
from central.settings import CentralSettings, read_secret

logger = logging.getLogger(__name__)

PERIOD_SECONDS = 2.0


@dataclass(frozen=True)
class Job:
    """Something done each round. It returns how much there was to do."""

    name: str
    run: Callable[[datetime], int]


def jobs(settings: CentralSettings, engine: Engine) -> list[Job]:
    """Everything the worker does, in the order of a round."""

    def within(name: str, work: Callable[[Session, datetime], int]) -> Job:
        def run(now: datetime) -> int:
            with transaction(engine) as session:
                return work(session, now)

        return Job(name, run)

    partials = PartialFiles(settings.data_dir / "partial")
    chores = [
        within("expire cases", expire_due),
        within("end sessions", end_stale_sessions),
        within("watch nodes", watch_silence),
        within("watch gaps", watch_gaps),
        within("forget early pieces", lambda session, now: forget_early(session, partials, now)),
        within("trim health", lambda session, _now: trim_health(session)),
        within("trim quarantine", lambda session, _now: quarantine.trim(session)),
    ]
    registry = registry_of(settings)
    if registry is None:
        logger.warning("no vehicle registry is configured: owners won't be looked up")
        return chores
    vault = OwnerVault.create_file(settings.owner_key)
    look_up = Job("look up owners", lambda _now: look_up_due(engine, registry, vault, _utc_now))
    return [look_up, *chores]


def registry_of(settings: CentralSettings) -> RegistryLookup | None:
    """The configured vehicle registry. Raises FileRegistryError or SettingsError when it can't be used."""
    configured = settings.registry
    if configured.sample_file is not None:
        return FileRegistry.load(configured.sample_file)
    if configured.url is not None:
        token = read_secret(configured.token_file).get_secret_value() if configured.token_file else ""
        return HttpRegistry(configured.url, token)
    return None


def run_worker(settings: CentralSettings, stop: threading.Event) -> None:
    """Does what is due, round after round, until `stop` is set."""
    engine = make_engine(settings.database_url)
    due = jobs(settings, engine)
    while not stop.wait(PERIOD_SECONDS):
        run_once(due, datetime.now(UTC))
    engine.dispose()


def run_once(due: list[Job], now: datetime) -> dict[str, int]:
    """One round; returns what each job did. A failing job is logged and keeps no other waiting."""
    done = {}
    for job in due:
        try:
            done[job.name] = job.run(now)
        except Exception:
            logger.exception("job %r failed; it is tried again in the next round", job.name)
    return done


def _utc_now() -> datetime:
    return datetime.now(UTC)
