"""When a work gets no label: where its best label fits it no better than everyday words do.

The probabilities of labels say which of them fits best, and not whether any does. So every work is also compared with a
list of neutral words (``assets/prompts/neutral.txt``), and how many of these its best label beats is its *fit*.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.errors import ExplorerError

USUAL_THRESHOLD = 0.9


@dataclass(frozen=True)
class Abstention:
    """The rule: a work gets a label where its fit is at least the ``threshold``.

    Raises :class:`ExplorerError` for a threshold outside 0 to 1.
    """

    threshold: float = USUAL_THRESHOLD
    """0 gives every work a label, 1 only those whose best label beats all neutral words."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.threshold) and 0 <= self.threshold <= 1):
            raise ExplorerError("The threshold is a number from 0 (label every work) to 1 (only the surest).")

    def stands_out(self, fits: np.ndarray) -> np.ndarray:
        """Which works get their best label, by their fits ``(N,)``: ``(N,) bool``.

        >>> Abstention(0.5).stands_out(np.array([0.4, 0.5, 0.6], dtype=np.float32)).tolist()
        [False, True, True]
        """
        return np.asarray(fits >= np.float32(self.threshold))


def fit(cosines: np.ndarray, neutral: np.ndarray) -> np.ndarray:
    """How far each work's best label stands above neutral words: ``(N,) float32``, 0 to 1.

    ``cosines (N, L)`` are those of the works with the labels, ``neutral (N, M)`` with the neutral words; the fit is the
    share of these that a work's best label beats. It depends on no other work.

    >>> fit(np.array([[0.1, 0.3]]), np.array([[0.0, 0.2, 0.25, 0.4]]))
    array([0.75], dtype=float32)
    """
    best = cosines.max(axis=1, keepdims=True)
    return np.asarray((neutral < best).mean(axis=1), dtype=np.float32)
