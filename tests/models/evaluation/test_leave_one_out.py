"""What counts on a settled frame: right, false, not demanded. The labels shipped are well formed."""

from pathlib import Path

import numpy as np
import pytest

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.rules.inputs import Box
from models.evaluation.leave_one_out import (
    Hits,
    Seen,
    at_report,
    average_precision,
    difference,
    fit,
    judge,
    summary,
)
from models.evaluation.poles import DRAWN, FOLDER, SOURCES, Frame, Labelled, read, restored

CAR, BUS, TRUCK, BIKE = VehicleKind.CAR, VehicleKind.BUS, VehicleKind.TRUCK, VehicleKind.MOTORBIKE
A, LOW, PARKED, PLACE = (
    (0.1, 0.1, 0.2, 0.3),
    (0.3, 0.1, 0.4, 0.12),
    (0.5, 0.1, 0.6, 0.3),
    (0.7, 0.5, 1.0, 1.0),
)


def frame(*labels: Labelled) -> Frame:
    return Frame("pole_1", "pole", np.zeros((1000, 1000, 3), np.uint8), labels)


def seen(kind: VehicleKind, box: Box, confidence: float = 0.9) -> Detection:
    x1, y1, x2, y2 = box
    return Detection(kind, confidence, (x1 * 1000, y1 * 1000, x2 * 1000, y2 * 1000))


SETTLED = frame(Labelled(CAR, A), Labelled(CAR, LOW), Labelled(CAR, PARKED, "parked"), Labelled(None, PLACE))


@pytest.mark.parametrize(
    ("found", "right", "false"),
    [
        (seen(CAR, A), 1, 0),
        (seen(TRUCK, A), 0, 0),  # no car, and another kind's business
        (seen(CAR, LOW), 0, 0),  # too low to be demanded
        (seen(CAR, PARKED), 0, 0),
        (seen(CAR, (0.72, 0.55, 0.8, 0.65)), 0, 0),  # inside a place to ignore
        (seen(CAR, (0.6, 0.45, 0.78, 0.6)), 0, 1),  # mostly beside it
        (seen(CAR, (0.1, 0.6, 0.3, 0.8)), 0, 1),
        (seen(CAR, (0.1, 0.6, 0.3, 0.62)), 0, 0),  # false, but too low to count
        (seen(CAR, A, 0.2), 0, 0),  # not reported
    ],
)
def test_what_counts(found: Detection, right: int, false: int) -> None:
    result = Seen()
    judge([found], SETTLED, result)
    hits = result.groups["car"]
    reported = [h.right[h.scores >= 0.35] for h in hits]
    assert (int(reported[0].sum()), int((~reported[0]).sum())) == (right, false)
    assert at_report(hits)["truths"] == 1


def test_a_vehicle_is_found_once() -> None:
    result = Seen()
    judge([seen(CAR, A, 0.9), seen(CAR, A, 0.8)], SETTLED, result)
    assert result.groups["car"][0].right.tolist() == [True, False]


def test_bus_and_truck_are_one_group_but_not_one_kind() -> None:
    result = Seen()
    judge([seen(TRUCK, A)], frame(Labelled(BUS, A)), result)
    assert at_report(result.groups["bus+truck"])["recall"] == 1
    assert result.named == [False]


def test_how_well_boxes_fit() -> None:
    ours, stock = Seen(), Seen()
    drawn = frame(Labelled(CAR, A), Labelled(CAR, PARKED))
    fit([seen(CAR, A), seen(CAR, PARKED)], drawn, ours)
    fit([seen(TRUCK, (0.1, 0.1, 0.2, 0.26))], drawn, stock)  # whatever its name
    figures = summary(ours, stock)
    assert figures["drawn"] == 1  # only what both found
    assert (figures["fit_ours"], figures["fit_stock"]) == (pytest.approx(1), pytest.approx(0.8))


def test_average_precision() -> None:
    hits = [
        Hits(np.array([0.9, 0.5]), np.array([True, False]), 1),
        Hits(np.array([0.7]), np.array([True]), 2),
    ]
    assert average_precision(hits) == pytest.approx(2 / 3)
    assert average_precision([Hits(np.zeros(0), np.zeros(0, bool), 0)]) == 0


def test_the_difference_of_a_network_to_itself_is_nothing() -> None:
    hits = [Hits(np.array([0.9, 0.5]), np.array([i % 2 == 0, True]), 2) for i in range(10)]
    assert difference(hits, hits) == (0, 0, 0)


def test_a_better_network_is_surely_better() -> None:
    good = [Hits(np.array([0.9]), np.array([True]), 1)] * 60
    poor = [Hits(np.array([0.9]), np.array([False]), 1)] * 60
    ours, stock = Seen(), Seen()
    ours.groups["car"], stock.groups["car"] = good, poor
    figures = summary(ours, stock)["car"]
    assert figures["ours"]["ap50"] == 1
    assert figures["difference"] == (1, 1, 1)


@pytest.mark.parametrize("file", [*FOLDER.glob("*.csv"), *DRAWN.glob("*.csv")], ids=lambda f: f.stem)
def test_the_labels_shipped_are_well_formed(file: Path) -> None:
    assert file.stem in SOURCES
    labels = read(file)
    assert len(labels) >= 3
    assert all(label.note in ("", "parked", "three_wheels", "unsure") for f in labels.values() for label in f)


def test_a_box_outside_the_picture_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "pole.csv"
    file.write_text("frame,kind,x1,y1,x2,y2,note\n1,car,0.5,0.5,1.2,0.9,\n")
    with pytest.raises(ValueError, match=r"pole.csv:2"):
        read(file)


def test_a_frame_without_vehicles_is_a_frame(tmp_path: Path) -> None:
    file = tmp_path / "pole.csv"
    file.write_text("frame,kind,x1,y1,x2,y2,note\n1,,,,,,\n2,ignore,0,0,1,1,\n")
    assert read(file) == {"1": (), "2": (Labelled(None, (0, 0, 1, 1)),)}


@pytest.mark.parametrize(
    ("shape", "aspect", "expected"),
    [((640, 640), 16 / 9, (640, 1138)), ((1080, 1920), None, (720, 1280)), ((480, 640), None, (480, 640))],
)
def test_pictures_get_their_true_aspect(
    shape: tuple[int, int], aspect: float | None, expected: tuple[int, int]
) -> None:
    assert restored(np.zeros((*shape, 3), np.uint8), aspect).shape[:2] == expected
