"""Cases with a known answer: hidden among an operator's work, never a real case, their results kept."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from central.accounts.models import User
from central.accounts.permissions import Role
from central.cases import holding, queries, statistics, waiting
from central.cases.exercises import STAYS
from central.cases.lifecycle import UNDO_TIME, State
from central.cases.models import Case, CaseEvent, CaseEvidence
from central.cases.queries import CaseFilter
from central.db import transaction
from central.errors import ConflictError, DomainError, NotFoundError
from central.jobs.models import Job
from central.registry.service import LOOK_UP
from central.reports.figures import COUNTINGS, moments
from central.reports.periods import Period
from central.reports.totals import count
from central.reports.values import Figure
from central.review import decisions, queue
from central.review.decisions import Correction, Sight
from central.watching import known_answers, rejects, rules, second_review
from central.watching.models import KnownAnswer, KnownAnswerResult
from central.watching.rules import Rules
from contract.local_time import local_day, monday_of
from tests.central.people import add_case, add_user, sight

READ, OTHER = "29A-000.01", "29A-000.07"


@dataclass
class Exam:
    """An operator who settled case 1, another who is given it as an exercise while case 2 waits."""

    session: Session
    now: datetime
    lan: User
    mai: User
    lead: User
    source: Case

    def claim(self, user: User) -> Case:
        case = queue.claim_next(self.session, user, "main", self.now)
        assert case is not None
        return case

    def after_undo(self, case: Case) -> None:
        self.now += UNDO_TIME
        second_review.go_on(self.session, case.id or 0, self.now)
        self.session.flush()

    def results(self) -> list[KnownAnswerResult]:
        return list(self.session.exec(select(KnownAnswerResult)))


def settle(session: Session, now: datetime, state: State) -> Exam:
    lan, mai = (add_user(session, name, Role.OPERATOR, now) for name in ("lan", "mai"))
    lead = add_user(session, "dung", Role.SHIFT_LEAD, now)
    source = add_case(session, now, 1)
    exam = Exam(session, now, lan, mai, lead, source)
    exam.claim(lan)
    if state is State.REJECTED:
        decisions.reject(session, lan, sight(source), now, "no_violation")
    else:
        decisions.accept(session, lan, sight(source), now)
        source.officer_id, source.owner_match, source.state = lead.id, True, State.RECORDED
    for job in session.exec(select(Job)).all():
        session.delete(job)
    session.flush()
    known_answers.mark(session, lead, source.id or 0, now)
    rules.set_rules(session, lead, Rules(known_answers=100), now)
    add_case(session, now, 2)
    session.flush()
    return exam


@pytest.fixture(params=[State.REJECTED, State.RECORDED])
def exam(session: Session, now: datetime, request: pytest.FixtureRequest) -> Exam:
    return settle(session, now, request.param)


def test_the_copy_looks_like_a_new_case(exam: Exam) -> None:
    copy, fresh = exam.claim(exam.mai), queries.get_case(exam.session, 2)
    assert copy.exercise_of == exam.source.id
    unlike = {"id", "event_id", "state", "version", "exercise_of", "lease_owner_id", "lease_until"}
    told = {"occurred_at", "notice_due_at", "limitation_at", "plate", "plate_read"}
    assert copy.model_dump(exclude=unlike | told) == fresh.model_dump(exclude=unlike | told)
    assert (copy.plate, copy.operator_id, copy.reason) == (copy.plate_read, None, None)
    history = queries.history_of(exam.session, copy.id or 0)
    assert [event.action for event in history] == ["receive", "claim"]
    assert queries.signed_bytes(exam.session, copy.id or 0) == queries.signed_bytes(
        exam.session, exam.source.id or 0
    )


@pytest.mark.parametrize("decided", [READ, OTHER, "no_violation"])
def test_its_decision_is_compared_and_leads_nowhere(exam: Exam, decided: str) -> None:
    copy = exam.claim(exam.mai)
    seen = Sight(copy.id or 0, copy.version, looked_ms=4200)
    if decided == "no_violation":
        decisions.reject(exam.session, exam.mai, seen, exam.now, decided)
    else:
        decisions.accept(exam.session, exam.mai, seen, exam.now, Correction(decided))
    exam.after_undo(copy)
    (result,) = exam.results()
    to_accept = exam.source.state == State.RECORDED
    assert result.right is (decided == (READ if to_accept else "no_violation"))
    assert (result.user_id, result.looked_ms) == (exam.mai.id, 4200)
    assert not exam.session.exec(select(Job).where(Job.kind == LOOK_UP)).all()
    (score,) = known_answers.scores(exam.session, exam.now - timedelta(days=1))
    wrong = not result.right
    assert (score.answered, score.right) == (1, int(result.right))
    assert score.let_through == int(wrong and not to_accept)
    assert score.missed == int(wrong and to_accept and decided == "no_violation")
    assert score.misread == int(wrong and to_accept and decided == OTHER)
    assert exam.claim(exam.mai).exercise_of is None  # not the same one twice


def test_whoever_has_seen_the_case_is_not_given_it(exam: Exam) -> None:
    assert exam.claim(exam.lan).exercise_of is None


def test_a_decision_on_it_can_be_taken_back(exam: Exam) -> None:
    copy = exam.claim(exam.mai)
    decisions.reject(exam.session, exam.mai, sight(copy), exam.now, "no_violation")
    assert decisions.last_undoable(exam.session, exam.mai, exam.now) is copy
    decisions.undo(exam.session, exam.mai, copy.id or 0, exam.now)
    exam.after_undo(copy)
    assert (copy.state, exam.results()) == (State.IN_REVIEW, [])


def test_it_goes_away_and_its_number_is_not_given_again(exam: Exam) -> None:
    copy = exam.claim(exam.mai)
    number = copy.id or 0
    decisions.reject(exam.session, exam.mai, sight(copy), exam.now, "no_violation")
    exam.now += STAYS + timedelta(seconds=1)
    known_answers.tidy(exam.session, exam.now)
    assert exam.session.get(Case, number) is copy  # the highest number stays until there is a higher one
    later = add_case(exam.session, exam.now, 3)
    known_answers.tidy(exam.session, exam.now)
    exam.session.flush()
    assert exam.session.get(Case, number) is None
    assert (later.id or 0) > number
    for table in (CaseEvent, CaseEvidence):
        assert not exam.session.exec(select(table).where(table.case_id == number)).all()
    assert [result.user_id for result in exam.results()] == [exam.mai.id]  # the worker had not come to it
    second_review.go_on(exam.session, number, exam.now)  # and comes now


def test_put_aside_or_left_it_is_given_to_nobody(exam: Exam) -> None:
    copy = exam.claim(exam.mai)
    decisions.skip(exam.session, exam.mai, sight(copy), exam.now, "hard_to_see")
    third = add_user(exam.session, "hoa", Role.OPERATOR, exam.now)
    rules.set_rules(exam.session, exam.lead, Rules(), exam.now)
    assert exam.claim(third).id == 2
    add_case(exam.session, exam.now, 3)
    known_answers.tidy(exam.session, exam.now)
    exam.session.flush()
    assert exam.session.get(Case, copy.id) is None
    assert exam.results() == []


def test_lists_leave_it_out(exam: Exam) -> None:
    copy = exam.claim(exam.mai)
    everything = CaseFilter()
    assert copy.id not in {case.id for case in queries.list_cases(exam.session, everything)}
    assert queries.count_cases(exam.session, everything, 100) == 2


def around(case: Case) -> tuple[datetime, datetime]:
    return case.occurred_at - timedelta(days=1), case.occurred_at + timedelta(days=1)


def test_nothing_is_judged_by_it(exam: Exam) -> None:
    copy, day = exam.claim(exam.mai), local_day(exam.now)
    decisions.reject(exam.session, exam.mai, sight(copy), exam.now, "no_violation")
    exam.session.flush()
    week, number = monday_of(day), copy.id or 0
    assert number not in {case.id for case in rejects.sample(exam.session, week)}
    with pytest.raises(ConflictError, match="not_in_sample"):
        rejects.judge(exam.session, exam.lead, number, week, exam.now, right=False, note="")
    camera, first = (copy.node, copy.camera), exam.now - timedelta(days=1)
    (reviewed,) = holding.reviewed_since(exam.session, first, camera)
    assert (reviewed.reviewed, reviewed.rejected) == (1, int(exam.source.state == State.REJECTED))
    (days,) = statistics.by_day(exam.session, *around(copy)).values()
    assert sum(days.values()) == 2
    assert queries.neighbours(exam.session, 2) == (1, None)
    there = add_case(exam.session, exam.now, 3, site="hue", site_name="Huế")
    there.plate = copy.plate
    elsewhere = queries.same_plate_elsewhere(exam.session, there, timedelta(days=1))
    assert [case.id for case in elsewhere] == [1]


def test_put_aside_in_a_quarantine_it_is_not_held(exam: Exam) -> None:
    copy = exam.claim(exam.mai)
    decisions.skip(exam.session, exam.mai, sight(copy), exam.now, "hard_to_see")
    holding.hold_waiting(exam.session, [(copy.node, copy.camera)], exam.now, 100)
    exam.session.flush()
    assert [each.cases for each in holding.held(exam.session).values()] == [1]
    assert waiting.upcoming(exam.session, "main") == []


def test_reports_leave_it_out(exam: Exam) -> None:
    week = Period(date(2026, 11, 18), date(2026, 11, 24))

    def told() -> list[Figure]:
        weeks = (week, week, week, week)
        return count(exam.session, [*COUNTINGS, *moments(exam.session)], weeks)

    before, copy = told(), exam.claim(exam.mai)
    decisions.reject(exam.session, exam.mai, sight(copy), exam.now, "no_violation")
    exam.session.flush()
    assert told() == before


def test_nothing_waits_nobody_is_examined(exam: Exam) -> None:
    third = add_user(exam.session, "hoa", Role.OPERATOR, exam.now)
    rules.set_rules(exam.session, exam.lead, Rules(), exam.now)
    assert exam.claim(third).id == 2
    rules.set_rules(exam.session, exam.lead, Rules(known_answers=100), exam.now)
    assert queue.claim_next(exam.session, exam.mai, "main", exam.now) is None


def test_only_what_is_settled_and_still_looks_new_is_chosen(exam: Exam) -> None:
    with pytest.raises(ConflictError, match="chosen_already"):
        known_answers.mark(exam.session, exam.lead, exam.source.id or 0, exam.now)
    with pytest.raises(ConflictError, match="not_suitable"):
        known_answers.mark(exam.session, exam.lead, 2, exam.now)
    assert known_answers.candidates(exam.session, exam.now) == []
    (row,) = known_answers.present(exam.session)
    known_answers.end(exam.session, exam.lead, row.id or 0, exam.now)
    exam.session.flush()
    with pytest.raises(NotFoundError):
        known_answers.end(exam.session, exam.lead, row.id or 0, exam.now)
    assert exam.claim(exam.mai).exercise_of is None


@pytest.mark.parametrize("change", ["late", "police"])
def test_what_looks_old_or_is_the_police_s_alone_is_not_copied(exam: Exam, change: str) -> None:
    if change == "late":
        exam.source.notice_due_at = exam.now
    else:
        exam.source.police_only_from = exam.now
    exam.session.flush()
    assert exam.claim(exam.mai).exercise_of is None


def test_what_names_the_vehicle_can_be_forgotten(exam: Exam) -> None:
    known_answers.forget(exam.session, exam.source.id or 0)
    exam.session.flush()
    (row,) = exam.session.exec(select(KnownAnswer))
    assert (row.right, known_answers.present(exam.session)) == ({}, [])


@pytest.mark.parametrize("state", ["owner_found", "disputed", "returned", "refused", "recorded"])
def test_the_database_refuses_it_every_way_to_an_offence(engine: Engine, now: datetime, state: str) -> None:
    with transaction(engine) as session:
        exam = settle(session, now, State.REJECTED)
        copy = exam.claim(exam.mai)
    change = f"UPDATE case_file SET state = '{state}', reason = 'x' WHERE id = {copy.id}"
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.connection().execute(text(change))


ACTS = ("accept", "reject", "skip", "undo", "release", "claim", "go_on", "tidy")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(ACTS), min_size=1, max_size=12), seed=st.integers(0, 99))
def test_whatever_is_done_with_a_copy_it_becomes_no_case(
    sqlite_engine: Engine, now: datetime, acts: list[str], seed: int
) -> None:
    """No order of an operator's acts makes a copy lead on, and its real case is never touched."""
    with Session(sqlite_engine) as session:
        exam = settle(session, now, State.REJECTED)
        before, copy = exam.source.model_dump(), exam.claim(exam.mai)
        chance = random.Random(seed)
        for act in acts:
            number = copy.id or 0
            try:
                _do(exam, act, copy, chance)
            except DomainError:
                continue
            session.flush()
            assert not session.exec(select(Job).where(Job.kind == LOOK_UP, Job.key == str(number))).all()
            assert second_review.of_case(session, number) is None
        assert exam.source.model_dump() == before
        assert len(exam.results()) <= 1
        session.rollback()


def _do(exam: Exam, act: str, copy: Case, chance: random.Random) -> None:
    session, mai = exam.session, exam.mai
    exam.now += timedelta(seconds=chance.choice([1, 10, 40, 700]))
    seen = Sight(copy.id or 0, copy.version)
    match act:
        case "accept":
            decisions.accept(session, mai, seen, exam.now)
        case "reject":
            decisions.reject(session, mai, seen, exam.now, "no_violation")
        case "skip":
            decisions.skip(session, mai, seen, exam.now, "hard_to_see")
        case "undo":
            decisions.undo(session, mai, copy.id or 0, exam.now)
        case "release":
            queue.release(session, mai, copy.id or 0, exam.now)
        case "claim":
            queue.claim_next(session, mai, "main", exam.now)
        case "go_on":
            second_review.go_on(session, copy.id or 0, exam.now)
        case _:
            known_answers.tidy(session, exam.now)
