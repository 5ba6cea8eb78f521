"""One plate of two readings: the plate camera's where the match is sure, nothing sure where they differ."""

import pytest

from contract.manifest import PlateEvidence
from contract.vehicles import VehicleKind
from edge.joined.asking import Answer, said
from edge.joined.matching import Match
from edge.joined.merging import best, merged
from edge.plate.reading import NOT_SURE, SURE
from edge.plate.vote import PlateResult
from tests.edge.joined.drives import Drive, way

WAY = way(Drive(0, 1.0, 8.0, VehicleKind.MOTORBIKE), 7)


def answer(text: str | None, margin: float = 9.0, camera: str = "plates") -> Answer:
    return Answer(camera, match=Match(WAY, margin), plate=PlateResult(text, 0.97, text is not None))


def read(text: str | None, confidence: float = 0.97, *, agreed: bool = True) -> PlateEvidence:
    return PlateEvidence(text=text, confidence=confidence, agreed=agreed)


@pytest.mark.parametrize(
    ("own", "other", "text", "camera", "sure", "codes"),
    [
        (read(None, 0.0), read("59H830921"), "59H830921", "plates", True, ["matched"]),
        (read("59H830921"), read("59H830921"), "59H830921", "plates", True, ["matched"]),
        # A guess at twenty pixels is no contradiction.
        (read("59H830927", 0.3), read("59H830921"), "59H830921", "plates", True, ["matched"]),
        (read("59H830927", 0.7), read("59H830921"), "59H830921", "plates", False, ["matched", "differs"]),
        # Both sure of another plate: one of them is another vehicle's.
        (read("29U168932"), read("59H830921"), "29U168932", None, False, ["matched", "differs"]),
        (read("29U168932"), read(None, 0.0), "29U168932", None, True, ["unread"]),
        (read(None, 0.0), read(None, 0.0), None, None, False, ["unread"]),
    ],
)
def test_what_is_taken_and_what_is_said(
    own: PlateEvidence,
    other: PlateEvidence,
    text: str | None,
    camera: str | None,
    sure: bool,
    codes: list[str],
) -> None:
    plate, doubts = merged(own, other, answer(other.text))
    assert (plate.text, plate.camera) == (text, camera)
    assert (plate.confidence >= SURE) is sure
    assert plate.confidence <= NOT_SURE or sure
    assert [doubt.code for doubt in doubts] == [f"plate_camera.{code}" for code in codes]


def test_of_several_plate_cameras_the_one_that_read_it_counts() -> None:
    nothing = Answer("a", doubt=said("not_on_stretch", "a"))
    seen, read_there, surer = (
        answer(None, 12.0, "b"),
        answer("59H830921", 5.0, "c"),
        answer("59H830921", 9.0, "d"),
    )
    assert best([nothing]) is None
    assert best([nothing, seen]) == seen
    assert best([nothing, seen, read_there]) == read_there
    assert best([seen, surer, read_there]) == surer
