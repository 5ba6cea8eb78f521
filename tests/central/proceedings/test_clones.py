"""Cloned plates: impossible times, other vehicles, watched plates; a lead comes before any notice."""

from datetime import UTC, datetime, timedelta

import pytest

from central.db import transaction
from central.errors import InvalidError, NotFoundError
from central.proceedings import clones
from central.proceedings.clones import Place, distance_km, impossible
from central.proceedings.service import StepRefusedError, history
from central.worker import clone_handler
from tests.central.proceedings.office import BINH, Office
from tests.central.work import run_due

BAC_GIANG, BAC_NINH, HUE = Place(21.2731, 106.1946), Place(21.1861, 106.0763), Place(16.4637, 107.5909)
AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
PLACES = {"hang-bai": BAC_GIANG, "hue": HUE, "bac-ninh": BAC_NINH}


@pytest.mark.parametrize(
    ("place", "minutes", "expected"),
    [(BAC_NINH, 30, False), (BAC_NINH, 2, True), (HUE, 60, True), (HUE, 600, False), (BAC_GIANG, 0, False)],
)
def test_nobody_is_at_two_places_at_once(place: Place, minutes: int, expected: bool) -> None:
    there = (place, AT + timedelta(minutes=minutes))
    assert impossible((BAC_GIANG, AT), there, timedelta(seconds=10)) is expected
    assert impossible(there, (BAC_GIANG, AT), timedelta(seconds=10)) is expected


def test_distances_are_those_of_the_map() -> None:
    assert distance_km(BAC_GIANG, BAC_NINH) == pytest.approx(15.6, abs=0.5)
    assert distance_km(BAC_GIANG, HUE) == pytest.approx(555, abs=10)


PLATE = {"text": "98A51863", "confidence": 0.97, "agreed": True, "colour": "white"}


def look(office: Office, case_id: int) -> list[str]:
    """Looks for leads as before a notice; their codes."""
    with transaction(office.engine) as session:
        found = clones.suspect(session, office.proceeding(session, case_id), PLACES, office.now)
        return [lead.code for lead in found]


def test_the_same_plate_far_away_within_the_hour_is_a_lead(office: Office) -> None:
    first = office.confirmed(plate=PLATE)
    second = office.confirmed(BINH, plate=PLATE, site="hue", site_name="Huế")
    assert look(office, first) == ["elsewhere"]
    assert look(office, second) == ["elsewhere"]
    assert office.state(first, "clone") == "suspected"
    office.do(first, "sign_result", "thiet-bi")
    with pytest.raises(StepRefusedError, match="plate_suspected"):
        office.do(first, "draw_notice", "thu-ly")


def test_the_same_plate_near_by_is_no_lead(office: Office) -> None:
    first = office.confirmed(plate=PLATE)
    office.confirmed(BINH, plate=PLATE, site="bac-ninh", site_name="Bắc Ninh")
    assert look(office, first) == []
    assert office.state(first, "clone") == "none"


def test_a_site_without_a_known_place_is_compared_with_none(office: Office) -> None:
    first = office.confirmed(plate=PLATE)
    office.confirmed(BINH, plate=PLATE, site="nowhere", site_name="?")
    assert look(office, first) == []


def test_a_cleared_lead_does_not_come_back_and_a_new_one_does(office: Office) -> None:
    first = office.confirmed(plate=PLATE)
    office.confirmed(BINH, plate=PLATE, site="hue", site_name="Huế")
    look(office, first)
    office.do(first, "clear_clone", "thu-ly", note="đồng hồ của camera Huế sai")
    assert look(office, first) == []
    assert office.state(first, "clone") == "cleared"
    office.confirmed(
        BINH, plate=PLATE, site="hue", site_name="Huế", rule={"name": "wrong_lane", "version": 1}
    )
    assert look(office, first) == ["elsewhere"]
    assert office.state(first, "clone") == "suspected"


def test_a_confirmed_clone_is_watched_and_its_next_hit_held_back_at_once(office: Office) -> None:
    first = office.confirmed(plate=PLATE)
    office.to_notice(first)
    office.do(first, "suspect_clone", "thu-ly", note="chủ xe chứng minh xe ở nơi khác")
    with transaction(office.engine) as session:
        by = office.by(session, "thu-ly")
        clones.confirm(session, office.proceeding(session, first), "biển giả", by, office.now)
    assert office.state(first, "notice") == "withdrawn"
    assert not {"notice", "publication"} & office.last_days(first).keys()
    assert office.state(first, "publication") == "to_take_down"
    office.wait(1)
    second = office.confirmed(plate=PLATE, rule={"name": "wrong_lane", "version": 1})
    assert look(office, second) == ["watched"]
    with transaction(office.engine) as session:
        row = clones.watched(session)[0]
        assert (row.plate, clones.held_back(session)) == ("98A51863", {"98A51863": 1})
        user = session.get_one(clones.User, office.people["thu-ly"])
        with pytest.raises(InvalidError):
            clones.end_watch(session, row.id or 0, " ", user, office.now)
        clones.end_watch(session, row.id or 0, "đã thu giữ biển giả", user, office.now)
        assert clones.watched(session) == []
        with pytest.raises(NotFoundError):
            clones.end_watch(session, row.id or 0, "lần nữa", user, office.now)


def test_the_case_noticed_before_is_looked_at_again(office: Office) -> None:
    """Whether the first or the second is the clone nobody knows when the second comes."""
    first = office.confirmed(plate=PLATE)
    office.to_notice(first)
    second = office.confirmed(BINH, plate=PLATE, site="hue", site_name="Huế")
    assert look(office, second) == ["elsewhere"]
    assert office.state(first, "clone") == "none"
    run_due(office.engine, [clone_handler(office.engine, lambda: office.now, PLACES)], lambda: office.now)
    assert office.state(first, "clone") == "suspected"
    with transaction(office.engine) as session:
        told = clones.told_of(history(session, office.proceeding(session, first).id or 0))
    assert [(lead.code, lead.values["case"], lead.values["km"]) for lead in told] == [
        ("elsewhere", second, 555)
    ]
