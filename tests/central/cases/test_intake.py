"""Opening cases: once for each event, into the right queue, with the right doubts."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, func, select

from central.cases import queries
from central.cases.lifecycle import Action, State
from central.cases.models import Case
from central.cases.service import expire_due, open_case
from tests.central.evidence import OCCURRED, evidence
from tests.central.people import add_case

CAR = {"kind": "car", "confidence": 0.93, "track": 7}
SAME_PLATE = {"text": "29A00001", "confidence": 0.97, "agreed": True, "colour": "white"}


def test_the_same_event_is_one_case(session: Session, now: datetime) -> None:
    sent = evidence()
    first = open_case(session, sent.manifest, sent.token, now)
    again = open_case(session, sent.manifest, sent.token, now + timedelta(days=1))
    assert again.id == first.id
    assert session.exec(select(func.count()).select_from(Case)).one() == 1


def test_a_case_keeps_the_whole_manifest(session: Session, now: datetime) -> None:
    sent = evidence()
    case = open_case(session, sent.manifest, sent.token, now)
    assert case.id is not None
    assert queries.manifest_of(session, case.id) == sent.manifest
    assert [event.action for event in queries.history_of(session, case.id)] == [Action.RECEIVE]


@pytest.mark.parametrize(
    ("changes", "queue", "flags"),
    [
        ({}, "main", []),
        ({"decision": "borderline"}, "attention", ["borderline"]),
        ({"decision": "undecidable"}, "attention", ["undecidable"]),
        ({"plate": {"text": None}}, "main", ["plate_unread"]),
        ({"plate": {**SAME_PLATE, "confidence": 0.6}}, "main", ["plate_unsure"]),
        ({"plate": {**SAME_PLATE, "flags": ["plate.grammar"]}}, "main", ["plate.grammar"]),
        ({"flags": ["wet_road"]}, "main", ["wet_road"]),
        ({"vehicle": {**CAR, "class_unsure": True}}, "main", ["kind_unsure"]),
    ],
)
def test_doubts_are_flagged_and_the_node_s_own_routed(
    session: Session, now: datetime, changes: dict[str, object], queue: str, flags: list[str]
) -> None:
    case = add_case(session, now, 1, **changes)
    assert (case.queue, case.flags, case.state) == (queue, flags, State.RECEIVED)


@pytest.mark.parametrize("plate", [{"text": None, "colour": "red"}, {"text": "TM1234", "colour": "red"}])
def test_a_military_vehicle_leaves_this_channel_at_once(
    session: Session, now: datetime, plate: dict[str, object]
) -> None:
    assert add_case(session, now, plate=plate).state == State.MILITARY


@pytest.mark.parametrize(
    ("text", "kind", "colour", "state"),
    [
        ("80441NG45", "car", "white", State.DIPLOMATIC),
        ("41-QT-312-08", "car", "yellow", State.DIPLOMATIC),
        ("29011CV03", "motorbike", None, State.DIPLOMATIC),
        ("80NG44145", "car", "white", State.DIPLOMATIC),
        ("29-NG 123.45", "motorbike", "white", State.RECEIVED),
        ("50121NN07", "car", "white", State.RECEIVED),
        ("29-NN-101-07", "car", "white", State.RECEIVED),
    ],
)
def test_who_is_immune_by_treaty_leaves_this_channel_and_other_foreigners_do_not(
    session: Session, now: datetime, text: str, kind: str, colour: str | None, state: State
) -> None:
    plate = {**SAME_PLATE, "text": text, "colour": colour}
    vehicle = {"kind": kind, "confidence": 0.93, "track": 7}
    assert add_case(session, now, plate=plate, vehicle=vehicle).state == state


@pytest.mark.parametrize(
    ("apart", "changes", "expected"),
    [
        (timedelta(seconds=20), {}, "attention"),
        (timedelta(seconds=-20), {}, "attention"),
        (timedelta(minutes=6), {}, "main"),
        (timedelta(seconds=20), {"site": "elsewhere"}, "main"),
        (timedelta(seconds=20), {"rule": {"name": "solid_line", "version": 1}}, "main"),
    ],
)
def test_the_same_act_again_is_flagged_as_a_copy(
    session: Session, now: datetime, apart: timedelta, changes: dict[str, object], expected: str
) -> None:
    first = add_case(session, now, 1, plate=SAME_PLATE, occurred_at=OCCURRED)
    second = add_case(session, now, 2, plate=SAME_PLATE, occurred_at=OCCURRED + apart, **changes)
    assert second.queue == expected
    assert second.duplicate_of_id == {"attention": first.id, "main": None}[expected]


def test_open_cases_end_with_the_limitation(session: Session, now: datetime) -> None:
    case = add_case(session, now)
    session.flush()
    assert expire_due(session, case.limitation_at - timedelta(seconds=1)) == 0
    assert expire_due(session, case.limitation_at) == 1
    assert case.state == State.EXPIRED
    assert expire_due(session, case.limitation_at) == 0


def test_many_cases_end_in_turns(session: Session, now: datetime) -> None:
    cases = [add_case(session, now, sequence) for sequence in (1, 2, 3)]
    late = cases[-1].limitation_at
    assert [expire_due(session, late, limit=2) for _ in range(3)] == [2, 1, 0]
    assert {case.state for case in cases} == {State.EXPIRED}


@pytest.mark.parametrize(
    ("ahead", "uncertainty", "is_flagged"),
    [
        (timedelta(milliseconds=-1), 0, False),
        (timedelta(seconds=2), 2000, False),
        (timedelta(seconds=2), 1999, True),
        (timedelta(days=1), 20, True),
        (timedelta(days=26_000), 20, True),
        (timedelta(days=1), 10**15, True),
    ],
)
def test_an_act_after_its_evidence_came_is_for_a_second_look(
    session: Session, now: datetime, ahead: timedelta, uncertainty: int, is_flagged: bool
) -> None:
    clock = {"source": "host", "uncertainty_ms": uncertainty}
    case = add_case(session, now, occurred_at=now + ahead, clock=clock)
    assert ("clock_ahead" in case.flags, case.queue == "attention") == (is_flagged, is_flagged)


def test_a_list_is_paged_by_the_last_seen(session: Session, now: datetime) -> None:
    ids = [add_case(session, now, sequence).id for sequence in range(1, 6)]
    first = queries.list_cases(session, queries.CaseFilter(), None, 2)
    second = queries.list_cases(session, queries.CaseFilter(), first[-1].id, 2)
    assert [case.id for case in first + second] == ids[:0:-1]
    assert [c.id for c in queries.list_cases(session, queries.CaseFilter(plate="29A0000"))] == ids[::-1]
    assert queries.list_cases(session, queries.CaseFilter(plate="29A00009")) == []
