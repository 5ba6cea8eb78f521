"""Long figures are cut where they are shown, and nothing of them is lost."""

from central.reports.leading import leading
from central.reports.values import Figure


def figures(key: str, numbers: list[int | None]) -> list[Figure]:
    return [
        Figure(group="B", key=key, by=(("camera", str(place)),), this=number)
        for place, number in enumerate(numbers)
    ]


def test_the_largest_of_each_figure_come_first_in_the_order_they_had() -> None:
    some = [*figures("a", [3, None, 9, 1]), *figures("b", [2, 5])]
    shown, rest = leading(some, 2)
    assert [(each.key, each.this) for each in shown] == [("a", 3), ("a", 9), ("b", 2), ("b", 5)]
    assert [each.this for each in rest] == [None, 1]


def test_hours_of_the_day_stay_together() -> None:
    some = figures("candidates_by_hour", list(range(24)))
    assert leading(some, 10) == (some, [])
