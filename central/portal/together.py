"""A decision on several violations: the cases it names, and the fine of each."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from central.citizens.entry import Guest
from central.portal.views import CaseView, case_view
from central.proceedings import decisions


@dataclass(frozen=True)
class Fined:
    """One violation of the decision, and its fine."""

    view: CaseView
    fine: int


@dataclass(frozen=True)
class Together:
    """The violations of one decision: all of them counted, those open to the guest shown."""

    count: int
    shown: tuple[Fined, ...]

    @property
    def hidden(self) -> int:
        """How many a guest doesn't see who came with the notice of one: the decision's code opens all."""
        return self.count - len(self.shown)


def decided_together(session: Session, guest: Guest, view: CaseView, now: datetime) -> Together | None:
    """What the decision in force against this party covers; None if that is this case alone."""
    decision = view.decision
    if decision is None or decision.ended_on is not None or decision.party_id != view.opened.party_id:
        return None
    acts = decisions.acts_of(session, decision)
    if len(acts) < 2:
        return None
    opened = {one.proceeding_id for one in guest.opened}
    shown = tuple(
        Fined(case_view(session, guest, act.proceeding_id, now), act.fine)
        for act in acts
        if act.proceeding_id in opened
    )
    return Together(len(acts), shown)
