"""Labels of riders by eye, and what counts as right."""

import pytest

from edge.riders.heads import SeenHead
from models.evaluation.riders.labels import FOLDER, PLACES, SOURCES, LabelledHead, Ridden, read
from models.evaluation.riders.matching import figures, judge

BIKE = (100.0, 100.0, 200.0, 300.0)


def ridden(*heads: LabelledHead, people: int | None = None) -> Ridden:
    return Ridden("campus", "p", "d", 640, BIKE, len(heads) if people is None else people, heads)


def by_eye(x: float, state: str = "helmet", width: float = 20) -> LabelledHead:
    return LabelledHead(x, 120, width, state)  # type: ignore[arg-type]


def seen(x: float, *, bare: float = 0.02, score: float = 0.9, size: float = 20) -> SeenHead:
    return SeenHead((x - size / 2, 120 - size / 2, x + size / 2, 120 + size / 2), score, bare)


@pytest.mark.parametrize(
    ("labelled", "found", "precision", "recall", "counted"),
    [
        (ridden(by_eye(150, "bare")), [seen(152, bare=0.95)], 1.0, 1.0, 1),
        (ridden(by_eye(150, "bare")), [seen(152, bare=0.6)], 1.0, 0.0, 1),
        (ridden(by_eye(150)), [seen(152, bare=0.95)], 0.0, 0.0, 1),
        (ridden(), [seen(152, bare=0.95)], 0.0, 0.0, 0),
        (ridden(by_eye(150, "unsure")), [seen(152, bare=0.95)], 1.0, 0.0, 1),
        (ridden(by_eye(150, "bare")), [seen(170, bare=0.95)], 0.0, 0.0, 1),
        (ridden(by_eye(150, "bare"), by_eye(180)), [seen(150, bare=0.95)], 1.0, 1.0, 0),
        (ridden(by_eye(150, "bare", width=8)), [seen(150, bare=0.95, size=8)], 1.0, 0.0, 0),
    ],
    ids=["right", "unsure", "helmet", "no head", "nobody can tell", "elsewhere", "one missed", "too small"],
)
def test_a_head_called_bare_is_right_or_wrong(
    labelled: Ridden, found: list[SeenHead], precision: float, recall: float, counted: int
) -> None:
    told = figures([judge(labelled, found)])
    assert (told.bare_precision, told.bare_recall, told.counted_right) == (precision, recall, counted)


def test_people_are_not_counted_where_not_all_show() -> None:
    hidden = Ridden("campus", "p", "d", 640, BIKE, None, (by_eye(150),))
    assert figures([judge(hidden, [seen(150)])]).countable == 0


def test_one_finding_takes_one_head() -> None:
    told = figures([judge(ridden(by_eye(150)), [seen(150), seen(155)])])
    assert (told.heads, told.found, told.counted_right) == (1, 1, 0)


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_labels_can_be_read_and_lie_on_their_motorbikes(source: str) -> None:
    every = read(source)
    assert every
    for one in every:
        x1, y1, x2, y2 = one.box
        for head in one.heads:
            assert x1 - (x2 - x1) < head.x < x2 + (x2 - x1)
            assert y1 - (y2 - y1) < head.y < y2
            assert head.width > 0
        assert one.people is None or one.people == len(one.heads)


def test_every_label_file_has_a_source_and_there_are_several_places() -> None:
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(SOURCES)
    assert len(PLACES) >= 5
    assert sum(len(one.heads) for name in SOURCES for one in read(name)) >= 600
