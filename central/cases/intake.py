"""From a node's manifest to a case: which queue it joins, what to look at twice, what it may be a copy of."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from central.cases.lifecycle import Action, State
from central.cases.models import REAL, Case
from contract.manifest import ViolationManifest
from contract.plates import IMMUNE, LONGEST, PlateKind, interpretations, normalise

MAIN, ATTENTION = "main", "attention"
"""Queues: ordinary cases, and those the node or a rule here has doubts about."""

HELD = "held"
"""Beside the queues: cases of a camera that is in quarantine, given to nobody until it is released."""

SAME_ACT = timedelta(minutes=5)
"""Two cases of one plate, rule and site within this time are one act until a person says otherwise."""

SURE_PLATE = 0.9
"""Readings below this confidence are marked for a second look."""

_DEAD = (State.REJECTED, State.REFUSED, State.EXPIRED)

DUPLICATE, FUTURE = "duplicate", "clock_ahead"
"""Flags: the same act may be here already; by the node's clock the act was after its evidence came."""

MOST_UNCERTAIN = 60 * 60 * 1000

_DOUBTFUL = frozenset({DUPLICATE, FUTURE})


def flags_of(manifest: ViolationManifest, received_at: datetime) -> list[str]:
    """What a person should look at twice, from the node's own words and from when they came."""
    flags = [*manifest.flags, *(doubt.code for doubt in manifest.doubts if doubt.weight != "note")]
    if earliest(manifest) > received_at:
        flags.append(FUTURE)
    if manifest.decision != "violation":
        flags.append(manifest.decision)
    plate = manifest.plate
    if plate.text is None:
        flags.append("plate_unread")
    elif plate.confidence < SURE_PLATE or not plate.agreed:
        flags.append("plate_unsure")
    flags += plate.flags
    if manifest.vehicle.class_unsure:
        flags.append("kind_unsure")
    phases = manifest.signal.phases if manifest.signal else ()
    if any(p.start <= manifest.occurred_at < p.end and not p.onset_observed for p in phases):
        flags.append("onset_unseen")
    return list(dict.fromkeys(flags))


def uncertainty_of(manifest: ViolationManifest) -> int:
    """How far the node's clock may be off, in milliseconds; more than `MOST_UNCERTAIN` is no clock."""
    return min(manifest.clock.uncertainty_ms, MOST_UNCERTAIN)


def earliest(manifest: ViolationManifest) -> datetime:
    """The earliest moment of the act, by the node's clock and its uncertainty."""
    return manifest.occurred_at - timedelta(milliseconds=uncertainty_of(manifest))


def queue_of(manifest: ViolationManifest, flags: Collection[str]) -> str:
    """`attention` for what the node called borderline or undecidable, for possible copies and for acts of the
    future; else `main`."""
    return usual_queue(manifest.decision, flags)


def usual_queue(decision: str, flags: Collection[str]) -> str:
    """The same of what is stored of the manifest."""
    return MAIN if decision == "violation" and _DOUBTFUL.isdisjoint(flags) else ATTENTION


def plate_key(text: str | None) -> str | None:
    """The plate as stored, or None when it was not read or can't be a plate's length."""
    key = normalise(text) if text else ""
    return key if 0 < len(key) <= LONGEST else None


def taken_out(manifest: ViolationManifest) -> Action | None:
    """The step that takes the case of such a vehicle out of this channel, if one does."""
    plate, vehicle = manifest.plate, manifest.vehicle.kind
    text = plate.text or ""
    # A foreigner's form is no other's: a colour that doesn't suit it was misread.
    read = interpretations(text, lines=plate.lines, colour=plate.colour, vehicle=vehicle) or (
        interpretations(text, lines=plate.lines, vehicle=vehicle)
    )
    return way_out({found.kind for found in read}, plate.colour)


def way_out(kinds: Collection[PlateKind], colour: str | None) -> Action | None:
    """The step for a vehicle whose plate may be of these kinds: red or military ones are for military control
    (TT 169/2021), those immune by treaty for the department of foreign affairs."""
    if colour == "red" or PlateKind.MILITARY in kinds:
        return Action.SET_ASIDE_MILITARY
    return None if IMMUNE.isdisjoint(kinds) else Action.SET_ASIDE_DIPLOMATIC


def earlier_case(
    session: Session, plate: str | None, rule: str, site: str, at: datetime, not_id: int | None = None
) -> int | None:
    """A living case of the same plate, rule and site within `SAME_ACT`: the one this may be a copy of."""
    if plate is None:
        return None
    query = (
        select(Case.id)
        .where(Case.plate == plate, Case.rule == rule, Case.site == site)
        .where(col(Case.occurred_at).between(at - SAME_ACT, at + SAME_ACT))
        .where(col(Case.state).not_in(_DEAD), col(Case.id) != (not_id or 0), REAL)
        .order_by(col(Case.id))
        .limit(1)
    )
    return session.exec(query).first()
