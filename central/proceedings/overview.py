"""What a page shows of a case: its tracks side by side, for each what is next, who does it, until when."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from central.deadlines import service as deadlines
from central.deadlines.models import DeadlineRow
from central.proceedings import engine
from central.proceedings.loading import Loaded, load
from central.proceedings.models import Decision, Proceeding, ProceedingStep
from central.proceedings.people import Mover
from central.proceedings.service import Doing, attempt_of, history
from central.proceedings.tracks import DECISION_TRACKS, START, Actor, Step, Track
from contract.local_time import local_day


@dataclass(frozen=True)
class Offer:
    """A step of a track: whether this person may take it now, and what stands against it if not."""

    step: Step
    problems: tuple[str, ...]

    @property
    def open(self) -> bool:
        """True if it can be taken now."""
        return not self.problems


@dataclass(frozen=True)
class TrackView:
    """One track: where it is, since when it is there, the steps that lead on, the deadline that runs for
    it."""

    track: Track
    state: str
    offers: tuple[Offer, ...]
    deadline: DeadlineRow | None
    started: bool

    @property
    def open_offers(self) -> tuple[Offer, ...]:
        """Steps this person could take now."""
        return tuple(offer for offer in self.offers if offer.open)


@dataclass(frozen=True)
class Overview:
    """A case's proceedings as a page shows them."""

    proceeding: Proceeding
    decision: Decision | None
    tracks: tuple[TrackView, ...]
    deadlines: tuple[DeadlineRow, ...]
    history: tuple[ProceedingStep, ...]
    loaded: Loaded

    def track(self, track: Track) -> TrackView:
        """One of them."""
        return next(view for view in self.tracks if view.track is track)


_DEADLINES: dict[Track, tuple[str, ...]] = {
    Track.CASE: ("limitation",),
    Track.NOTICE: ("notice",),
    Track.PUBLICATION: ("publication",),
    Track.TRANSFER: ("transfer_answer",),
    Track.ANSWER: ("appearance",),
    Track.ALERT: ("alert_lift",),
    Track.RECORD: ("record",),
    Track.EXPLANATION: ("explanation_answer", "explanation_extended", "explanation"),
    Track.DECISION: ("decision_complex", "decision_verified", "decision_transferred", "decision"),
    Track.DELIVERY: ("service", "delivery_electronic", "delivery_returned", "delivery_posting"),
    Track.PAYMENT: ("deferral", "instalments", "payment"),
    Track.RELIEF: ("deferral_answer",),
    Track.POINTS: ("points_deduct",),
    Track.COMPLAINT: ("complaint_second_settle", "complaint_settle", "complaint_accept", "complaint"),
    Track.COURT: ("court",),
    Track.ENFORCEMENT: (
        "enforcement_send",
        "enforcement_account",
        "enforcement_info",
        "enforcement",
    ),
}
"""Which deadline a track shows, the most pressing kind first."""


def overview(session: Session, proceeding: Proceeding, by: Mover, now: datetime) -> Overview:
    """The proceedings of a case for this person."""
    loaded = load(session, proceeding, local_day(now))
    rows = deadlines.of_case(session, proceeding.case_id)
    open_rows = {row.code: row for row in rows if row.met_on is None}
    tracks = [track for track in Track if track not in DECISION_TRACKS or loaded.decision is not None]
    assert proceeding.id is not None
    return Overview(
        proceeding=proceeding,
        decision=loaded.decision,
        tracks=tuple(_view(loaded, track, open_rows, by, now) for track in tracks),
        deadlines=tuple(rows),
        history=tuple(history(session, proceeding.id)),
        loaded=loaded,
    )


def _view(
    loaded: Loaded, track: Track, open_rows: dict[str, DeadlineRow], by: Mover, now: datetime
) -> TrackView:
    attempt = attempt_of(Doing("", note="?"), by, now)
    offers = []
    for step in engine.next_steps(loaded.dossier, track):
        people = step.actors - {Actor.SYSTEM, Actor.CITIZEN}
        if people & by.actors:
            offers.append(Offer(step, engine.problems_of(loaded.dossier, step.action, attempt)))
    codes = _DEADLINES.get(track, ())
    deadline = next((open_rows[code] for code in codes if code in open_rows), None)
    state = loaded.dossier.at(track)
    return TrackView(track, state, tuple(offers), deadline, state != START[track])


def last_day_of(loaded: Loaded, code: str) -> date | None:
    """The last day of a deadline that runs."""
    return next((row.last_day for (found, _), row in loaded.running.items() if found == code), None)
