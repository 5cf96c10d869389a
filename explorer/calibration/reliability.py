"""Whether probabilities are calibrated, and how well they separate: reliability, calibration error, ROC AUC."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.errors import ExplorerError

Numbers = Sequence[float] | np.ndarray
Flags = Sequence[bool] | np.ndarray


@dataclass(frozen=True)
class ReliabilityBin:
    """The predictions whose confidence lies from ``low`` up to ``high``; means of none are NaN."""

    low: float
    high: float
    count: int
    confidence: float
    """Mean confidence, 0 to 1."""
    right: float
    """Share that was right, 0 to 1; equal to ``confidence`` where the probabilities are calibrated."""
    weight: float
    """Weight of this bin's predictions, as a share of all, 0 to 1."""


def reliability(
    confidences: Numbers, right: Flags, bins: int = 10, weights: Numbers | None = None
) -> tuple[ReliabilityBin, ...]:
    """The reliability table: ``bins`` bins of equal width from 0 to 1, each with its lower edge, the last with both.
    With ``weights``, means are weighted, and a bin's ``weight`` is its share of them.

    Raises :class:`ExplorerError` when the two differ in length or a confidence does not lie between 0 and 1.

    >>> [(bin.count, bin.right) for bin in reliability([0.1, 0.2, 0.9, 1.0], [False, True, True, True], bins=2)]
    [(2, 0.5), (2, 1.0)]
    """
    given, correct = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if bins < 1 or given.ndim != 1 or given.shape != correct.shape or not ((given >= 0) & (given <= 1)).all():
        raise ExplorerError("A reliability table needs one confidence between 0 and 1 per answer, and a bin at least.")
    edges = np.arange(bins + 1) / bins
    number = np.digitize(given, edges[1:-1])
    each = np.ones(len(given)) if weights is None else np.asarray(weights, dtype=np.float64)
    table = []
    for k in range(bins):
        inside = number == k
        weight = each[inside].sum()
        count, share = int(inside.sum()), float(weight / each.sum())
        confidence, rate = (
            float((each * values)[inside].sum() / weight) if count else math.nan for values in (given, correct)
        )
        table.append(ReliabilityBin(float(edges[k]), float(edges[k + 1]), count, confidence, rate, share))
    return tuple(table)


def expected_calibration_error(table: Sequence[ReliabilityBin]) -> float:
    """Mean distance, 0 to 1, between confidence and share right, each bin weighted by its share of the predictions.

    Source: Guo et al., "On calibration of modern neural networks", ICML 2017, equation 3.

    >>> expected_calibration_error(reliability([0.8, 0.8, 0.8, 0.8], [True, True, False, False]))
    0.30000000000000004
    """
    if not any(bin.count for bin in table):
        return math.nan
    return math.fsum(bin.weight * abs(bin.confidence - bin.right) for bin in table if bin.count)


def roc_auc(scores: Numbers, right: Flags) -> float:
    """Probability, 0 to 1, that something right scores above something wrong, ties counted half; NaN without both.

    The rank statistic of Mann and Whitney, with tied scores at their middle rank.
    Raises :class:`ExplorerError` when the two differ in length or a score is no number.

    >>> roc_auc([0.9, 0.5, 0.5, 0.1], [True, True, False, False])  # of 4 pairs 3 in order, one tied
    0.875
    """
    given, correct = np.asarray(scores, dtype=np.float64), np.asarray(right, dtype=bool)
    if given.ndim != 1 or given.shape != correct.shape or np.isnan(given).any():
        raise ExplorerError("An ROC curve needs one score per answer.")
    positives, negatives = int(correct.sum()), int((~correct).sum())
    if not positives or not negatives:
        return math.nan
    _, place, counts = np.unique(given, return_inverse=True, return_counts=True)
    middle_rank = np.cumsum(counts) - (counts - 1) / 2
    above = middle_rank[place][correct].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))
