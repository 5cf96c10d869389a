"""When a work gets no label: where its best label fits it no better than everyday words do.

The probabilities of labels say which of them fits best, and not whether any does. So every work is also compared with a
list of neutral words (``assets/prompts/neutral.txt``). How far these stand above one another in this collection's works
is what chance does; a label that fits better than chance is given. ``benchmarks/abstention.py`` measures it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.errors import ExplorerError

USUAL_THRESHOLD = 0.53
"""Of 420 pictures whose true name is among seven labels 20 % are left without, of those whose name is not 71 %."""
_LEAST_EVEN = 1.2
"""Without neutral words, a label's probability must be this many times an even guess."""
_MOST_WORKS = 2000  # works whose neutral words say what chance does


@dataclass(frozen=True)
class Abstention:
    """The rule: a work gets a label where its fit is at least the ``threshold``.

    Raises :class:`ExplorerError` for a threshold outside 0 to 1.
    """

    threshold: float = USUAL_THRESHOLD
    """0 gives every work a label, 1 only those whose best label beats neutral words in every work."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.threshold) and 0 <= self.threshold <= 1):
            raise ExplorerError("The threshold is a number from 0 (label every work) to 1 (only the surest).")

    def stands_out(self, fits: np.ndarray) -> np.ndarray:
        """Which works get their best label, by their fits ``(N,)``: ``(N,) bool``.

        >>> Abstention(0.5).stands_out(np.array([0.4, 0.5, 0.6], dtype=np.float32)).tolist()
        [False, True, True]
        """
        return np.asarray(fits >= np.float32(self.threshold))


def fit(cosines: np.ndarray, neutral: np.ndarray, sharpness: float) -> np.ndarray:
    """How likely it is that as many neutral words as there are labels would all fit a work less than its best label:
    ``(N,) float32``, 0 to 1.

    ``cosines (N, L)`` are those of the works with the labels, ``neutral (N, M)`` with the neutral words, ``sharpness``
    the model's logit scale. A work's cosines are first compared with the soft maximum of its neutral ones, so that
    pictures which everything fits are no better than others; the share ``p`` of all neutral words, in all works, that
    stand less above it than the best label (the null distribution) gives ``p ** L``.

    >>> fit(np.array([[0.1, 0.3]]), np.array([[0.0, 0.2, 0.25, 0.4]]), 50.0)
    array([0.5625], dtype=float32)
    """
    if not len(cosines):
        return np.zeros(0, np.float32)
    highest = neutral.max(axis=1, keepdims=True)
    soft_maximum = highest[:, 0] + np.log(np.exp(sharpness * (neutral - highest)).sum(axis=1)) / sharpness
    some = np.linspace(0, len(neutral) - 1, min(len(neutral), _MOST_WORKS)).astype(int)
    null = np.sort((neutral[some] - soft_maximum[some, None]).ravel())
    share = np.searchsorted(null, cosines.max(axis=1) - soft_maximum) / len(null)
    return np.asarray(share ** cosines.shape[1], dtype=np.float32)


def even_fit(scores: np.ndarray) -> np.ndarray:
    """Where there are no neutral words: 0 for works whose probabilities ``(N, L)`` are nearly even, 1 for the rest.

    >>> even_fit(np.array([[0.9, 0.1], [0.51, 0.49]]))
    array([1., 0.], dtype=float32)
    """
    if not len(scores):
        return np.zeros(0, np.float32)
    return np.asarray(scores.max(axis=1) >= min(_LEAST_EVEN / scores.shape[1], 1.0), dtype=np.float32)
