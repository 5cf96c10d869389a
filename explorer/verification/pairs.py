"""Pairs of corresponding points, thinned so that none counts twice."""

from __future__ import annotations

import numpy as np


def distinct_pairs(first: np.ndarray, second: np.ndarray, within: float) -> np.ndarray:
    """Rows ``(K,)``, ascending, of the pairs to keep so that those close together on either picture count once.

    ``first`` and ``second`` are points ``(M, 2)`` in any unit; points that fall into the same square of side ``within``
    of a grid are close together. A point may be found at several scales or angles, and what lies beside a cell that
    agrees mostly agrees as well.
    """
    rounded = np.round(np.column_stack([first, second]) / within)
    _, by_first = np.unique(rounded[:, :2], axis=0, return_index=True)
    _, by_second = np.unique(rounded[by_first, 2:], axis=0, return_index=True)
    return np.sort(by_first[by_second])
