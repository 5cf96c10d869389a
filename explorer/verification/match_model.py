"""From the cues of one match to the probability that it is a copy: a logistic function, fitted per collection."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CUES = ("similarity", "cells", "points")
"""Mean cosine of the query's cells with those they lie on; share of them that agree on one transform, by how
distinctive they are; logarithm of 1 + the significance of the key points that agree."""


@dataclass(frozen=True)
class MatchModel:
    """``probability = 1 / (1 + exp(-(intercept + weights · cues)))``; no weight is below zero: more evidence never
    makes a copy less likely."""

    intercept: float
    weights: tuple[float, ...]

    def logits(self, cues: np.ndarray) -> np.ndarray:
        """``(N, 3) -> (N,)``."""
        return self.intercept + np.asarray(cues, np.float64) @ np.array(self.weights)

    def probability(self, cues: np.ndarray) -> np.ndarray:
        """``(N, 3) -> (N,)``, 0 to 1."""
        return 1 / (1 + np.exp(-self.logits(cues)))


PRIOR_CELLS = 16
"""Cells that do not agree, added to a query's own."""
DEFAULT = MatchModel(-6.6, (1.4, 17.7, 2.2))
"""Where a collection is too small to be calibrated by itself: fitted on copies planted in old masters, and on unrelated
details of them, with the mini model."""


def cue_vector(similarity: float, cells: float, significance: float) -> tuple[float, float, float]:
    """The cues in the order of :data:`CUES`."""
    return similarity, cells, math.log1p(significance)


def significance(agreeing: int, pairs: int, share: float) -> float:
    """How unlikely it is that so many of ``pairs`` of key points agree on one similarity by chance: minus the base-10
    logarithm of the number of false alarms, 0 or more.

    ``share`` is the probability that a point strewn at random lies where the transform says, to within the tolerance.
    Two pairs determine a similarity, so ``pairs ** 2 * C(pairs, agreeing) * share ** (agreeing - 2)`` such agreements
    are expected by chance (Moisan and Stival, "A probabilistic criterion to detect rigid point matches", IJCV 2004,
    section 4, at one tolerance). Of two whole pictures many more agree by chance than of two small details.

    >>> round(significance(5, 10, 0.001), 1), significance(7, 60, 0.011)
    (4.6, 0.0)
    """
    if agreeing <= 2 or pairs < agreeing:
        return 0.0
    logs = [math.lgamma(one + 1) for one in (pairs, agreeing, pairs - agreeing)]
    ways = 2 * math.log(pairs) + logs[0] - logs[1] - logs[2]
    return max(0.0, -(ways + (agreeing - 2) * math.log(min(max(share, 1e-12), 1.0))) / math.log(10))


def agreement(distinctiveness: np.ndarray, agreeing: np.ndarray | Sequence[int]) -> float:
    """How much the agreeing cells of a query weigh, 0 to 1.

    ``distinctiveness (N,)`` says of every cell of the query how far it is from what cells of the collection look like
    (0: like anything); ``agreeing`` are the numbers of those that agree on one transform. Cells of smooth ground agree
    with any smooth ground and weigh nothing. :data:`PRIOR_CELLS` cells that do not agree are added, for of a few cells
    most agree by chance.

    >>> agreement(np.array([0.9, 0.9, 0.1, 0.1]), [0, 1]) > 5 * agreement(np.array([0.9, 0.9, 0.1, 0.1]), [2, 3])
    True
    """
    return float(distinctiveness[np.asarray(agreeing, int)].sum() / (len(distinctiveness) + PRIOR_CELLS))
