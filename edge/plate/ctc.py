"""Connectionist temporal classification (Graves et al. 2006) on the reading side, in numpy.

A row of a plate comes as log-probabilities over columns and symbols, symbol 0 meaning "nothing here".
"""

import numpy as np
from numpy.typing import NDArray

Logs = NDArray[np.float32]
NEVER = np.float32(-1e9)


def log_softmax(logits: Logs) -> Logs:
    """Log-probabilities over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), np.float32)


def best_path(logs: Logs) -> list[tuple[int, int, int]]:
    """Symbols of the likeliest path of one row (columns x symbols), each with its first and last column."""
    path = logs.argmax(axis=-1).tolist()
    found: list[tuple[int, int, int]] = []
    for column, symbol in enumerate(path):
        if symbol and column and path[column - 1] == symbol:
            found[-1] = (symbol, found[-1][1], column)
        elif symbol:
            found.append((symbol, column, column))
    return found


def log_likelihood(logs: Logs, symbols: list[int]) -> NDArray[np.float32]:
    """Log-probability that each of N rows (N x columns x symbols) says ``symbols``, over all alignments."""
    states = np.zeros(2 * len(symbols) + 1, np.int64)
    states[1::2] = symbols
    emit = logs[:, :, states]
    skips = np.zeros(len(states), bool)
    skips[3::2] = states[3::2] != states[1:-2:2]
    alpha = np.full((len(logs), len(states) + 2), NEVER, np.float32)
    alpha[:, 2] = emit[:, 0, 0]
    if symbols:
        alpha[:, 3] = emit[:, 0, 1]
    for column in range(1, logs.shape[1]):
        skipped = np.where(skips, alpha[:, :-2], NEVER)
        step = np.logaddexp(np.logaddexp(alpha[:, 2:], alpha[:, 1:-1]), skipped)
        alpha[:, 2:] = step + emit[:, column]
    return np.asarray(np.logaddexp(alpha[:, -1], alpha[:, -2] if symbols else NEVER), np.float32)
