"""How far probabilities can be believed: reliability diagrams, their expected calibration error, and ROC AUC."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.errors import ExplorerError


@dataclass(frozen=True)
class ReliabilityBin:
    """The predictions whose confidence lies from ``low`` up to ``high``; means of none are NaN."""

    low: float
    high: float
    count: int
    confidence: float
    """Mean confidence, 0 to 1."""
    right: float
    """Share that was right, 0 to 1; the same as ``confidence`` where the probabilities are to be believed."""
    weight: float
    """What the predictions of this bin count, as a share of all, 0 to 1."""


def reliability(
    confidences: Sequence[float], right: Sequence[bool], bins: int = 10, weights: Sequence[float] | None = None
) -> tuple[ReliabilityBin, ...]:
    """The reliability table: ``bins`` bins of equal width from 0 to 1, each with its lower edge, the last with both.
    With ``weights``, means are weighed, and a bin's ``weight`` is its share of them.

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
        count = int(inside.sum())
        held = each[inside].sum()
        means = [float((each * values)[inside].sum() / held) if count else math.nan for values in (given, correct)]
        table.append(ReliabilityBin(float(edges[k]), float(edges[k + 1]), count, *means, float(held / each.sum())))
    return tuple(table)


def expected_calibration_error(table: Sequence[ReliabilityBin]) -> float:
    """Mean distance, 0 to 1, between what was claimed and what was right, each bin weighed by what it holds.

    Source: Guo et al., "On calibration of modern neural networks", ICML 2017, equation 3.

    >>> expected_calibration_error(reliability([0.8, 0.8, 0.8, 0.8], [True, True, False, False]))
    0.30000000000000004
    """
    if not any(bin.count for bin in table):
        return math.nan
    return math.fsum(bin.weight * abs(bin.confidence - bin.right) for bin in table if bin.count)


def roc_auc(scores: Sequence[float], right: Sequence[bool]) -> float:
    """Chance, 0 to 1, that something right scores above something wrong, ties counted half; NaN without both.

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
