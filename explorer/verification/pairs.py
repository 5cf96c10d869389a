"""Pairs of corresponding points, thinned so that none counts twice."""

from __future__ import annotations

import numpy as np


def one_per_place(a: np.ndarray, b: np.ndarray, within: float) -> np.ndarray:
    """Rows of the pairs to keep: those that lie ``within`` so many units, on either picture, are one witness. A place
    may be found at several sizes or turns, and what lies beside a cell that agrees mostly agrees as well."""
    rounded = np.round(np.column_stack([a, b]) / within)
    _, here = np.unique(rounded[:, :2], axis=0, return_index=True)
    _, there = np.unique(rounded[here, 2:], axis=0, return_index=True)
    return np.sort(here[there])
