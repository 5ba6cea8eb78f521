"""How often one may ask: refused with the time to wait, a bucket for each, nobody held up by another."""

import pytest
from fastapi.testclient import TestClient

from central.web import rates
from central.web.rates import Rates, limit
from tests.central.web.conftest import RunningCentre

ONE = limit("one", "POST", "/x", per_minute=60, burst=3)


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    clock = Clock()
    buckets = Rates(clock)
    assert [buckets.take(ONE, "a") for _ in range(4)] == [0, 0, 0, 1.0]
    assert buckets.take(ONE, "b") == 0, "another's bucket is another"
    clock.now += 1
    assert [buckets.take(ONE, "a"), buckets.take(ONE, "a")] == [0, 1.0]
    clock.now += 3600
    assert [buckets.take(ONE, "a") for _ in range(4)] == [0, 0, 0, 1.0], "no more than the burst is saved up"


def test_who_keeps_asking_waits_no_longer_for_it() -> None:
    buckets = Rates(Clock())
    for _ in range(3):
        buckets.take(ONE, "a")
    assert {buckets.take(ONE, "a") for _ in range(100)} == {1.0}


def test_a_flood_of_places_takes_bounded_room_and_shuts_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_BUCKETS", 100)
    buckets = Rates(Clock())
    for number in range(1000):
        assert buckets.take(ONE, f"place {number}") == 0
    assert len(buckets._buckets) == 100


@pytest.fixture
def slow(running: RunningCentre) -> RunningCentre:
    """The centre with buckets of which a clock that stands refills none."""
    running.centre.state.rates.clock = Clock()
    running.centre.state.rates._buckets.clear()
    return running


def test_who_asks_the_api_too_often_is_told_in_problem_details(slow: RunningCentre) -> None:
    officer = slow.client("officer")
    answers = [officer.get("/api/v1/session") for _ in range(700)]
    refused = answers[-1]
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["code"] == "too_many_requests"
    assert slow.clients["leader"].get("/api/v1/session").status_code != 429, "another person goes on"


def test_a_storm_of_sign_ins_from_one_place_locks_nobody_out_elsewhere(slow: RunningCentre) -> None:
    stranger = slow.clients["stranger"]
    form = {"username": "", "password": "x"}
    statuses = {stranger.post("/sign-in", data=form).status_code for _ in range(20 * rates.OF_A_PLACE + 1)}
    assert 429 in statuses
    elsewhere = TestClient(slow.centre, client=("10.9.8.7", 1))
    assert elsewhere.post("/sign-in", data=form).status_code != 429
