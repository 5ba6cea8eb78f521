"""Average precision against what stock sees: each true box is taken once, faint ones are no fault."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ultralytics", reason="needs the extra: pip install 'ngatu[training]'")

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from models.evaluation.vehicles import SURE, Tally, average_precision, judge, pooled, settled

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


def test_settled_labels_say_what_is_demanded_and_what_is_ignored(tmp_path: Path) -> None:
    labels = tmp_path / "clip_0007.txt"
    labels.write_text("1 0.5 0.5 0.5 0.5\n5 0.1 0.1 0.2 0.2\n")
    seen = settled(labels, np.zeros((100, 200, 3), np.uint8))
    assert [d.box for d in seen] == [(50, 25, 150, 75), (0, 0, 40, 20)]
    assert (seen[0].kind, [d.confidence >= SURE for d in seen]) == (CAR, [True, False])


def test_pooled_kinds_leave_motorbikes_alone() -> None:
    kinds = [CAR, VehicleKind.BUS, TRUCK, VehicleKind.MOTORBIKE]
    found = pooled([Detection(kind, 0.9, A) for kind in kinds])
    assert [d.kind for d in found] == [CAR, CAR, CAR, VehicleKind.MOTORBIKE]
