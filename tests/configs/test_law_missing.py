"""What a newer law table no longer answers: rows dropped, days left out."""

from datetime import date

import pytest
import yaml

from configs.law_missing import missing_rows
from configs.law_rows import Offence, OffencesTable
from configs.law_tables import FOLDER, MODELS, TableName, read_table

Days = tuple[str, str | None]
ROW = {
    "act": "red_light",
    "vehicle": "car",
    "code": "RED-A",
    "article": "6.9.b",
    "fine_min": 1,
    "fine_max": 2,
    "points": 4,
    "confidence": "sure",
    "source": "nd168",
}


def rows(*days: Days, **changes: str) -> OffencesTable:
    """Red lights of cars, each from one day to another."""
    every = [Offence.model_validate(ROW | {"valid_from": a, "valid_to": b} | changes) for a, b in days]
    return OffencesTable(sources={}, offences=tuple(every))


@pytest.mark.parametrize(
    ("before", "after", "missing"),
    [
        ([("2025-01-01", None)], [("2025-01-01", None)], []),
        ([("2025-01-01", None)], [("2024-01-01", None)], []),
        ([("2025-01-01", None)], [("2027-01-01", None)], [("2025-01-01", "2026-12-31")]),
        ([("2025-01-01", None)], [("2025-01-01", "2026-12-31")], [("2027-01-01", None)]),
        ([("2025-01-01", None)], [("2025-01-01", "2025-06-30"), ("2025-07-01", None)], []),
        (
            [("2025-01-01", None)],
            [("2025-01-01", "2025-06-29"), ("2025-07-01", None)],
            [("2025-06-30", "2025-06-30")],
        ),
        (
            [("2025-01-01", "2025-12-31"), ("2026-01-01", None)],
            [("2026-01-01", None)],
            [("2025-01-01", "2025-12-31")],
        ),
        ([("2025-01-01", None)], [], [("2025-01-01", None)]),
        ([], [("2025-01-01", None)], []),
    ],
)
def test_days_without_a_row_are_found(before: list[Days], after: list[Days], missing: list[Days]) -> None:
    found = missing_rows(rows(*before), rows(*after))
    assert [(each.first, each.last) for each in found] == [
        (date.fromisoformat(first), date.fromisoformat(last) if last else date.max) for first, last in missing
    ]


@pytest.mark.parametrize(
    ("before", "after", "missing"),
    [
        ({"place": "any"}, {"place": "ordinary"}, 1),
        ({"place": "ordinary"}, {"place": "any"}, 0),
        ({"vehicle": "car"}, {"vehicle": "motorbike"}, 1),
        ({"code": "RED-A"}, {"code": "RED-B"}, 0),
        ({"party": "driver"}, {"party": "owner"}, 1),
    ],
)
def test_a_row_stands_in_for_another_that_answers_the_same(
    before: dict[str, str], after: dict[str, str], missing: int
) -> None:
    days: Days = ("2025-01-01", None)
    assert len(missing_rows(rows(days, **before), rows(days, **after))) == missing


@pytest.mark.parametrize("name", list(MODELS))
def test_each_kind_of_row_is_missed_when_it_is_dropped(name: TableName) -> None:
    shipped = read_table(FOLDER / f"{name}.yaml", name)
    assert missing_rows(shipped, shipped) == []
    for part, every in yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")).items():
        if isinstance(every, list):
            first, *others = getattr(shipped, part)
            without = shipped.model_copy(update={part: tuple(others)})
            found = [each.row for each in missing_rows(shipped, without)]
            assert found
            assert all(row == first for row in found), part
