"""The worker process: its kinds of jobs, how each is run, and how often periodic ones run."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from central import metrics
from central.accounts.service import disable_unused
from central.accounts.sessions import end_stale_sessions
from central.alarms import service as alarms
from central.audit import checking, siem
from central.audit.service import ChainReport
from central.cases.queries import get_case
from central.cases.service import expire_due, open_case
from central.citizens import drafts, entry
from central.clock import Clock, utc_now
from central.copies import service as copies
from central.copies.masking import mask
from central.copies.service import Workshop
from central.data_subjects import service as data_subjects
from central.db import make_engine, reading, transaction
from central.documents.archive import FILE, Archive
from central.documents.filing import archive_of, make_file, signer_of
from central.documents.signer import PaperSigner
from central.fleet.service import trim_health, watch_silence
from central.incidents import watch as incidents
from central.ingest import frames, quarantine
from central.ingest.settle import (
    CHECK_TEST,
    OPEN_CASE,
    end_sent_test,
    open_stored_case,
    sent_test_in_check,
    stored_manifest,
)
from central.ingest.upkeep import forget_early, watch_gaps
from central.jobs import queue as jobs
from central.jobs.queue import Claimed
from central.jobs.runner import Handler, Runner, TryAgainError
from central.keys import load_key
from central.media.places import store_of
from central.media.store import MediaStore, PartialFiles, StorageError
from central.offences.recording import RECORD, record_confirmed
from central.parties.service import Parties
from central.population import service as population
from central.proceedings import clones, owners, sweeps, syncing, withdrawal
from central.proceedings import service as proceedings
from central.proceedings.clones import Places, places_of
from central.registry import service as registry
from central.reports import work as reports
from central.reports.periods import CutOffs
from central.retention import sent_tests
from central.retention import service as retention
from central.searches import service as searches
from central.settings import CentralSettings
from central.sharing import service as sharing
from central.vault import BlindIndex, Vault
from central.viewing import service as viewing
from central.watching import drops, known_answers, second_review, swings
from central.watching import quarantine as cameras
from central.worker_connections import (
    dispatch_handlers,
    mail_handler,
    payment_handlers,
    question_handlers,
)
from contract.manifest import ViolationManifest
from contract.reasons import Reason, reason

log = structlog.get_logger(__name__)

WATCH = timedelta(seconds=10)
"""Interval of checks that must not be late by more than half a minute: limitation, silent nodes."""
TIDY = timedelta(minutes=10)
SWEEP = timedelta(minutes=1)
"""Interval of checks for steps that are due by time alone."""

ONE_TURN = 100
"""Most cases ended in one run; if there may be more, the next run comes at once."""

RETAIN = timedelta(hours=1)
"""Interval of checks for data past their retention period."""

CHECK_CHAIN = timedelta(days=1)
CHAIN_ALARM = "centre.audit_broken"

PROVING = timedelta(minutes=4)
"""Time limit for finding the pictures of a package and opening its case."""

COPY_LEASE = timedelta(hours=2)
"""Lease for the copies of one case: half a dozen pictures and a clip, each with its share of the time
limit.
"""


Work = Callable[[Session, datetime], object]
"""One run of periodic work; True: there may be more, and the next run comes at once."""


def chore(engine: Engine, clock: Clock, kind: str, every: timedelta, work: Work) -> Handler:
    """Periodic work, each run in one transaction."""

    def run(_unit: Claimed) -> bool:
        with transaction(engine) as session:
            return work(session, clock()) is True

    return Handler(kind, run, every=every)


def handlers(settings: CentralSettings, engine: Engine, clock: Clock) -> list[Handler]:
    """All jobs of the worker."""
    store = store_of(settings)
    vault, index = Vault.create_file(settings.owner_key), BlindIndex.create_file(settings.index_key)
    rounds = [*_watches(settings), *_tidying(settings, vault, index)]
    return [
        *(chore(engine, clock, kind, every, work) for kind, every, work in rounds),
        late_handler(engine, clock),
        record_handler(engine, settings.unit, clock),
        decided_handler(engine, clock),
        case_handler(engine, store, clock),
        sent_test_handler(engine, store, clock),
        step_handler(engine, clock),
        owner_handler(engine, vault, index, clock, places_of(settings)),
        clone_handler(engine, clock, places_of(settings)),
        paper_handler(engine, archive_of(settings, vault), signer_of(settings.signing), clock),
        copy_handler(engine, settings, clock),
        viewing_handler(engine, viewing.Workshop(store, viewing.copy_clip), clock),
        *payment_handlers(engine, settings, vault, index, clock),
        mail_handler(engine, settings, vault, index, clock),
        *dispatch_handlers(engine, settings, (vault, index), clock),
        *retention_handlers(engine, settings, store, clock),
        *siem_handlers(engine, settings, clock),
        chain_handler(engine, settings, clock),
        *question_handlers(engine, settings, vault, index, clock),
    ]


Round = tuple[str, timedelta, Work]


def _watches(settings: CentralSettings) -> list[Round]:
    """Work due by time alone, with its intervals."""
    cut_offs = CutOffs(settings.reports.weekday, settings.reports.month_day)
    return [
        ("cases.expire", WATCH, lambda session, now: expire_due(session, now, ONE_TURN) == ONE_TURN),
        ("fleet.watch_silence", WATCH, watch_silence),
        (
            "reports.take",
            reports.EVERY,
            lambda session, now: reports.take_due(session, settings.unit, cut_offs, now),
        ),
        ("ingest.watch_gaps", timedelta(minutes=1), watch_gaps),
        ("accounts.end_sessions", timedelta(minutes=1), end_stale_sessions),
        ("accounts.disable_unused", TIDY, disable_unused),
        ("proceedings.sweep", SWEEP, sweeps.find),
        ("proceedings.waiting", SWEEP, lambda session, now: syncing.refresh(session, now) > 0),
        ("searches.watch", TIDY, searches.watch),
        ("incidents.look", SWEEP, incidents.look),
        ("watching.lapse", SWEEP, second_review.lapse),
        ("watching.swings", RETAIN, swings.look),
        ("watching.drops", SWEEP, drops.note),
        ("watching.tidy", TIDY, known_answers.tidy),
        ("watching.judge_cameras", TIDY, cameras.judge),
        ("watching.keep_apart", SWEEP, cameras.keep_apart),
        ("sharing.count", TIDY, lambda session, now: sharing.count_days(session, now) > 0),
    ]


def _tidying(settings: CentralSettings, vault: Vault, index: BlindIndex) -> list[Round]:
    """Deletion after the retention period, and sealing again with the current key."""
    partials = PartialFiles(settings.data_dir / "partial")
    return [
        ("data_subjects.erase", TIDY, data_subjects.erase_ended),
        ("citizens.tidy", timedelta(minutes=1), entry.tidy),
        ("ingest.forget_early", TIDY, lambda session, now: forget_early(session, partials, now)),
        ("alarms.trim", TIDY, alarms.trim),
        ("fleet.trim_health", TIDY, lambda session, _now: trim_health(session)),
        ("retention.tests", RETAIN, sent_tests.forget_old),
        ("ingest.trim_quarantine", TIDY, lambda session, _now: quarantine.trim(session)),
        ("parties.reseal", TIDY, lambda session, _now: Parties(session, vault, index).reseal() > 0),
        ("registry.reseal", TIDY, lambda session, _now: registry.reseal(session, vault) > 0),
        ("population.reseal", TIDY, lambda session, _now: population.reseal(session, vault) > 0),
        ("data_subjects.reseal", TIDY, lambda session, _now: data_subjects.reseal(session, vault) > 0),
        ("citizens.reseal", TIDY, lambda session, _now: drafts.reseal(session, vault) > 0),
    ]


def siem_handlers(engine: Engine, settings: CentralSettings, clock: Clock) -> list[Handler]:
    """Sending the audit log to the SIEM that the settings name."""
    named = settings.siem
    if named is None:
        return []
    target = siem.Siem(named.host, named.port, named.tls, named.ca_file)

    def run(_unit: Claimed) -> bool:
        try:
            return siem.export(engine, target, clock())
        except siem.SiemAwayError as problem:
            raise TryAgainError(str(problem)) from problem

    return [Handler("audit.export", run, every=WATCH)]


def chain_handler(engine: Engine, settings: CentralSettings, clock: Clock) -> Handler:
    """Checks the audit log's chain once a day; an alarm stays open until a check finds it intact again."""
    path = settings.data_dir / "audit.mark"

    def run(_unit: Claimed) -> None:
        with reading(engine) as session:
            try:
                report, last = checking.check(session, checking.read_mark(path))
            except ValueError as problem:
                report, last = ChainReport(0, 0, f"{path.name}: {problem}"), (0, "")
        now = clock()
        with transaction(engine) as session:
            if report.broken_at is None:
                alarms.clear(session, alarms.CENTRE, [CHAIN_ALARM], now)
            else:
                why = reason(CHAIN_ALARM, entry=report.broken_at, detail=report.reason)
                alarms.raise_alarm(session, alarms.CENTRE, why, now)
            checking.note(session, report, now)
        if report.broken_at is None:
            checking.write_mark(path, checking.Mark(*last, now.isoformat(timespec="seconds")))

    return Handler("audit.check", run, lease=PROVING, every=CHECK_CHAIN)


def retention_handlers(
    engine: Engine, settings: CentralSettings, store: MediaStore, clock: Clock
) -> list[Handler]:
    """Deletes data past their retention period, by approved rules. Raises ConfigError."""

    def erase(unit: Claimed) -> None:
        try:
            with reading(engine) as session:
                retention.erase(session, store, list(unit.payload["files"]))
        except StorageError as problem:
            raise TryAgainError(str(problem)) from problem

    found = [Handler(retention.ERASE, erase, attempts=10, endless=True)]
    rules = retention.approved_rules(settings.retention_file)
    if rules is None:
        log.warning("no approved rules of retention: nothing is deleted after its time")
        return found

    def dispose(session: Session, now: datetime) -> bool:
        return retention.dispose_due(session, rules, now)

    def cut(session: Session, now: datetime) -> bool:
        return retention.cut_log(session, rules, now)

    return [
        *found,
        chore(engine, clock, "retention.dispose", RETAIN, dispose),
        chore(engine, clock, "retention.audit_log", RETAIN, cut),
    ]


def case_handler(engine: Engine, store: MediaStore, clock: Clock) -> Handler:
    """Opens the case of a package that was stored without one, once its pictures are found in its clip;
    retried without end, because all its evidence is here.
    """

    def settle(session: Session, event: str, manifest: ViolationManifest, fault: Reason | None) -> None:
        open_stored_case(session, event, open_case, clock(), fault)
        viewing.ask(session, store, manifest, clock())

    run = _pictures_looked_for(engine, store, stored_manifest, settle)
    return Handler(OPEN_CASE, run, lease=PROVING, at_once=2, attempts=5, endless=True)


def sent_test_handler(engine: Engine, store: MediaStore, clock: Clock) -> Handler:
    """Looks for the pictures of a test in its clip, as for evidence; a test never has a case."""

    def settle(session: Session, event: str, _manifest: ViolationManifest, fault: Reason | None) -> None:
        end_sent_test(session, event, clock(), fault)

    run = _pictures_looked_for(engine, store, sent_test_in_check, settle)
    return Handler(CHECK_TEST, run, lease=PROVING, attempts=5)


def _pictures_looked_for(
    engine: Engine,
    store: MediaStore,
    manifest_of: Callable[[Session, str], ViolationManifest | None],
    settle: Callable[[Session, str, ViolationManifest, Reason | None], None],
) -> Callable[[Claimed], None]:
    """Looks for the pictures of an event in its clip, outside of any transaction, and settles it with the
    fault found; nothing to do where it has no manifest to look at.
    """

    def run(unit: Claimed) -> None:
        event = str(unit.payload["event"])
        with reading(engine) as session:
            manifest = manifest_of(session, event)
        if manifest is None:
            return
        try:
            fault = frames.find_fault(store, manifest, unit.attempt)
        except frames.FramesUnknownError as problem:
            raise TryAgainError(f"the pictures of {event} could not be looked for: {problem}") from problem
        with transaction(engine) as session:
            settle(session, event, manifest, fault)

    return run


def late_handler(engine: Engine, clock: Clock) -> Handler:
    """Ends what came in after the withdrawal of its camera and period; the job remembers until when
    it looked.
    """

    def run(unit: Claimed) -> None:
        now, until = clock(), unit.payload.get("until")
        with transaction(engine) as session:
            withdrawal.end_late(session, now, datetime.fromisoformat(until) if until else None)
            jobs.note(session, unit, {"until": now.isoformat()})

    return Handler("proceedings.withdraw_late", run, every=SWEEP)


def record_handler(engine: Engine, unit: str, clock: Clock) -> Handler:
    """Records the offence of a confirmed case, in the name of the police unit, and opens its proceedings."""

    def run(unit_of_work: Claimed) -> None:
        with transaction(engine) as session:
            case_id, now = int(unit_of_work.payload["case"]), clock()
            offence = record_confirmed(session, case_id, now, unit)
            if offence is not None:
                session.flush()
                proceedings.open_ordinary(session, get_case(session, case_id), offence, now)
                jobs.enqueue(session, owners.ENTER, str(case_id), {"case": case_id}, now)
                copies.ask(session, case_id, now)  # several days before the notice can wait for them

    return Handler(RECORD, run, attempts=20)


def decided_handler(engine: Engine, clock: Clock) -> Handler:
    """The work after an operator's decision that is reviewed again, one case per job."""

    def run(unit: Claimed) -> None:
        with transaction(engine) as session:
            second_review.go_on(session, int(unit.payload["case"]), clock())

    return Handler(second_review.DECIDED, run, endless=True)


def step_handler(engine: Engine, clock: Clock) -> Handler:
    """Steps in the proceedings that are due by time alone, one case per job."""

    def run(unit: Claimed) -> None:
        with transaction(engine) as session:
            sweeps.run(session, unit.payload, clock())

    return Handler(sweeps.STEP, run, at_once=2)


def owner_handler(
    engine: Engine, vault: Vault, index: BlindIndex, clock: Clock, places: Places | None = None
) -> Handler:
    """Enters the owner named by the register as a party of the case."""

    def run(unit: Claimed) -> None:
        with transaction(engine) as session:
            parties = Parties(session, vault, index)
            owners.enter_owner(session, parties, int(unit.payload["case"]), clock(), places)

    return Handler(owners.ENTER, run, at_once=2)


def clone_handler(engine: Engine, clock: Clock, places: Places) -> Handler:
    """Checks for a cloned plate in the other of two cases that one vehicle can't both have been in."""

    def run(unit: Claimed) -> None:
        with transaction(engine) as session:
            clones.look(session, int(unit.payload["case"]), places, clock())

    return Handler(clones.LOOK, run)


def paper_handler(engine: Engine, archive: Archive, signer: PaperSigner | None, clock: Clock) -> Handler:
    """Typesets, signs and archives papers, one per job."""

    def run(unit: Claimed) -> None:
        make_file(engine, archive, signer, int(unit.payload["document"]), clock())

    return Handler(FILE, run, at_once=2)


def copy_handler(engine: Engine, settings: CentralSettings, clock: Clock) -> Handler:
    """Makes the copies of a case's evidence that its owner may see, one case per job."""
    workshop = Workshop(store_of(settings), lambda: load_key(settings.centre_key_file), mask)

    def run(unit: Claimed) -> None:
        copies.make(engine, workshop, int(unit.payload["case"]), clock)

    return Handler(copies.MAKE, run, lease=COPY_LEASE, attempts=10)


def viewing_handler(engine: Engine, workshop: viewing.Workshop, clock: Clock) -> Handler:
    """Makes copies of clips that browsers can't play, one after the other."""

    def run(unit: Claimed) -> None:
        viewing.make(engine, workshop, str(unit.payload["sha256"]), clock())

    return Handler(viewing.MAKE, run, lease=COPY_LEASE, attempts=5)


def run_worker(settings: CentralSettings, stop: threading.Event) -> int:
    """Works until `stop` is set; returns how many jobs were left unfinished."""
    engine = make_engine(settings.database_url)
    end_metrics = _serve_metrics(settings, engine)
    unfinished = Runner(engine, handlers(settings, engine, utc_now), utc_now).run(stop)
    end_metrics()
    if not unfinished:
        engine.dispose()
    return unfinished


def _serve_metrics(settings: CentralSettings, engine: Engine) -> Callable[[], None]:
    """Only one of several workers on a machine serves metrics; returns the function that stops it."""
    if settings.metrics is not None:
        try:
            return metrics.serve(settings.metrics, engine, utc_now)
        except OSError as problem:
            log.warning("metrics are not served here", port=settings.metrics.port, problem=str(problem))
    return lambda: None
