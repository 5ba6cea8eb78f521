"""Average precision against what stock sees: each true box is taken once, faint ones are no fault."""

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="needs the extra: pip install 'ngatu[training]'")

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from models.evaluation.vehicles import Tally, average_precision, judge

CAR, TRUCK = VehicleKind.CAR, VehicleKind.TRUCK
A, B, FAR = (0.0, 0.0, 100.0, 100.0), (200.0, 0.0, 300.0, 100.0), (500.0, 500.0, 600.0, 600.0)
NEAR_A = (0.0, 0.0, 100.0, 110.0)
SEEN = [Detection(CAR, 0.9, A), Detection(CAR, 0.8, B), Detection(CAR, 0.2, FAR)]


@pytest.mark.parametrize(
    ("found", "ap50"),
    [
        ([Detection(CAR, 0.9, A), Detection(CAR, 0.8, B)], 1.0),
        ([Detection(CAR, 0.9, A)], 0.5),
        ([Detection(CAR, 0.9, A), Detection(CAR, 0.8, NEAR_A), Detection(CAR, 0.7, B)], (1 + 2 / 3) / 2),
        ([Detection(CAR, 0.9, FAR), Detection(CAR, 0.8, A), Detection(CAR, 0.7, B)], 1.0),  # faint reference
        ([Detection(TRUCK, 0.9, A), Detection(CAR, 0.8, B)], 0.5),
        ([], 0.0),
    ],
)
def test_average_precision_at_half_overlap(found: list[Detection], ap50: float) -> None:
    tallies = {CAR: Tally()}
    judge(found, SEEN, tallies)
    assert tallies[CAR].truths == 2
    assert average_precision(tallies[CAR])[0] == pytest.approx(ap50)


def test_a_loose_box_is_right_only_at_low_overlap() -> None:
    tallies = {CAR: Tally()}
    judge([Detection(CAR, 0.9, NEAR_A)], [Detection(CAR, 0.9, A)], tallies)
    areas = average_precision(tallies[CAR])
    assert areas.tolist() == [1.0] * 9 + [0.0]
    assert np.diff(areas).max() <= 0


def test_what_is_reported_counts_from_the_report_confidence() -> None:
    tallies = {CAR: Tally()}
    judge([Detection(CAR, 0.9, A), Detection(CAR, 0.3, B)], SEEN, tallies)
    assert tallies[CAR].reported == 1
