"""The connections to other authorities as their page shows them: working, failing, paused, or by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from central.connections import circuit
from central.connections.by_hand import ByHand
from central.connections.models import Connection
from central.dispatches import service as dispatches
from central.dispatches.by_hand import DispatchesByHand
from central.dispatches.port import ALERT_SYSTEMS, INSPECTION, LICENCES, REGISTRATION
from central.jobs import queue as jobs
from central.notifications import service as notifications
from central.payments import refunds
from central.payments.port import CONNECTION as PAYMENT
from central.population import service as population
from central.population.by_hand import PersonsByHand
from central.registry import service as registry
from central.registry.by_hand import OwnersByHand
from central.settings import CentralSettings
from central.sharing.events import SYSTEM as SHARING
from central.web.services import Services

Standing = Literal["well", "failing", "open", "unasked", "by_hand"]


@dataclass(frozen=True)
class System:
    """A system of another authority: its jobs, and whether it is configured."""

    name: str
    kinds: tuple[str, ...]
    is_set: Callable[[CentralSettings], bool]


SYSTEMS = (
    System(
        registry.CONNECTION,
        (registry.LOOK_UP,),
        lambda s: s.registry.url is not None or s.registry.sample_file is not None,
    ),
    System(population.CONNECTION, (population.LOOK_UP,), lambda s: s.population.url is not None),
    System(INSPECTION, (dispatches.job_of(INSPECTION),), lambda s: s.inspection.url is not None),
    System(REGISTRATION, (dispatches.job_of(REGISTRATION),), lambda s: s.vehicle_alerts.url is not None),
    System(LICENCES, (dispatches.job_of(LICENCES),), lambda s: s.licences.url is not None),
    System(SHARING, (dispatches.job_of(SHARING),), lambda s: s.sharing.url is not None),
    System(PAYMENT, (refunds.GIVE_BACK,), lambda s: s.payment.url is not None),
    System(notifications.CONNECTION, (notifications.SEND,), lambda s: s.mail is not None),
    System("citizen_login", (), lambda s: s.citizen_login is not None),
    System("staff_login", (), lambda s: s.staff_login is not None),
)


@dataclass(frozen=True)
class Line:
    """One row of the page. `waiting`: unfinished jobs; `dead`: those of them abandoned; `by_hand`: questions
    people may answer, None where that is not possible.
    """

    system: System
    standing: Standing
    row: Connection | None
    waiting: int
    dead: int
    by_hand: int | None


def rooms(services: Services) -> dict[str, ByHand]:
    """The connections whose questions people may answer."""
    keys = (services.vault, services.index)
    told = {system: DispatchesByHand(system, *keys) for system in (*ALERT_SYSTEMS, LICENCES)}
    return {
        registry.CONNECTION: OwnersByHand(services.vault),
        population.CONNECTION: PersonsByHand(*keys),
        **told,
    }


def lines(session: Session, settings: CentralSettings, services: Services, now: datetime) -> list[Line]:
    """Every connection, in the order of the page."""
    rows, counts = circuit.standing(session), {each.kind: each for each in jobs.counts(session, now)}
    hands = rooms(services)
    found = []
    for system in SYSTEMS:
        work = [counts[kind] for kind in system.kinds if kind in counts]
        row = rows.get(system.name)
        found.append(
            Line(
                system=system,
                standing=_standing(system.is_set(settings), row, now),
                row=row,
                waiting=_waiting(session, system, work),
                dead=sum(each.dead for each in work),
                by_hand=hands[system.name].count(session, now) if system.name in hands else None,
            )
        )
    return found


def _waiting(session: Session, system: System, work: list[jobs.Count]) -> int:
    """Unfinished work; the province is served by periodic jobs, so its messages are counted."""
    if system.name == SHARING:
        return dispatches.count_unsent(session, SHARING)
    return sum(each.later + each.due + each.running for each in work)


def _standing(is_set: bool, row: Connection | None, now: datetime) -> Standing:
    if not is_set:
        return "by_hand"
    if row is None or (row.last_success_at is None and row.last_failure_at is None):
        return "unasked"
    if row.open_until is not None and now < row.open_until:
        return "open"
    return "failing" if row.failures else "well"


def try_again(session: Session, name: str, now: datetime, actor: str) -> int:
    """Closes a circuit and has its jobs retried now; returns how many."""
    circuit.close(session, name, actor)
    return jobs.hurry(session, next(s.kinds for s in SYSTEMS if s.name == name), now)
