"""What of a report stays inside: small counts, and what gives them away."""

from typing import Literal

import pytest

from central.reports.outside import hidden_cells, without_small
from central.reports.values import Change, Figure, Report
from tests.central.reports.samples import report_of

Unit = Literal["count", "dong", "share"]


def line(key: str, this: float, *by: str, unit: Unit = "count") -> Figure:
    return Figure(
        group="B", key=key, by=tuple((f"by{n}", each) for n, each in enumerate(by)), unit=unit, this=this
    )


def hidden(report: Report) -> set[tuple[str, ...]]:
    """Hidden lines of this period: key and what they are split by."""
    return {
        (key, *(value for _, value in by)) for key, by, period in hidden_cells(report) if period == "this"
    }


REJECTED = [line("rejected", number, reason) for reason, number in (("a", 40), ("b", 30), ("c", 3))]
MANY = line("reviewed_by_rule", 100, "r")
BOTH = [line("candidates_by_rule", 60, "r", "car"), line("candidates_by_rule", 60, "r", "bus")]
FINES = line("fines_decided", 8_000_000, unit="dong")


@pytest.mark.parametrize(
    ("figures", "kept"),
    [
        ([line("candidates", 9)], {("candidates",)}),
        ([line("candidates", 10)], set()),
        ([line("candidates", 0)], set()),
        (REJECTED, {("rejected", "b"), ("rejected", "c")}),
        ([line("decisions", 4), FINES], {("decisions",), ("fines_decided",)}),
        ([line("decisions", 40), FINES], set()),
        ([MANY, line("false_share_by_rule", 0.5, "r", unit="share")], set()),
        ([MANY, line("false_share_by_rule", 0.97, "r", unit="share")], {("false_share_by_rule", "r")}),
        ([*BOTH, line("undecided_share", 0.1, "r", unit="share")], set()),
        ([BOTH[0], line("undecided_share", 0.1, "r", unit="share")], {("undecided_share", "r")}),
    ],
)
def test_small_numbers_stay_inside(figures: list[Figure], kept: set[tuple[str, ...]]) -> None:
    assert hidden(report_of(figures)) == kept


def test_standings_are_told_however_small() -> None:
    assert hidden(report_of([line("cameras", 3).model_copy(update={"standing": True})])) == set()


def test_a_correction_from_or_to_a_small_number_is_not_told() -> None:
    figures = [line("candidates", 50), line("accepted", 4), line("reviewed", 70)]
    changes = [Change(figure=each, was=was) for each, was in zip(figures, (3, 30, 60), strict=True)]
    told = without_small(changes, hidden_cells(report_of(figures)))
    assert [change.figure.key for change in told] == ["reviewed"]
