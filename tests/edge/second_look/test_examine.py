"""Each question of the second look on filmed streets: what is so is confirmed, what is not so is not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from contract.types import LampColour
from edge.plate.reading import Character, PlateReading
from edge.plate.vote import PlateResult, RawRead
from edge.rules.inputs import Box, Track, TrackPoint
from edge.second_look.examine import Examined, SecondLooks
from edge.second_look.looking import where
from edge.video.file import FileSource
from tests.edge.second_look import street
from tests.edge.second_look.street import Colours, Image, at, examined, incident, live, picture, runs, stands

RUNNER = runs()


def drawn(
    *, lit: Callable[[float], LampColour] = lambda _: "red", **vehicles: street.Path_
) -> Callable[[float], Image]:
    """Draws the vehicles, by colour, where their paths are."""

    def draw(t: float) -> Image:
        there = {colour: box for colour, path in vehicles.items() if (box := path(t)) is not None}
        return picture(there, lit(t))

    return draw


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> FileSource:
    """A red car runs the red light, a blue one waits beside it."""
    draw = drawn(red=RUNNER, blue=stands(450, 360))
    return street.film(tmp_path_factory.mktemp("clean") / "clean.mp4", draw)


def answers(found: Examined) -> dict[str, str]:
    assert found.facts is not None
    return {one.code.removeprefix("second_look."): one.answer for one in found.facts.questions}


def doubts(found: Examined) -> list[tuple[str, str]]:
    """Of the second look: code and weight, notes left out."""
    told = [one for one in found.finding.doubts if one.source == "second_look" and one.weight != "note"]
    return [(one.code.removeprefix("second_look."), one.weight) for one in told]


def verdict(found: Examined) -> str:
    assert found.facts is not None
    return found.facts.verdict


def test_what_is_so_is_confirmed(clean: FileSource) -> None:
    suspect = incident(live(RUNNER))
    found = examined(suspect, clean)
    assert (verdict(found), found.finding.decision, doubts(found)) == ("confirmed", "violation", [])
    assert answers(found) == {
        "vehicle_there": "yes",
        "picture_whole": "yes",
        "lamp_red": "yes",
        "same_plate": "not_asked",
        "same_vehicle": "yes",
        "only_vehicle": "yes",
        "wheels_seen": "yes",
        "act_again": "yes",
    }
    assert found.facts is not None
    assert 40 <= found.facts.cost.frames <= 51


def test_the_same_pictures_are_answered_the_same(clean: FileSource) -> None:
    suspect = incident(live(RUNNER))
    assert examined(suspect, clean) == examined(suspect, clean)


def test_a_phantom_is_disproved(clean: FileSource) -> None:
    """The live track is of nothing: no vehicle is where it was."""
    found = examined(incident(live(runs(x=160))), clean)
    assert (verdict(found), found.finding.decision) == ("disproved", "undecidable")
    assert doubts(found) == [("no_vehicle", "disproof")]


def test_a_faint_vehicle_is_left_to_a_person(clean: FileSource) -> None:
    found = examined(incident(live(RUNNER)), clean, Colours(0.2))
    assert (verdict(found), found.finding.decision) == ("doubted", "borderline")
    assert ("faint", "doubt") in doubts(found)


def hopping(first: street.Path_, then: street.Path_, t: float) -> Track:
    """A live track that is on one vehicle up to `t` and on another from there."""
    return live(lambda now: first(now) if now < t else then(now))


def test_an_identity_that_hopped_to_the_next_car_accuses_nobody(tmp_path: Path) -> None:
    """The blue car waits at the line; the red one comes past from the side, beyond the line."""
    waits = stands(300, 310)
    passes: street.Path_ = lambda t: at(120 + 70 * t, 240)  # noqa: E731
    source = street.film(tmp_path / "hop.mp4", drawn(blue=waits, red=passes))
    suspect = incident(hopping(waits, passes, 2.6))
    found = examined(suspect, source)
    assert found.finding.decision != "violation"
    assert verdict(found) == "disproved"
    assert answers(found)["act_again"] == "no"


def test_an_identity_that_hops_after_the_act_is_left_to_a_person(clean: FileSource) -> None:
    """The red car did run the light, but the live track ends on the blue one: whose plate would it be?"""
    suspect = incident(live(RUNNER))
    beyond = max(suspect.finding.moments.values()) + 0.3
    hopped = replace(suspect, track=hopping(RUNNER, stands(450, 360), beyond))
    found = examined(hopped, clean)
    assert (verdict(found), found.finding.decision) == ("doubted", "borderline")
    assert ("parted", "doubt") in doubts(found)


def test_an_act_that_rests_on_hidden_wheels_is_left_to_a_person(tmp_path: Path) -> None:
    """The red car comes seen whole and stops with its wheels before the line; a blue one moves up behind it
    and hides its lower half: its box then ends beyond the line."""

    def comes(t: float) -> Box:
        return at(300, max(440 - 60 * t, 320))

    def hides(t: float) -> Box | None:
        return at(300, max(560 - 60 * t, 352))

    def visible(t: float) -> Box:
        x1, y1, x2, y2 = comes(t)
        return (x1, y1, x2, min(y2, max(y1 + 8, hides(t)[1])))  # type: ignore[index]

    source = street.film(tmp_path / "hidden.mp4", drawn(red=comes, blue=hides))
    track = live(visible)
    suspect = incident(Track(1, track.kind, 0.9, track.points))
    found = examined(suspect, source)
    assert found.finding.decision != "violation"
    assert verdict(found) in ("doubted", "disproved")


def test_a_lamp_that_is_amber_at_full_size_disproves(tmp_path: Path) -> None:
    source = street.film(tmp_path / "lamp.mp4", drawn(red=RUNNER, lit=lambda _: "amber"))
    found = examined(incident(live(RUNNER)), source)
    assert verdict(found) == "disproved"
    assert doubts(found) == [("lamp_other", "disproof")]


def test_a_lamp_that_changes_around_the_act_is_doubtful(tmp_path: Path) -> None:
    suspect = incident(live(RUNNER))
    turns = suspect.finding.t - 0.15
    draw = drawn(red=RUNNER, lit=lambda t: "amber" if t < turns else "red")
    found = examined(suspect, street.film(tmp_path / "turns.mp4", draw))
    assert (verdict(found), doubts(found)) == ("doubted", [("lamp_other", "doubt")])


def test_a_lamp_that_can_t_be_read_is_doubtful(tmp_path: Path) -> None:
    def draw(t: float) -> Image:
        image = picture({"red": RUNNER(t) or at(0, 0)})
        image[30:102, 570:600] = 250
        return image

    found = examined(incident(live(RUNNER)), street.film(tmp_path / "burnt.mp4", draw))
    assert (verdict(found), doubts(found)) == ("doubted", [("lamp_unread", "doubt")])


def test_a_foreign_recording_is_disproved(tmp_path: Path) -> None:
    """From the middle of the act the stream shows another street."""
    t = incident(live(RUNNER)).finding.t

    def draw(now: float) -> Image:
        return picture({"red": RUNNER(now) or at(0, 0)}, place=1 if now < t - 0.2 else 2)

    found = examined(incident(live(RUNNER)), street.film(tmp_path / "foreign.mp4", draw))
    assert verdict(found) == "disproved"
    assert ("foreign", "disproof") in doubts(found)


def test_a_lorry_that_passes_near_makes_no_other_place(tmp_path: Path) -> None:
    """From one picture to the next it covers most of the street, for a while."""
    t = incident(live(RUNNER)).finding.t
    lorry = np.repeat(np.random.default_rng(7).integers(0, 255, (9, 12, 1), dtype=np.uint8), 3, axis=2)

    def draw(now: float) -> Image:
        image = picture({"red": RUNNER(now) or at(0, 0)})
        if 0.9 < now - t < 1.5:
            image[:, :500] = cv2.resize(lorry, (500, image.shape[0]), interpolation=cv2.INTER_CUBIC)
        return image

    found = examined(incident(live(RUNNER)), street.film(tmp_path / "lorry.mp4", draw))
    assert ("foreign", "disproof") not in doubts(found)


def test_another_recording_of_the_same_street_accuses_nobody(tmp_path: Path) -> None:
    """The car that crossed is another than the one that waited: the recording was changed in between."""
    t = incident(live(RUNNER)).finding.t

    def draw(now: float) -> Image:
        return picture({"blue" if now < t - 0.05 else "red": RUNNER(now) or at(0, 0)})

    found = examined(incident(live(RUNNER)), street.film(tmp_path / "spliced.mp4", draw))
    assert verdict(found) in ("doubted", "disproved")
    assert found.finding.decision != "violation"


def test_a_picture_that_stands_still_is_doubtful(tmp_path: Path) -> None:
    t = incident(live(RUNNER)).finding.t
    moving = drawn(red=RUNNER)
    source = street.film(tmp_path / "frozen.mp4", lambda now: moving(min(now, t + 0.1)))
    found = examined(incident(live(RUNNER)), source)
    assert found.finding.decision != "violation"
    assert answers(found)["picture_whole"] == "unsure"


def test_a_gap_in_the_act_is_doubtful(tmp_path: Path) -> None:
    t = incident(live(RUNNER)).finding.t
    source = street.film(tmp_path / "gap.mp4", drawn(red=RUNNER), gap=(t - 0.5, t + 0.4))
    found = examined(incident(live(RUNNER)), source)
    assert found.finding.decision != "violation"
    assert answers(found)["picture_whole"] == "unsure"


def test_black_pictures_are_doubtful(tmp_path: Path) -> None:
    t = incident(live(RUNNER)).finding.t
    moving = drawn(red=RUNNER)

    def draw(now: float) -> Image:
        return np.zeros_like(moving(now)) if t - 0.15 < now < t + 0.15 else moving(now)

    found = examined(incident(live(RUNNER)), street.film(tmp_path / "black.mp4", draw))
    assert found.finding.decision != "violation"
    assert answers(found)["picture_whole"] == "unsure"


def plates(*texts: str) -> PlateResult:
    def read(text: str) -> PlateReading:
        characters = tuple(Character(one, 0.99, ()) for one in text)
        return PlateReading((text,), "white", 0.99, characters)

    quad = np.zeros((4, 2), np.float32)
    reads = tuple(RawRead(2.0 + number, number, read(text), quad) for number, text in enumerate(texts))
    return PlateResult(texts[0], 0.99, True, raw_reads=reads)


@pytest.mark.parametrize(
    ("texts", "answer"),
    [
        (("99A62548",), "not_asked"),
        (("99A62548", "99A62548"), "yes"),
        (("99A62548", "99A62546"), "yes"),
        (("99A62548", "98A76130"), "unsure"),
    ],
)
def test_two_plates_on_one_vehicle_are_doubtful(
    clean: FileSource, texts: tuple[str, ...], answer: str
) -> None:
    found = examined(incident(live(RUNNER)), clean, plate=plates(*texts))
    assert answers(found)["same_plate"] == answer
    assert (found.finding.decision == "violation") == (answer != "unsure")


def test_what_is_not_there_to_be_looked_at_goes_to_a_person(clean: FileSource) -> None:
    suspect = incident(live(RUNNER))
    found = SecondLooks(street.CONFIG, Colours(), None, street.NOON).examine(suspect, None, street.UNREAD)
    assert (verdict(found), found.finding.decision) == ("not_possible", "borderline")


def test_a_borderline_finding_stays_one(clean: FileSource) -> None:
    suspect = incident(live(RUNNER))
    close = replace(suspect, finding=replace(suspect.finding, decision="borderline"))
    found = examined(close, clean)
    assert (verdict(found), found.finding.decision) == ("confirmed", "borderline")


def test_a_live_track_with_holes_is_followed_through_them(clean: FileSource) -> None:
    whole = live(RUNNER)
    points = tuple(point for number, point in enumerate(whole.points) if number % 3 != 1)
    found = examined(incident(replace(whole, points=points)), clean)
    assert verdict(found) == "confirmed"


def test_a_track_of_one_point_is_looked_at() -> None:
    point = TrackPoint(1.0, (0, 0, 10, 10), 1)
    track = Track(1, live(RUNNER).kind, 0.9, (point,))
    assert [where(track, t) for t in (0.5, 1.0, 2.0)] == [(0, 0, 10, 10)] * 3
