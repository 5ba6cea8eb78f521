"""Connectionist temporal classification (Graves et al. 2006), decoding side, in numpy.

A row of a plate comes as log-probabilities over columns and symbols, symbol 0 meaning "nothing here".
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Logs = NDArray[np.float32]
NEVER = 1e-300
"""Least probability, which keeps the logarithm finite."""


def log_softmax(logits: Logs) -> Logs:
    """Log-probabilities over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), np.float32)


def best_path(logs: Logs) -> list[tuple[int, int, int]]:
    """Symbols of the most likely path of one row (columns x symbols), each with its first and last column."""
    path = logs.argmax(axis=-1).tolist()
    found: list[tuple[int, int, int]] = []
    for column, symbol in enumerate(path):
        if symbol and column and path[column - 1] == symbol:
            found[-1] = (symbol, found[-1][1], column)
        elif symbol:
            found.append((symbol, column, column))
    return found


def log_likelihoods(logs: Logs, texts: Sequence[Sequence[int]]) -> Logs:
    """Log-probability of each text for each row, over all alignments: N rows (N x columns x symbols) and M
    texts give N x M."""
    longest = max((len(text) for text in texts), default=0)
    states = np.zeros((len(texts), 2 * longest + 1), np.int64)  # blanks after a text that is shorter
    for number, text in enumerate(texts):
        states[number, 1 : 2 * len(text) : 2] = text
    skips = np.zeros(states.shape)
    skips[:, 3::2] = (states[:, 3::2] != states[:, 1:-2:2]) & (states[:, 3::2] > 0)
    likeliest = logs.max(axis=2)  # a column's maximum; factored out to avoid underflow
    chances = np.exp((logs - likeliest[:, :, None]).astype(np.float64)).transpose(1, 0, 2)
    alpha = np.zeros((len(logs), len(texts), states.shape[1] + 2))
    alpha[:, :, 2:4] = chances[0][:, states[:, :2]]
    for column in chances[1:, :, states]:
        alpha[:, :, 2:] = (alpha[:, :, 2:] + alpha[:, :, 1:-1] + skips * alpha[:, :, :-2]) * column
    ends = 2 * np.array([len(text) for text in texts], np.int64) + 2
    which = np.arange(len(texts))
    total = alpha[:, which, ends] + np.where(ends > 2, alpha[:, which, ends - 1], 0)
    return np.asarray(np.log(np.maximum(total, NEVER)) + likeliest.sum(axis=1)[:, None], np.float32)
