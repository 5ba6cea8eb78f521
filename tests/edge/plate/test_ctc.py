"""CTC against a sum over all paths written out in full."""

from itertools import groupby, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.plate.ctc import best_path, log_likelihoods, log_softmax

COLUMNS, SYMBOLS = 4, 3


def collapse(path: tuple[int, ...]) -> list[int]:
    return [symbol for symbol, _ in groupby(path) if symbol]


def logs_from(seed: int, rows: int = 1) -> np.ndarray:
    return log_softmax(np.random.default_rng(seed).normal(0, 2, (rows, COLUMNS, SYMBOLS)).astype(np.float32))


@given(seed=st.integers(0, 10_000), symbols=st.lists(st.integers(1, SYMBOLS - 1), max_size=COLUMNS))
def test_likelihood_is_the_sum_over_all_alignments(seed: int, symbols: list[int]) -> None:
    logs = logs_from(seed)
    paths = [path for path in product(range(SYMBOLS), repeat=COLUMNS) if collapse(path) == symbols]
    expected = sum(float(np.exp(logs[0, range(COLUMNS), path].sum())) for path in paths)
    assert np.exp(log_likelihoods(logs, [symbols])[0, 0]) == pytest.approx(expected, rel=1e-3, abs=1e-7)


@given(seed=st.integers(0, 10_000))
def test_likelihoods_of_all_texts_sum_to_one(seed: int) -> None:
    logs = logs_from(seed)
    texts = {tuple(collapse(path)) for path in product(range(SYMBOLS), repeat=COLUMNS)}
    total = float(np.exp(log_likelihoods(logs, list(texts))).sum())
    assert total == pytest.approx(1, rel=1e-3)


def test_rows_and_texts_are_weighed_independently() -> None:
    logs, texts = logs_from(5, rows=3), [[1, 2], [], [2, 2, 1], [1]]
    together = log_likelihoods(logs, texts)
    alone = [[log_likelihoods(logs[i : i + 1], [text])[0, 0] for text in texts] for i in range(3)]
    assert together == pytest.approx(np.array(alone), rel=1e-5)


@pytest.mark.parametrize(
    ("path", "spans"),
    [
        ([0, 0, 0], []),
        ([1, 1, 0], [(1, 0, 1)]),
        ([1, 0, 1], [(1, 0, 0), (1, 2, 2)]),
        ([1, 2, 2], [(1, 0, 0), (2, 1, 2)]),
        ([0, 2, 0], [(2, 1, 1)]),
    ],
)
def test_best_path_collapses_repeats_and_keeps_where_they_stood(path: list[int], spans: list[tuple]) -> None:
    logs = np.log(np.eye(3, dtype=np.float32)[path] * 0.9 + 0.03)
    assert best_path(logs) == spans
