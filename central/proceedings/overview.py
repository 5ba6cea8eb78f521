"""A case as its page shows it: its tracks side by side, each with its next steps, who takes them, and by
when.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from central.deadlines import service as deadlines
from central.deadlines.models import DeadlineRow
from central.parties.service import has_role
from central.proceedings import engine, payments
from central.proceedings.clones import Lead, told_of
from central.proceedings.conditions import OF_ONE_PERSON
from central.proceedings.dossier import Attempt
from central.proceedings.limits import DEADLINES_OF
from central.proceedings.loading import Loaded, load
from central.proceedings.models import Decision, Proceeding, ProceedingStep
from central.proceedings.people import Mover
from central.proceedings.rows import Step
from central.proceedings.service import Doing, attempt_of, history
from central.proceedings.tracks import DECISION_TRACKS, START, Actor, Track
from contract.local_time import local_day


@dataclass(frozen=True)
class Offer:
    """A step of a track: whether this person may take it now, and the obstacles if not; `mine`: the step
    belongs to one of the person's roles.
    """

    step: Step
    problems: tuple[str, ...]
    mine: bool

    @property
    def open(self) -> bool:
        """True if this person can take it now."""
        return self.mine and not self.problems

    @property
    def waits_for_others(self) -> bool:
        """True if somebody else could take it now."""
        return not self.open and set(self.problems) <= _OF_THE_PERSON

    @property
    def people(self) -> tuple[Actor, ...]:
        """Who takes the step, those who act themselves before those who enter it for them."""
        return tuple(actor for actor in Actor if actor in self.step.actors and actor is not Actor.SYSTEM)


_OF_THE_PERSON = OF_ONE_PERSON | {"wrong_role"}
"""Problems that another person would not have."""

_BY_THE_WAY = frozenset({"pay_in_full", "enter_electronically"})
"""Steps that accompany others and are not offered separately."""


@dataclass(frozen=True)
class TrackView:
    """One track: its state, the next steps, its running deadline; `started`: it has left its first state."""

    track: Track
    state: str
    offers: tuple[Offer, ...]
    deadline: DeadlineRow | None
    started: bool

    @property
    def open_offers(self) -> tuple[Offer, ...]:
        """Steps this person could take now."""
        return tuple(offer for offer in self.offers if offer.open)

    @property
    def others(self) -> tuple[Offer, ...]:
        """Steps that only somebody else could take now."""
        return tuple(offer for offer in self.offers if offer.waits_for_others)


@dataclass(frozen=True)
class Overview:
    """A case's proceedings as a page shows them; `leads`: the grounds of an open suspicion of a cloned
    plate.
    """

    proceeding: Proceeding
    decision: Decision | None
    tracks: tuple[TrackView, ...]
    deadlines: tuple[DeadlineRow, ...]
    history: tuple[ProceedingStep, ...]
    loaded: Loaded
    leads: tuple[Lead, ...]

    def track(self, track: Track) -> TrackView:
        """The track with that name."""
        return next(view for view in self.tracks if view.track is track)


_BROUGHT: dict[str, frozenset[str]] = {
    "find_owner": frozenset({"owner_unknown"}),
    "identify_violator": frozenset({"violator_unknown"}),
    "invite_driver": frozenset({"violator_unknown"}),
    "transfer": frozenset({"lives_here", "act_not_listed"}),
}
"""Requirements met by a step's own form, so that they are no obstacle to offering the step."""


def overview(session: Session, proceeding: Proceeding, by: Mover, now: datetime) -> Overview:
    """The proceedings of a case for this person."""
    loaded = load(session, proceeding, local_day(now))
    rows = deadlines.of_case(session, proceeding.case_id)
    open_rows = {row.code: row for row in rows if row.met_on is None}
    tracks = [track for track in Track if track not in DECISION_TRACKS or loaded.decision is not None]
    attempt = attempt_of(Doing("", note="?", detail={"relief": "deferral"}), by, now)
    left_out = _not_asked_for(session, loaded)
    assert proceeding.id is not None
    steps = tuple(history(session, proceeding.id))
    return Overview(
        proceeding=proceeding,
        decision=loaded.decision,
        tracks=tuple(_view(loaded, track, open_rows, attempt, left_out) for track in tracks),
        deadlines=tuple(rows),
        history=steps,
        leads=tuple(told_of(steps)) if loaded.dossier.is_at(Track.CLONE, "suspected", "confirmed") else (),
        loaded=loaded,
    )


def _not_asked_for(session: Session, loaded: Loaded) -> frozenset[str]:
    """Steps whose occasion the tables don't know: a driver to invite, the kind of relief requested."""
    left_out = set(_BY_THE_WAY)
    if not has_role(session, loaded.proceeding.case_id, "driver"):
        left_out.add("invite_driver")
    relief = None
    if loaded.decision is not None and loaded.decision.id is not None:
        relief = payments.open_relief(session, loaded.decision.id)
    asked = payments.ANSWERS[relief.kind] if relief is not None else None
    return frozenset(left_out | set(payments.ANSWERS.values()) - {asked})


def _view(
    loaded: Loaded,
    track: Track,
    open_rows: dict[str, DeadlineRow],
    attempt: Attempt,
    left_out: frozenset[str],
) -> TrackView:
    steps = engine.next_steps(loaded.dossier, track)
    offers = [_offer(loaded, step, attempt) for step in steps if step.action not in left_out]
    codes = DEADLINES_OF.get(track, ())
    return TrackView(
        track=track,
        state=loaded.dossier.at(track),
        offers=tuple(offer for offer in offers if offer.people),
        deadline=next((open_rows[code] for code in codes if code in open_rows), None),
        started=loaded.dossier.at(track) != START[track],
    )


def _offer(loaded: Loaded, step: Step, attempt: Attempt) -> Offer:
    brought = _BROUGHT.get(step.action, frozenset())
    problems = engine.problems_of(loaded.dossier, step.action, attempt)
    mine = bool(step.actors & attempt.actors)
    return Offer(step, tuple(problem for problem in problems if problem not in brought), mine)
