"""A case prepared for the pages: the act, its stage, events so far, possible actions."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from central.cases.models import Case
from central.cases.queries import get_case
from central.citizens import answers
from central.citizens.answers import Kind
from central.citizens.entry import Guest, Opened
from central.citizens.models import Submission
from central.citizens.stage import stage_of
from central.deadlines import service as deadlines
from central.offences import service as offences
from central.offences.models import Offence
from central.proceedings import service as proceedings
from central.proceedings.dossier import Dossier
from central.proceedings.dossier_words import printed_plate
from central.proceedings.loading import Loaded, load
from central.proceedings.models import Decision, Proceeding
from central.proceedings.tracks import Track
from central.registry.port import RegisteredVehicle
from central.registry.service import latest_answer, registered_vehicle
from contract.local_time import local_day

_TOLD = (
    "notice_sent",
    "answered",
    "violator_identified",
    "record_made",
    "explained",
    "decision_signed",
    "decision_sent",
    "decision_delivered",
    "payment_overdue",
    "alert_raised",
    "alert_lifted",
    "complaint_filed",
    "complaint_accepted",
    "complaint_settled",
    "second_filed",
    "second_settled",
    "paid",
    "executed",
)
"""Events a citizen is shown, in the order they happen; see `portal.event.*`."""

_DUE = (
    "appearance",
    "explanation",
    "explanation_extended",
    "payment",
    "deferral",
    "instalments",
    "complaint",
    "complaint_second",
    "court",
)
"""Deadlines that the citizen must meet; see `portal.due.*`."""

_LAPSES = frozenset({"explanation", "explanation_extended", "complaint", "complaint_second", "court"})
"""Rights that lapse when their time is over; duties (to answer, to pay) remain."""


@dataclass(frozen=True)
class CaseView:
    """One case as its owner sees it."""

    proceeding: Proceeding
    opened: Opened
    case: Case
    offence: Offence | None
    plate: str
    registered: RegisteredVehicle | None
    stage: str
    events: tuple[tuple[str, date], ...]
    due: tuple[tuple[str, date], ...]
    offers: tuple[Kind, ...]
    sent: tuple[Submission, ...]
    decision: Decision | None
    loaded: Loaded

    @property
    def id(self) -> int:
        """The number in the page's address."""
        assert self.proceeding.id is not None
        return self.proceeding.id

    @property
    def payable(self) -> bool:
        """Whether a decision with money owed has been sent."""
        sent = not self.loaded.dossier.is_at(Track.DELIVERY, "to_send")
        open_now = self.loaded.dossier.is_at(Track.PAYMENT, "not_due", "due", "partly", "overdue")
        return self.decision is not None and sent and open_now and self.loaded.dossier.money.owed > 0

    @property
    def appointment(self) -> datetime | None:
        """When the owner is asked to come, while that is still pending."""
        return self.proceeding.appointment_at if self.stage == "answer_wanted" else None


def case_view(session: Session, guest: Guest, proceeding_id: int, now: datetime) -> CaseView:
    """A case that is open to the guest. Raises NotFoundError for any other."""
    opened = guest.case(proceeding_id)
    proceeding = proceedings.get(session, proceeding_id)
    case = get_case(session, proceeding.case_id)
    loaded = load(session, proceeding, local_day(now))
    offence = offences.get(session, proceeding.offence_id) if proceeding.offence_id else None
    return CaseView(
        proceeding=proceeding,
        opened=opened,
        case=case,
        offence=offence,
        plate=printed_plate(case),
        registered=registered_vehicle(latest_answer(session, proceeding.case_id)),
        stage=stage_of(loaded.dossier),
        events=tuple((event, loaded.dossier.days[event]) for event in _TOLD if event in loaded.dossier.days),
        due=due_days(session, proceeding, loaded.dossier, local_day(now)),
        offers=tuple(answers.offers(session, loaded.dossier, opened.party_id, now)),
        sent=tuple(answers.sent_by(session, opened)),
        decision=loaded.decision,
        loaded=loaded,
    )


def due_days(
    session: Session, proceeding: Proceeding, dossier: Dossier, today: date
) -> tuple[tuple[str, date], ...]:
    """What the citizen must or may still do, and until which day."""
    rows = {row.code: row for row in deadlines.of_case(session, proceeding.case_id) if row.met_on is None}
    if not dossier.is_at(Track.COMPLAINT, "settled"):
        rows.pop("complaint_second", None)  # a complaint that was withdrawn can't be made again
    if not dossier.is_at(Track.RECORD, "none"):
        rows.pop("appearance", None)  # the record is made: nothing is left to answer
    open_ones = [code for code in _DUE if code in rows]
    return tuple(
        (code, rows[code].last_day)
        for code in open_ones
        if code not in _LAPSES or today <= rows[code].last_day
    )
