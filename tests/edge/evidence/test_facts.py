"""From pixels and stream seconds to the manifest's words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from contract.manifest import Clock, PlateEvidence, ViolationFacts
from contract.reasons import reason
from contract.vehicles import VehicleKind
from edge.evidence.facts import (
    Standing,
    normalised,
    plate_evidence,
    stream_utc,
    vehicle_seen,
    violation_facts,
)
from edge.pipeline import Incident
from edge.plate.reading import Character, PlateReading
from edge.plate.vote import PlateVote
from edge.rules.inputs import Finding, Phase, SignalHistory, Track, TrackPoint
from edge.rules.said import doubt

EPOCH = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
"""UTC of stream time 0."""

STANDING = Standing(
    node="node-1",
    camera="cam-1",
    site="nga-tu-so",
    site_name="Ngã Tư Sở",
    expressway=True,
    size=(640, 480),
    scene=(),
    calibration="cal-1",
    config_sha256="0" * 64,
    models={"vehicles": "1" * 64},
    software="ngatu test",
    pre_roll=2.0,
    post_roll=1.0,
)
POINTS = tuple(TrackPoint(number / 2, (64, 48, 128, 240), number) for number in range(60))
FINDING = Finding(
    "red_light",
    3,
    "violation",
    (reason("x.y"),),
    7,
    20.2504,
    POINTS[40],
    {},
    elapsed_red=1.2346,
    amber=3.0,
    lane="left",
)
PHASES = (
    Phase("red", 0.0, 5.0, False, 0.04),
    Phase("green", 5.0, 15.0, True, 0.04),
    Phase("amber", 15.0, 18.0, True, 0.04),
    Phase("red", 18.0, 26.0, True, 0.0416),
    Phase("green", 31.0, 40.0, True, 0.04),
)


def facts(finding: Finding = FINDING, signal: bool = True, colour: str | None = None) -> ViolationFacts:
    history = SignalHistory("main", "vision", PHASES, True) if signal else None
    incident = Incident(finding, Track(7, VehicleKind.BUS, 0.83, POINTS), history, {})
    clock = Clock(source="prft", uncertainty_ms=12)
    utc = stream_utc(3.0, EPOCH + timedelta(seconds=3))
    unread = PlateEvidence(text=None)
    return violation_facts(STANDING, incident, unread, colour, clock, utc, missing=("clip_short",))


def test_a_stream_s_clock_runs_evenly_from_where_it_was_read() -> None:
    utc = stream_utc(10.0, EPOCH)
    assert [utc(t) for t in (9.5, 10.0, 70.25)] == [
        EPOCH - timedelta(seconds=0.5),
        EPOCH,
        EPOCH + timedelta(seconds=60.25),
    ]


def test_times_are_utc_and_whole_milliseconds() -> None:
    told = facts()
    assert told.occurred_at == EPOCH + timedelta(seconds=20.25)
    assert told.signal is not None
    assert (told.signal.elapsed_red_ms, told.signal.amber_ms) == (1235, 3000)


def test_the_lamp_is_told_for_ten_seconds_around() -> None:
    signal = facts().signal
    assert signal is not None
    assert [(p.colour, (p.start - EPOCH).total_seconds(), p.onset_observed) for p in signal.phases] == [
        ("green", 5.0, True),
        ("amber", 15.0, True),
        ("red", 18.0, True),
    ]
    assert signal.phases[-1].uncertainty_ms == 42


def test_where_no_lamp_governs_none_is_told() -> None:
    assert facts(replace(FINDING, elapsed_red=None, amber=None), signal=False).signal is None


def test_the_trajectory_is_the_clip_s_in_parts_of_the_picture() -> None:
    trajectory = facts().trajectory
    assert [p.t_ms for p in trajectory] == [-1750, -1250, -750, -250, 250, 750]
    assert {p.box for p in trajectory} == {(0.1, 0.1, 0.2, 0.5)}
    assert {p.ground for p in trajectory} == {(0.15, 0.5)}


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((0, 0, 640, 480), (0, 0, 1, 1)),
        ((320, 120, 480, 360), (0.5, 0.25, 0.75, 0.75)),
        ((-64, 0, 64, 48), (-0.1, 0, 0.1, 0.1)),
    ],
)
def test_boxes_are_parts_of_width_and_height(
    box: tuple[float, float, float, float], expected: tuple[float, float, float, float]
) -> None:
    assert normalised(box, (640, 480)) == pytest.approx(expected)


def test_what_else_the_vehicle_may_be_is_told() -> None:
    sure = Track(7, VehicleKind.BUS, 0.83, POINTS)
    told = vehicle_seen(sure, None)
    assert (told.class_unsure, told.class_probabilities) == (False, {})
    kinds = {VehicleKind.BUS: 0.6, VehicleKind.TRUCK: 0.4}
    told = vehicle_seen(replace(sure, kinds=kinds), None)
    assert (told.class_unsure, told.class_probabilities) == (True, kinds)


def test_what_the_node_knows_of_itself_and_the_vehicle_is_told() -> None:
    exempt = doubt("scene.exempt", why="x")
    told = facts(
        replace(FINDING, doubts=(exempt,), also=("wrong_lane",), basis="arrow", zone="z"), colour="red"
    )
    assert told.flags == ("evidence.clip_short",)
    assert told.doubts == (exempt,)
    assert (told.rule.also, told.rule.basis, told.zone) == (("wrong_lane",), "arrow", "z")
    assert told.expressway
    assert (told.rule.name, told.rule.version, told.lane) == ("red_light", 3, "left")
    assert (told.vehicle.kind, told.vehicle.track, told.vehicle.colour) == (VehicleKind.BUS, 7, "red")
    assert (told.node, told.camera, told.site_name) == ("node-1", "cam-1", "Ngã Tư Sở")
    assert (told.clock.source, told.clock.uncertainty_ms) == ("prft", 12)
    assert told.models == {"vehicles": "1" * 64}


def reading(text: str) -> PlateReading:
    characters = tuple(Character(letter, 0.99, (("8", 0.01),)) for letter in text)
    return PlateReading((text,), "white", 0.95, characters)


def test_a_plate_s_reads_are_told_with_their_time_from_the_violation() -> None:
    vote = PlateVote(VehicleKind.CAR)
    for number, t in enumerate((9.5, 10.25)):
        vote.add(t, number, reading("98A12345"), np.zeros((4, 2), np.float32))
    told = plate_evidence(vote.result(), 10.0, date(2026, 11, 24))
    assert (told.text, told.agreed, told.lines, told.colour, told.kind) == (
        "98A12345",
        True,
        1,
        "white",
        "car",
    )
    assert [(read.t_ms, read.text) for read in told.raw_reads] == [(-500, "98A12345"), (250, "98A12345")]
    assert "".join(character.text for character in told.characters) == "98A12345"
    assert told.characters[0].alternatives[0].text == "8"


@pytest.mark.parametrize(
    ("day", "province"),
    [(date(2024, 1, 1), "Bắc Giang"), (date(2026, 11, 24), "Bắc Ninh")],
)
def test_the_province_is_that_of_the_day(day: date, province: str) -> None:
    vote = PlateVote(VehicleKind.CAR)
    for number in range(2):
        vote.add(number, number, reading("98A12345"), np.zeros((4, 2), np.float32))
    assert plate_evidence(vote.result(), 0.0, day).province == province


def test_an_unread_plate_says_so() -> None:
    told = plate_evidence(PlateVote(VehicleKind.CAR).result(), 0.0, date(2026, 11, 24))
    assert told == PlateEvidence(text=None)
