"""From a node's manifest to a case: its queue, its flags, and the case it may duplicate."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from central.cases.lifecycle import Action, State
from central.cases.models import REAL, Case
from contract.manifest import ViolationManifest
from contract.plates import IMMUNE, LONGEST, PlateKind, interpretations, normalise

MAIN, ATTENTION = "main", "attention"
"""Queues: ordinary cases, and those with doubts of the node or of a rule here."""

HELD = "held"
"""Outside the queues: cases of a camera in quarantine, given to nobody until it is released."""

SAME_ACT = timedelta(minutes=5)
"""Two cases of one plate, rule and site within this time are treated as one act until a person decides
otherwise.
"""

SURE_PLATE = 0.9
"""Plate readings below this confidence are flagged for a second look."""

_DEAD = (State.REJECTED, State.REFUSED, State.EXPIRED)

DUPLICATE, FUTURE = "duplicate", "clock_ahead"
"""Flags: the same act may already be recorded; by the node's clock the act was after its evidence arrived."""

MOST_UNCERTAIN = 60 * 60 * 1000

_DOUBTFUL = frozenset({DUPLICATE, FUTURE})


def flags_of(manifest: ViolationManifest, received_at: datetime) -> list[str]:
    """Points a person should check twice, from the node's own notes and from the times of arrival."""
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
    """How far the node's clock may be off, in milliseconds; above `MOST_UNCERTAIN` the clock is not
    usable.
    """
    return min(manifest.clock.uncertainty_ms, MOST_UNCERTAIN)


def earliest(manifest: ViolationManifest) -> datetime:
    """The earliest moment of the act, by the node's clock and its uncertainty."""
    return manifest.occurred_at - timedelta(milliseconds=uncertainty_of(manifest))


def queue_of(manifest: ViolationManifest, flags: Collection[str]) -> str:
    """`attention` for cases the node called borderline or undecidable, possible duplicates and acts in the
    future; otherwise `main`.
    """
    return usual_queue(manifest.decision, flags)


def usual_queue(decision: str, flags: Collection[str]) -> str:
    """The same, from the stored manifest."""
    return MAIN if decision == "violation" and _DOUBTFUL.isdisjoint(flags) else ATTENTION


def plate_key(text: str | None) -> str | None:
    """The plate as stored, or None if it was not read or has an impossible length."""
    key = normalise(text) if text else ""
    return key if 0 < len(key) <= LONGEST else None


def taken_out(manifest: ViolationManifest) -> Action | None:
    """The step that removes such a vehicle's case from this channel, if there is one."""
    plate, vehicle = manifest.plate, manifest.vehicle.kind
    text = plate.text or ""
    # A foreigner's plate format is unique: a colour that doesn't suit it was misread.
    read = interpretations(text, lines=plate.lines, colour=plate.colour, vehicle=vehicle) or (
        interpretations(text, lines=plate.lines, vehicle=vehicle)
    )
    return way_out({found.kind for found in read}, plate.colour)


def way_out(kinds: Collection[PlateKind], colour: str | None) -> Action | None:
    """The step for a vehicle whose plate may be of these kinds: red or military ones go to military control
    (TT 169/2021), those immune by treaty to the department of foreign affairs.
    """
    if colour == "red" or PlateKind.MILITARY in kinds:
        return Action.SET_ASIDE_MILITARY
    return None if IMMUNE.isdisjoint(kinds) else Action.SET_ASIDE_DIPLOMATIC


def earlier_case(
    session: Session, plate: str | None, rule: str, site: str, at: datetime, not_id: int | None = None
) -> int | None:
    """An open case of the same plate, rule and site within `SAME_ACT`, of which this one may be a
    duplicate.
    """
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
