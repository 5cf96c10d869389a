"""The match model: from the cues of a match to the probability that it is a copy; logistic, fitted per collection."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CUES = ("similarity", "cells", "points")
"""Mean cosine of the query's cells with those they cover; share of them that agree on one transform, weighted by how
distinctive they are; logarithm of 1 + the significance of the key points that agree."""


@dataclass(frozen=True)
class MatchModel:
    """``probability = 1 / (1 + exp(-(intercept + weights · cues)))``; no weight is below zero: more evidence never
    makes a copy less likely."""

    intercept: float
    weights: tuple[float, ...]

    def logits(self, cues: np.ndarray) -> np.ndarray:
        """Log odds of being a copy: ``(N, 3) -> (N,)``."""
        logits: np.ndarray = self.intercept + np.asarray(cues, np.float64) @ np.array(self.weights)
        return logits

    def probability(self, cues: np.ndarray) -> np.ndarray:
        """Probability of being a copy, 0 to 1: ``(N, 3) -> (N,)``."""
        probabilities: np.ndarray = 1 / (1 + np.exp(-self.logits(cues)))
        return probabilities


PRIOR_CELLS = 16
"""Cells that do not agree, added to a query's own: a prior against details of few cells."""
DEFAULT = MatchModel(-6.6, (1.4, 17.7, 2.2))
"""The model of collections that are too small for a calibration of their own: fitted on copies planted in old masters,
and on unrelated details of them, with the mini encoder of that time. With today's it errs towards doubt, and a new fit
was no better calibrated (``benchmarks/default_probability.py``)."""


def cue_vector(similarity: float, cells: float, significance: float) -> tuple[float, float, float]:
    """The cues in the order of :data:`CUES`."""
    return similarity, cells, math.log1p(significance)


def significance(agreeing: int, pairs: int, share: float) -> float:
    """How unlikely it is that ``agreeing`` of ``pairs`` of key points agree on one similarity by chance: minus the
    base-10 logarithm of the a-contrario number of false alarms, 0 or more.

    ``share`` is the probability that a random point lies within the tolerance of where the transform maps its partner.
    Two pairs determine a similarity, so ``pairs ** 2 * C(pairs, agreeing) * share ** (agreeing - 2)`` such agreements
    are expected by chance (Moisan and Stival, "A probabilistic criterion to detect rigid point matches", IJCV 2004,
    section 4, at one tolerance). Of two whole pictures many more agree by chance than of two small details.

    >>> round(significance(5, 10, 0.001), 1), significance(7, 60, 0.011)
    (4.6, 0.0)
    """
    if agreeing <= 2 or pairs < agreeing:
        return 0.0
    log_factorials = [math.lgamma(count + 1) for count in (pairs, agreeing, pairs - agreeing)]
    log_tests = 2 * math.log(pairs) + log_factorials[0] - log_factorials[1] - log_factorials[2]
    return max(0.0, -(log_tests + (agreeing - 2) * math.log(min(max(share, 1e-12), 1.0))) / math.log(10))


def agreement(distinctiveness: np.ndarray, agreeing: np.ndarray | Sequence[int]) -> float:
    """Share of a query's cells that agree, weighted by how distinctive they are, 0 to 1.

    ``distinctiveness (N,)`` is how much each cell of the query differs from the collection's cells, 0 (as common as
    any) to 1; ``agreeing`` are the numbers of those that agree on one transform. Cells of smooth ground agree with any
    smooth ground and count nothing. :data:`PRIOR_CELLS` cells that do not agree are added, since of a few cells most
    agree by chance.

    >>> agreement(np.array([0.9, 0.9, 0.1, 0.1]), [0, 1]) > 5 * agreement(np.array([0.9, 0.9, 0.1, 0.1]), [2, 3])
    True
    """
    return float(distinctiveness[np.asarray(agreeing, int)].sum() / (len(distinctiveness) + PRIOR_CELLS))
