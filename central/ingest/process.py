"""The ingest process: one active consumer, others on standby; it survives failures of broker and database."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from central.cases.service import open_case
from central.clock import utc_now
from central.db import is_away, make_engine, reading, transaction
from central.ingest import storage
from central.ingest.handler import handle
from central.ingest.packages import RacedError
from central.ingest.partitions import PartitionError, Take, partition_of, partitions
from central.ingest.subscriber import Subscriber
from central.ingest.work import Arrived, Outgoing, Tools
from central.keys import load_key
from central.locks import only_one
from central.media.places import store_of
from central.media.store import PartialFiles
from central.settings import CentralSettings

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 2.0
_LOCK_CHECK_SECONDS = 1.0


def ingest_tools(settings: CentralSettings) -> Tools:
    """Dependencies of ingest according to the settings. Raises KeyFileError when the centre has no key
    yet.
    """
    store = store_of(settings)
    partials = PartialFiles(settings.data_dir / "partial")
    return Tools(store, partials, load_key(settings.centre_key_file), open_case)


def run_ingest(settings: CentralSettings, stop: threading.Event) -> None:
    """Receives evidence until `stop` is set; waits while broker or database is unavailable.

    Raises:
        KeyFileError: the centre has no key.
        PartitionLostError: one of several processes has ended.
    """
    load_key(settings.centre_key_file)
    with partitions(settings.ingest_processes, lambda number: taking(settings, number)) as take:
        engine = make_engine(settings.database_url)
        while not stop.is_set():
            try:
                with only_one(engine, "ingest", settings.data_dir, stop) as held:
                    Subscriber(settings.mqtt, settings.ingest_processes).run(take, _while(held, stop))
            except Exception as problem:
                if not (is_away(problem) or isinstance(problem, PartitionError)):
                    raise
                log.warning("ingest pauses and starts again", problem=_first_line(problem))
                engine.dispose()  # after a failover the pool's connections lead to the old server
                stop.wait(PAUSE_SECONDS)
        engine.dispose()


def _first_line(problem: Exception) -> str:
    told = str(getattr(problem, "orig", None) or problem).strip().partition("\n")[0]
    return told[:300] if isinstance(problem, PartitionError) else f"{type(problem).__name__} {told}"[:300]


def taking(settings: CentralSettings, number: int) -> Take:
    """The function that processes the messages of partition `number`, one transaction per batch. It raises
    PartitionError when the database can't do it now, and starts afresh with the next batch.
    """
    engine = make_engine(settings.database_url)
    count = settings.ingest_processes
    tools = replace(ingest_tools(settings), handles=lambda node: partition_of(node, count) == number)
    is_new = True

    def take(messages: Sequence[Arrived]) -> list[Outgoing]:
        nonlocal is_new
        try:
            if is_new:
                with reading(engine) as session:
                    tools.storage.in_trouble = storage.is_in_trouble(session)
                is_new = False
            with transaction(engine) as session:
                return handle(session, messages, tools, utc_now())
        except Exception as problem:
            if not (is_away(problem) or isinstance(problem, RacedError)):
                raise
            engine.dispose()
            is_new = True
            raise PartitionError(_first_line(problem)) from problem

    return take


def _while(held: Callable[[], bool], stop: threading.Event) -> Callable[[], bool]:
    """True until asked to stop, or until the lock of the only consumer is lost; checked once a second."""
    checked = float("-inf")

    def goes_on() -> bool:
        nonlocal checked
        if stop.is_set():
            return False
        if time.monotonic() - checked < _LOCK_CHECK_SECONDS:
            return True
        checked = time.monotonic()
        return held()

    return goes_on
