"""The worker process: which work there is, how it is done, and how often what comes round again."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from central.accounts.sessions import end_stale_sessions
from central.alarms import service as alarms
from central.cases.queries import get_case
from central.cases.service import expire_due, open_case
from central.citizens import drafts, entry
from central.copies import service as copies
from central.copies.masking import mask
from central.copies.service import Workshop
from central.db import make_engine, reading, transaction
from central.documents.archive import FILE, Archive
from central.documents.filing import archive_of, make_file, signer_of
from central.documents.signing import PaperSigner
from central.fleet.service import trim_health, watch_silence
from central.ingest import frames, quarantine
from central.ingest.settle import OPEN_CASE, open_stored_case, stored_manifest
from central.ingest.upkeep import forget_early, watch_gaps
from central.jobs import queue as jobs
from central.jobs.queue import Claimed
from central.jobs.runner import Handler, Runner, TryAgainError
from central.keys import load_key
from central.media.store import MediaStore, PartialFiles
from central.notifications import service as notifications
from central.notifications.port import Smtp
from central.notifications.service import Post
from central.offences.recording import RECORD, record_confirmed
from central.parties.service import Parties
from central.payments import work as payments
from central.payments.filing import gateway_of
from central.proceedings import owners, sweeps
from central.proceedings import service as proceedings
from central.proceedings.clones import Places, places_of
from central.proceedings.papers.sheet import House
from central.registry import service as registry
from central.registry.file import FileRegistry
from central.registry.http import HttpRegistry
from central.registry.port import RegistryLookup
from central.reports import work as reports
from central.reports.periods import CutOffs
from central.settings import CentralSettings, read_secret
from central.vault import BlindIndex, Vault

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

WATCH = timedelta(seconds=10)
"""Pause between looks at what must not be late by more than half a minute: limitation, silent nodes."""
TIDY = timedelta(minutes=10)
SWEEP = timedelta(minutes=1)
"""Pause between looks at what time alone has done to cases."""

ONE_TURN = 100
"""Cases that end in one turn; there may be more of them then, and the next turn comes at once."""

LOOK_UPS_AT_ONCE = 4

PROVING = timedelta(minutes=4)
"""By when the pictures of a package are looked for and its case is open."""

COPY_LEASE = timedelta(hours=2)
"""The copies of one case: half a dozen pictures and a clip, each with its own time limit."""


def handlers(settings: CentralSettings, engine: Engine, clock: Clock) -> list[Handler]:
    """Everything the worker does."""
    cut_offs = CutOffs(settings.reports.weekday, settings.reports.month_day)
    partials = PartialFiles(settings.data_dir / "partial")
    store = MediaStore(settings.media_dir)

    def chore(kind: str, every: timedelta, work: Callable[[Session, datetime], object]) -> Handler:
        def run(_unit: Claimed) -> bool:
            with transaction(engine) as session:
                return work(session, clock()) is True

        return Handler(kind, run, every=every)

    chores = [
        chore("cases.expire", WATCH, lambda session, now: expire_due(session, now, ONE_TURN) == ONE_TURN),
        chore("fleet.watch_silence", WATCH, watch_silence),
        chore(
            "reports.take",
            reports.EVERY,
            lambda session, now: reports.take_due(session, settings.unit, cut_offs, now),
        ),
        chore("ingest.watch_gaps", timedelta(minutes=1), watch_gaps),
        chore("accounts.end_sessions", timedelta(minutes=1), end_stale_sessions),
        chore("citizens.tidy", timedelta(minutes=1), entry.tidy),
        chore("ingest.forget_early", TIDY, lambda session, now: forget_early(session, partials, now)),
        chore("alarms.trim", TIDY, alarms.trim),
        chore("fleet.trim_health", TIDY, lambda session, _now: trim_health(session)),
        chore("ingest.trim_quarantine", TIDY, lambda session, _now: quarantine.trim(session)),
    ]
    chores += [record_handler(engine, settings.unit, clock), case_handler(engine, store, clock)]
    vault, index = Vault.create_file(settings.owner_key), BlindIndex.create_file(settings.index_key)
    chores += [
        chore("proceedings.sweep", SWEEP, sweeps.find),
        chore("proceedings.waiting", SWEEP, lambda session, now: proceedings.refresh(session, now) > 0),
        chore("parties.reseal", TIDY, lambda session, _now: Parties(session, vault, index).reseal() > 0),
        chore("citizens.reseal", TIDY, lambda session, _now: drafts.reseal(session, vault) > 0),
        step_handler(engine, clock),
        owner_handler(engine, vault, index, clock, places_of(settings)),
        paper_handler(engine, archive_of(settings, vault), signer_of(settings.signing), clock),
        copy_handler(engine, settings, clock),
        *payment_handlers(engine, settings, vault, index, clock),
        mail_handler(engine, settings, vault, index, clock),
    ]
    register = registry_of(settings)
    if register is None:
        log.warning("no vehicle registry is configured: owners won't be looked up")
        return chores
    return [*chores, look_up_handler(engine, register, vault, clock)]


def look_up_handler(engine: Engine, register: RegistryLookup, vault: Vault, clock: Clock) -> Handler:
    """Looking owners up: tried for as long as the case can still lead to an offence."""

    def run(unit: Claimed) -> None:
        registry.look_up(engine, register, vault, clock, int(unit.payload["case"]), unit.attempt)

    return Handler(registry.LOOK_UP, run, at_once=LOOK_UPS_AT_ONCE, attempts=5, endless=True)


def case_handler(engine: Engine, store: MediaStore, clock: Clock) -> Handler:
    """Opening the case of a package that was stored without one, once its pictures are found in its clip;
    tried on, for its evidence is all here."""

    def run(unit: Claimed) -> None:
        event = str(unit.payload["event"])
        with reading(engine) as session:
            manifest = stored_manifest(session, event)
        if manifest is None:
            return
        try:
            fault = frames.find_fault(store, manifest, unit.attempt)
        except frames.FramesUnknownError as problem:
            raise TryAgainError(f"the pictures of {event} could not be looked for: {problem}") from problem
        with transaction(engine) as session:
            open_stored_case(session, event, open_case, clock(), fault)

    return Handler(OPEN_CASE, run, lease=PROVING, at_once=2, attempts=5, endless=True)


def record_handler(engine: Engine, unit: str, clock: Clock) -> Handler:
    """Recording the offence of a confirmed case, in the name of the police unit; its proceedings begin
    with it."""

    def run(unit_of_work: Claimed) -> None:
        with transaction(engine) as session:
            case_id, now = int(unit_of_work.payload["case"]), clock()
            offence = record_confirmed(session, case_id, now, unit)
            if offence is not None:
                session.flush()
                proceedings.open_ordinary(session, get_case(session, case_id), offence, now)
                jobs.enqueue(session, owners.ENTER, str(case_id), {"case": case_id}, now)

    return Handler(RECORD, run, attempts=20)


def step_handler(engine: Engine, clock: Clock) -> Handler:
    """Steps that time alone takes in the proceedings, one case a unit."""

    def run(unit: Claimed) -> None:
        with transaction(engine) as session:
            sweeps.run(session, unit.payload, clock())

    return Handler(sweeps.STEP, run, at_once=2)


def owner_handler(
    engine: Engine, vault: Vault, index: BlindIndex, clock: Clock, places: Places | None = None
) -> Handler:
    """Entering the owner the register named as a party of the case."""

    def run(unit: Claimed) -> None:
        with transaction(engine) as session:
            parties = Parties(session, vault, index)
            owners.enter_owner(session, parties, int(unit.payload["case"]), clock(), places)

    return Handler(owners.ENTER, run, at_once=2)


def paper_handler(engine: Engine, archive: Archive, signer: PaperSigner | None, clock: Clock) -> Handler:
    """Setting, signing and archiving papers, one a unit."""

    def run(unit: Claimed) -> None:
        make_file(engine, archive, signer, int(unit.payload["document"]), clock())

    return Handler(FILE, run, at_once=2)


def copy_handler(engine: Engine, settings: CentralSettings, clock: Clock) -> Handler:
    """Making the copies of a case's evidence that its owner may see, one case a unit."""
    workshop = Workshop(MediaStore(settings.media_dir), lambda: load_key(settings.centre_key_file), mask)

    def run(unit: Claimed) -> None:
        copies.make(engine, workshop, int(unit.payload["case"]), clock())

    return Handler(copies.MAKE, run, lease=COPY_LEASE, attempts=10)


def payment_handlers(
    engine: Engine, settings: CentralSettings, vault: Vault, index: BlindIndex, clock: Clock
) -> list[Handler]:
    """Money from the collecting bank."""
    archive = archive_of(settings, vault)

    def house(session: Session) -> House:
        return House(session, Parties(session, vault, index), archive, settings.office)

    return payments.handlers(engine, house, gateway_of(settings.payment), clock)


def mail_handler(
    engine: Engine, settings: CentralSettings, vault: Vault, index: BlindIndex, clock: Clock
) -> Handler:
    """Notifications to owners by e-mail."""
    mail, post = settings.mail, None
    if mail is not None:
        password = read_secret(mail.password_file).get_secret_value() if mail.password_file else None
        sender = Smtp(mail.host, mail.port, mail.sender, mail.tls, mail.user, password)
        post = Post(sender, vault, index, settings.office.portal)

    def run(unit: Claimed) -> None:
        notifications.send(engine, post, int(unit.payload["notification"]), clock())

    return Handler(notifications.SEND, run, at_once=2, attempts=20)


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
