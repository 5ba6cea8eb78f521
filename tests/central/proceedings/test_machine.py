"""Whatever people try in whatever order: no decision without two people, valid device, right signer and
open limitation."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from central.deadlines.rules import running
from central.proceedings.dossier import Attempt, Dossier, Money, Residence
from central.proceedings.engine import STEPS, StepRefused, next_steps, problems_of, take
from central.proceedings.limits import limits_of
from central.proceedings.signers import Act, Power, signing_problem
from central.proceedings.tracks import CaseKind, Track
from central.proceedings.waiting import waiting_steps
from tests.central.proceedings.dossiers import CAPTURED, LAST, PARK_CAR, RED_CAR, ROLES, dossier

TITLES = ["officer", "team_head", "commune_police_head", "division_head"]
ENDED = ("expired", "no_sanction", "cancelled", "stopped", "time_over", "handed_over")


_DRASTIC = ("stop", "cancel", "decide_no_sanction", "send_to_criminal")
_TO_DECISION = (
    "sign_result",
    "draw_notice",
    "sign_notice",
    "send_notice",
    "publish",
    "admit",
    "identify_violator",
    "make_record",
    "sign_record",
    "explain",
    "propose_decision",
    "sign_decision",
)
_TO_END = (
    "deduct_points",
    "send_decision",
    "deliver",
    "fall_overdue",
    "raise_alert",
    "pay_in_full",
    "execute",
)


class Proceedings(RuleBasedStateMachine):
    """A case whose people, device, acts and days are drawn, and on which any step is tried by anybody."""

    def __init__(self) -> None:
        super().__init__()
        self.now: Dossier = dossier()
        self.today: date = CAPTURED
        self.signed_by: Attempt | None = None
        self.signed_from: Dossier | None = None
        self.alerts: list[str] = []
        self.published = 0

    @initialize(
        operator=st.sampled_from([1] * 6 + [2, None]),
        officer=st.sampled_from([2] * 6 + [1]),
        valid=st.sampled_from([True] * 5 + [False]),
        watched=st.sampled_from([False] * 5 + [True]),
        organisation=st.booleans(),
        acts=st.sampled_from([(RED_CAR,), (PARK_CAR,), (Act("7.7.c", 6_000_000, 4),)]),
        kind=st.sampled_from([CaseKind.ORDINARY] * 5 + list(CaseKind)),
        elsewhere=st.booleans(),
        far=st.sampled_from([12, 12, 11, 8, 5, 0]),
    )
    def begin(
        self,
        operator: int | None,
        officer: int,
        valid: bool,
        watched: bool,
        organisation: bool,
        acts: tuple[Act, ...],
        kind: CaseKind,
        elsewhere: bool,
        far: int,
    ) -> None:
        """A case with these people and facts, some way on; most are such that a decision is possible."""
        self.now = dossier(
            operator_id=operator,
            officer_id=officer,
            device_valid=valid,
            plate_watched=watched,
            organisation=organisation,
            acts=acts,
            points=0 if organisation else max(act.points for act in acts),
            explanation_opens=acts == (RED_CAR,),
            kind=kind,
            residence=Residence.ELSEWHERE if elsewhere else Residence.HERE,
            days={"capture": CAPTURED},
            relief_open=frozenset({"deferral"}),
        )
        self._count()
        self.straight_on(far)

    @rule(days=st.sampled_from([0, 0, 1, 1, 2, 5, 12, 30, 120]))
    def wait(self, days: int) -> None:
        """Time passes."""
        self.today += timedelta(days=days)

    @rule(paid=st.sampled_from([0, 1_000_000, 19_000_000]))
    def money(self, paid: int) -> None:
        """Money comes in, or none."""
        self.now = replace(self.now, money=Money(fine=19_000_000, paid=paid))

    @rule(
        data=st.data(),
        back=st.integers(0, 3),
        title=st.sampled_from(TITLES),
        person=st.sampled_from([None, None, None, 1, 2, 42]),
        reason=st.booleans(),
    )
    def anybody_tries_anything(
        self, data: st.DataObject, back: int, title: str, person: int | None, reason: bool
    ) -> None:
        """Any step by anybody, dated today or a little back."""
        self._try(
            data.draw(st.sampled_from(sorted({*STEPS} - {*_DRASTIC}) * 2 + [*_DRASTIC])),
            back,
            title,
            person,
            reason,
        )

    @rule(data=st.data(), title=st.sampled_from(TITLES))
    def somebody_does_what_is_next(self, data: st.DataObject, title: str) -> None:
        """A step that its track allows, by somebody whose part it is: so that cases get far."""
        track = data.draw(st.sampled_from([*Track, Track.NOTICE, Track.RECORD, Track.DECISION]))
        steps = [step.action for step in next_steps(self.now, track) if step.action not in _DRASTIC]
        if steps:
            self._try(data.draw(st.sampled_from(sorted(steps))), 0, title, None, True)

    def straight_on(self, stop_at: int) -> None:
        """The steps of an owner who admits, as far as they go."""
        for action in _TO_DECISION[:stop_at]:
            self._try(action, 0, "division_head", None, True)

    @precondition(lambda self: self.now.is_at(Track.DECISION, "signed"))
    @rule(stop_at=st.sampled_from([7, 6, 5, 3, 1]))
    def carry_out(self, stop_at: int) -> None:
        """The steps after a decision, as far as they go."""
        for action in _TO_END[:stop_at]:
            self._try(action, 0, "division_head", None, True)

    def _try(self, action: str, back: int, title: str, person: int | None, reason: bool) -> None:
        actor = min(STEPS[action].actors)
        attempt = Attempt(
            ROLES[actor] if person is None else person,
            frozenset({actor}),
            self.today - timedelta(days=back),
            self.today,
            (Power(title),),
            reason,
            {"relief": "deferral"},
        )
        before = self.now
        try:
            self.now, moved = take(before, action, attempt)
        except StepRefused:
            assert problems_of(before, action, attempt)
            return
        self._count()
        if action == "sign_decision":
            self.signed_from, self.signed_by = before, attempt
        if Track.ALERT in moved.tracks:
            self.alerts.append(moved.tracks[Track.ALERT][1])
        self.published += action == "publish"

    def _count(self) -> None:
        self.now = replace(self.now, limits=limits_of(running(self.now.book, self.now.days), LAST))

    @invariant()
    def a_decision_was_signed_by_the_law(self) -> None:
        """Looks at the dossier a decision was signed on, in words of its own."""
        if self.signed_by is None or self.signed_from is None:
            return
        was, by = self.signed_from, self.signed_by
        assert was.operator_id is not None
        assert was.officer_id is not None
        assert was.operator_id != was.officer_id
        assert by.person not in (None, was.operator_id)
        assert was.device_valid
        assert was.states[Track.RECORD] in ("signed", "unsigned")
        assert was.states[Track.EXPLANATION] in ("not_open", "given", "over")
        assert was.states[Track.PERSON] == "identified"
        assert was.kind is CaseKind.ORDINARY
        assert not was.plate_watched
        assert by.day <= LAST
        assert by.day == by.today
        assert was.limits.decision is not None
        assert by.day <= was.limits.decision
        (power,) = by.powers
        assert signing_problem(was.book, power, was.acts, by.day, organisation=was.organisation) is None

    @invariant()
    def a_decided_case_is_only_ended_by_what_may_end_it(self) -> None:
        """With a decision in force the limitation does not end a case; without one it can't be executed."""
        if self.now.is_at(Track.DECISION, "signed"):
            assert not self.now.is_at(Track.CASE, "expired", "time_over", "cancelled", "stopped")
        if self.now.is_at(Track.CASE, "executed"):
            assert self.now.is_at(Track.DECISION, "signed")

    @invariant()
    def a_suspected_plate_never_gets_a_notice(self) -> None:
        """Watched from the start, or confirmed a clone: no notice is out."""
        if self.now.plate_watched or self.now.is_at(Track.CLONE, "confirmed"):
            assert not self.now.is_at(Track.NOTICE, "sent")
            assert not self.now.is_at(Track.PUBLICATION, "published")

    @invariant()
    def every_alert_is_lifted_once(self) -> None:
        """Raised, then to lift, then lifted, over and over, never two of a kind."""
        order = ["raised", "to_lift", "lifted"]
        assert self.alerts == [order[n % 3] for n in range(len(self.alerts))]
        if self.now.is_at(Track.CASE, *ENDED, "executed"):
            assert not self.now.is_at(Track.ALERT, "raised")

    @invariant()
    def no_open_case_is_forgotten(self) -> None:
        """It waits at somebody's desk, or for a citizen, another unit or a day that the sweeps watch."""
        if not self.now.is_at(Track.CASE, "open") or any(waiting_steps(self.now, self.today)):
            return
        last = self.now.limits
        over = [day for day in (last.limitation, last.decision, last.enforcement) if day is not None]
        assert (
            any(self.today >= day for day in over)
            or self.now.is_at(Track.EXPLANATION, "open", "extended", "waived")
            or self.now.is_at(Track.PAYMENT, "paid", "not_due")
            or self.now.is_at(Track.SUSPENSION, "suspended")
        ), self.now.states

    @invariant()
    def points_are_taken_only_by_a_decision(self) -> None:
        """And never from an organisation."""
        if self.now.is_at(Track.POINTS, "to_deduct", "deducted"):
            assert self.now.is_at(Track.DECISION, "signed")
            assert not self.now.organisation


Proceedings.TestCase.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestProceedings = Proceedings.TestCase
