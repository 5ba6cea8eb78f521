"""Nobody learns a count below the smallest, not by subtracting either."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from central.sharing.events import SMALLEST
from central.sharing.suppression import told

COUNTS = st.dictionaries(
    st.tuples(st.sampled_from("ABCDE"), st.sampled_from(["red_light", "wrong_way"])),
    st.integers(0, 60),
    max_size=10,
)


@given(COUNTS)
def test_what_is_hidden_can_not_be_worked_out(counts: dict[tuple[str, str], int]) -> None:
    cells = told(counts)
    for rule in {cell.rule for cell in cells}:
        of_rule = {cell.where: cell.count for cell in cells if cell.rule == rule}
        hidden = [where for where, count in of_rule.items() if count is None]
        total = sum(count for (_, its_rule), count in counts.items() if its_rule == rule)
        rest = total - sum(count for count in of_rule.values() if count is not None)
        assert not hidden or len(hidden) == len(of_rule) or (len(hidden) >= 2 and rest >= SMALLEST)


@given(COUNTS)
def test_what_is_told_is_true_and_large(counts: dict[tuple[str, str], int]) -> None:
    for cell in told(counts):
        assert cell.count is None or cell.count == counts[cell.where, cell.rule] >= SMALLEST


def test_large_cells_stay_and_zeros_are_left_out() -> None:
    cells = told(Counter({("A", "r"): 40, ("B", "r"): 25, ("C", "r"): 0}))
    assert [(cell.where, cell.count) for cell in cells] == [("A", 40), ("B", 25)]


def test_a_lonely_small_cell_takes_its_neighbour_with_it() -> None:
    cells = told({("A", "r"): 40, ("B", "r"): 25, ("C", "r"): 3})
    assert [(cell.where, cell.count) for cell in cells] == [("A", 40), ("B", None), ("C", None)]
