"""A plate is final only by agreement, and the vote doesn't depend on the order of the frames."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.plates import PlateKind
from contract.vehicles import VehicleKind
from edge.plate.reading import CHOSEN, NOT_SURE, Character, PlateReading
from edge.plate.vote import AMBIGUOUS, COMPOSED, PlateResult, PlateVote

QUAD = np.array(((0, 0), (90, 0), (90, 20), (0, 20)), np.float32)


def reading(
    *rows: str, confidence: float = 0.95, doubts: dict[int, tuple[float, str, float]] | None = None
) -> PlateReading:
    """A reading; ``doubts`` gives at a place its own probability and one alternative with its probability."""
    told = dict.fromkeys(range(len("".join(rows))), (0.99, ()))
    told |= {i: (own, ((other, chance),)) for i, (own, other, chance) in (doubts or {}).items()}
    characters = tuple(Character(text, *told[i]) for i, text in enumerate("".join(rows)))
    return PlateReading(rows, "white", confidence, characters)


def voted(*readings: PlateReading, vehicle: VehicleKind | None = None) -> PlateResult:
    vote = PlateVote(vehicle)
    for frame, item in enumerate(readings):
        vote.add(frame / 12, frame, item, QUAD + frame)
    return vote.result()


def test_no_reading_is_an_honest_unread() -> None:
    assert PlateVote().result() == PlateResult(None, 0.0, False)


def test_two_frames_that_agree_are_final() -> None:
    result = voted(reading("98A12345"), reading("98A12345", confidence=0.97))
    assert (result.text, result.agreed, result.frame_key) == ("98A12345", True, 1)
    assert result.confidence == pytest.approx(0.97)
    assert result.quad is not None
    assert result.quad[0, 0] == 1


@pytest.mark.parametrize(
    ("chosen", "told"), [((False, False), False), ((True, False), False), ((True, True), True)]
)
def test_a_text_only_ever_read_by_preference_says_so(chosen: tuple[bool, bool], told: bool) -> None:
    result = voted(*(replace(reading("98A12345"), flags=(CHOSEN,) * preferred) for preferred in chosen))
    assert (CHOSEN in result.flags) is told


def test_one_frame_never_agrees_however_sure() -> None:
    result = voted(reading("98A12345", confidence=0.999))
    assert (result.text, result.agreed) == ("98A12345", False)
    assert result.confidence <= NOT_SURE


def test_the_same_frame_twice_is_one_frame() -> None:
    vote = PlateVote()
    vote.add(0.0, 7, reading("98A12345"), QUAD)
    vote.add(0.0, 7, reading("98A12345"), QUAD)
    assert not vote.result().agreed


def test_unsure_single_reading_stays_unread_but_is_kept() -> None:
    result = voted(reading("98A12345", confidence=0.3))
    assert result.text is None
    assert result.alternatives == ("98A12345",)
    assert [read.reading.text for read in result.raw_reads] == ["98A12345"]


@pytest.mark.parametrize(("confidence", "told"), [(0.0, False), (0.004, False), (0.05, True)])
def test_a_text_of_no_confidence_is_unread_however_often_it_was_read(confidence: float, told: bool) -> None:
    result = voted(*[reading("98A12345", confidence=confidence)] * 3)
    assert (result.text is not None) is told
    assert "98A12345" in (result.text, *result.alternatives)


def test_a_slip_of_one_character_is_outvoted_and_named() -> None:
    result = voted(reading("98A12345"), reading("98A12345"), reading("98A12346", confidence=0.9))
    assert (result.text, result.agreed) == ("98A12345", True)
    assert result.alternatives == ("98A12346",)
    assert result.characters[7].alternatives[0][0] == "6"
    assert result.confidence < 0.95 + 1e-9


def test_other_layout_does_not_mix() -> None:
    two_line = reading("98A1", "2345")
    result = voted(reading("98A12345"), reading("98A12345"), two_line)
    assert result.lines == 1
    assert [len(read.reading.rows) for read in result.raw_reads] == [1, 1, 2]


def test_another_plate_in_the_track_lowers_the_confidence() -> None:
    clean = voted(reading("98A12345"), reading("98A12345"))
    mixed = voted(reading("98A12345"), reading("98A12345"), reading("30F25658"))
    assert mixed.text == clean.text
    assert mixed.confidence < clean.confidence


def test_a_text_no_frame_read_is_called_composed_and_not_agreed() -> None:
    result = voted(
        reading("98A12345", confidence=0.6, doubts={3: (0.5, "7", 0.45)}),
        reading("98A72345", confidence=0.59, doubts={7: (0.5, "8", 0.48)}),
        reading("98A12348", confidence=0.58, doubts={3: (0.4, "7", 0.59)}),
    )
    assert result.text not in {None} - {read.reading.text for read in result.raw_reads}
    assert not result.agreed
    assert result.confidence < 0.9
    assert (COMPOSED in result.flags) == (result.text not in {r.reading.text for r in result.raw_reads})


def test_grammar_doubts_but_never_repairs() -> None:
    result = voted(reading("30O12345"), reading("30O12345"))
    assert result.text == "30O12345"
    assert "grammar" in result.flags
    assert result.confidence <= 0.5


@pytest.mark.parametrize(
    ("rows", "vehicle", "kind", "flags"),
    [
        (("98A12345",), None, PlateKind.CAR, ()),
        (("98A1", "2345"), VehicleKind.MOTORBIKE, PlateKind.MOTORBIKE_OLD, ()),
        (("98A", "12345"), VehicleKind.CAR, PlateKind.CAR, ()),
        (("98A1", "2345"), None, None, (AMBIGUOUS,)),
    ],
)
def test_the_vehicle_tells_car_from_motorbike(
    rows: tuple[str, ...], vehicle: VehicleKind | None, kind: PlateKind | None, flags: tuple[str, ...]
) -> None:
    result = voted(reading(*rows), reading(*rows), vehicle=vehicle)
    assert (result.kind, result.flags) == (kind, flags)


TEXTS = st.sampled_from(["98A12345", "98A12346", "98A72345", "30F25658", "29X1234"])
READS = st.lists(st.tuples(TEXTS, st.floats(0.05, 0.99)), min_size=1, max_size=7)


@given(reads=READS, order=st.randoms())
def test_order_of_arrival_does_not_matter(reads: list[tuple[str, float]], order) -> None:
    items = [(i, reading(text, confidence=sure)) for i, (text, sure) in enumerate(reads)]
    shuffled = items.copy()
    order.shuffle(shuffled)
    results = []
    for sequence in (items, shuffled):
        vote = PlateVote()
        for frame, item in sequence:
            vote.add(frame / 12, frame, item, QUAD)
        results.append(vote.result())
    assert results[0] == results[1]


@given(reads=READS)
def test_agreement_means_two_frames_said_exactly_this(reads: list[tuple[str, float]]) -> None:
    result = voted(*(reading(text, confidence=sure) for text, sure in reads))
    said = [text for text, _ in reads].count(result.text or "")
    assert result.agreed == (said >= 2 and result.text is not None)
    assert len(result.raw_reads) == len(reads)
    assert 0 <= result.confidence <= max(sure for _, sure in reads) + 1e-4
    assert result.frame_key in range(len(reads))
