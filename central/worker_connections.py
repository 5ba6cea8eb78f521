"""The worker's jobs with configured outside systems: queries to the vehicle register and the population
database, messages to other authorities, payments, e-mail.
"""

from datetime import timedelta

import structlog
from pydantic import BaseModel
from sqlalchemy import Engine
from sqlmodel import Session

from central.clock import Clock
from central.connections.http import Peer
from central.db import transaction
from central.dispatches import content
from central.dispatches import service as dispatches
from central.dispatches.models import Dispatch
from central.dispatches.port import INSPECTION, LICENCES, PATHS, REGISTRATION
from central.dispatches.service import Build
from central.documents.filing import archive_of
from central.jobs.queue import Claimed
from central.jobs.runner import Handler
from central.notifications import service as notifications
from central.notifications.port import Smtp
from central.notifications.service import Post
from central.parties.service import Parties
from central.payments import work as payments
from central.payments.filing import gateway_of
from central.population import service as population
from central.population.http import HttpPopulation
from central.population.port import PopulationLookup
from central.proceedings.papers.sheet import Records
from central.registry import service as registry
from central.registry.file import FileRegistry
from central.registry.http import HttpRegistry
from central.registry.port import RegistryLookup
from central.settings import CentralSettings, PeerSettings, read_secret
from central.sharing import events
from central.sharing import service as sharing
from central.vault import BlindIndex, Vault

log = structlog.get_logger(__name__)


LOOK_UPS_AT_ONCE = 4

SHARE = timedelta(seconds=30)
"""Interval of sending events to the province's platform."""

DISPATCH_LEASE = timedelta(minutes=10)
"""Lease for one run of messages, each with its own time limit."""


def question_handlers(
    engine: Engine, settings: CentralSettings, vault: Vault, index: BlindIndex, clock: Clock
) -> list[Handler]:
    """Queries to the configured population database and vehicle register."""
    found = []
    if settings.population.url is not None:
        database = HttpPopulation(Peer(settings.population.url, settings.population.token()))
        found.append(person_handler(engine, database, (vault, index), clock))
    register = registry_of(settings)
    if register is None:
        log.warning("no vehicle registry is configured: owners are entered by hand")
    else:
        found.append(look_up_handler(engine, register, vault, clock))
    return found


def look_up_handler(engine: Engine, register: RegistryLookup, vault: Vault, clock: Clock) -> Handler:
    """Looks owners up: retried as long as the case can still lead to an offence."""

    def run(unit: Claimed) -> None:
        registry.look_up(engine, register, vault, clock, int(unit.payload["case"]), unit.attempt)

    return Handler(registry.LOOK_UP, run, at_once=LOOK_UPS_AT_ONCE, attempts=5, endless=True)


def person_handler(
    engine: Engine, database: PopulationLookup, keys: tuple[Vault, BlindIndex], clock: Clock
) -> Handler:
    """Looking up the persons of recorded cases."""

    def run(unit: Claimed) -> None:
        whom = (int(unit.payload["case"]), int(unit.payload["party"]))
        population.look_up(engine, database, keys, clock, whom, unit.attempt)

    return Handler(population.LOOK_UP, run, at_once=LOOK_UPS_AT_ONCE, attempts=5, endless=True)


def registry_of(settings: CentralSettings) -> RegistryLookup | None:
    """The configured vehicle registry. Raises FileRegistryError or SettingsError when it can't be used."""
    configured = settings.registry
    if configured.sample_file is not None:
        return FileRegistry.load(configured.sample_file)
    if configured.url is not None:
        return HttpRegistry(Peer(configured.url, configured.token()))
    return None


def dispatch_handlers(
    engine: Engine, settings: CentralSettings, keys: tuple[Vault, BlindIndex], clock: Clock
) -> list[Handler]:
    """Messages to the authorities whose systems are configured."""
    unit = settings.office.words

    def alert(session: Session, row: Dispatch) -> BaseModel:
        return content.alert(session, row, unit)

    def points(session: Session, row: Dispatch) -> BaseModel:
        return content.points(row, unit, Parties(session, *keys))

    told: list[tuple[str, PeerSettings, Build]] = [
        (INSPECTION, settings.inspection, alert),
        (REGISTRATION, settings.vehicle_alerts, alert),
        (LICENCES, settings.licences, points),
    ]
    found = [
        dispatch_handler(engine, system, Peer(named.url, named.token()), build, clock)
        for system, named, build in told
        if named.url is not None
    ]
    if settings.sharing.url is not None:
        platform = Peer(settings.sharing.url, settings.sharing.token())
        found.append(sharing_handler(engine, platform, f"ngatu/{settings.unit}", clock))
    return found


def dispatch_handler(engine: Engine, system: str, peer: Peer, build: Build, clock: Clock) -> Handler:
    """Sends the waiting messages of a subject, in order; retried without end."""

    def run(unit: Claimed) -> None:
        subject = str(unit.payload["subject"])
        if dispatches.send(engine, peer, PATHS[system], system, subject, build, clock()):
            with transaction(engine) as session:
                dispatches.send_later(session, system, subject, clock())

    return Handler(dispatches.job_of(system), run, lease=DISPATCH_LEASE, attempts=5, endless=True)


def sharing_handler(engine: Engine, platform: Peer, source: str, clock: Clock) -> Handler:
    """Sending events to the province's platform, one after the other."""

    def run(_unit: Claimed) -> bool:
        def build(_session: Session, row: Dispatch) -> BaseModel:
            return sharing.event(row, source)

        system, subject = events.SYSTEM, sharing.SUBJECT
        return dispatches.send(engine, platform, events.PATH, system, subject, build, clock())

    return Handler(dispatches.job_of(events.SYSTEM), run, lease=DISPATCH_LEASE, every=SHARE)


def payment_handlers(
    engine: Engine, settings: CentralSettings, vault: Vault, index: BlindIndex, clock: Clock
) -> list[Handler]:
    """Money from the collecting bank."""
    archive = archive_of(settings, vault)

    def records(session: Session) -> Records:
        return Records.of(session, vault, index, archive, settings.office)

    return payments.handlers(engine, records, gateway_of(settings.payment), clock)


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
