"""From cues to a match probability: logistic regression on copies that are known to be copies, and on unrelated pairs.

Pairs that are taken to be unrelated may be true copies of one another: every collection has repeats, some are full of
them. So the strongest of the unrelated pairs are trimmed and the regression is fitted again, after the idea of least
trimmed squares (Rousseeuw, "Least median of squares regression", JASA 1984), for the class that can be contaminated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.verification import MatchModel

ROUNDS = 4
"""How often the strongest unrelated pairs are trimmed and the regression fitted again, at most."""
FOLDS = 5
PRIOR = 0.1
"""Share of copies among the matches that a user sees: two of a list of twenty."""
_PENALTY = 0.02  # of squared weights, against the sum of the examples' losses


@dataclass(frozen=True)
class Examples:
    """Matches with known labels: ``cues (N, K)`` as :func:`explorer.verification.cue_vector` gives them, whether each
    is a ``copy (N,) bool``, and the number of the ``query (N,) int`` that found it."""

    cues: np.ndarray
    copy: np.ndarray
    query: np.ndarray

    def __len__(self) -> int:
        return len(self.copy)

    def rows(self, kept: np.ndarray) -> Examples:
        """Those of the rows ``kept``, indices or a mask."""
        return Examples(self.cues[kept], self.copy[kept], self.query[kept])


def trimmed(examples: Examples) -> np.ndarray:
    """Which examples to keep, ``(N,) bool``: all copies, and the unrelated pairs whose fitted logit lies below the
    median of the copies'."""
    kept = np.ones(len(examples), bool)
    for _ in range(ROUNDS):
        logits = fitted(examples.rows(kept)).logits(examples.cues)
        now_kept = examples.copy | (logits < np.median(logits[examples.copy]))
        if (now_kept == kept).all():
            break
        kept = now_kept
    return kept


def weights_of(examples: Examples) -> np.ndarray:
    """The weight of each example, ``(N,)``, 1 on average; the copies' weights sum to :data:`PRIOR` of the whole."""
    copies = int(examples.copy.sum())
    unrelated = len(examples) - copies
    return np.where(examples.copy, PRIOR / max(copies, 1), (1 - PRIOR) / max(unrelated, 1)) * len(examples)


def fitted(examples: Examples) -> MatchModel:
    """The logistic function of least weighted cross entropy (:func:`weights_of`), no weight of a cue below zero."""
    from scipy.optimize import minimize

    each = weights_of(examples)
    signs = np.where(examples.copy, 1.0, -1.0)
    cues = np.column_stack([np.ones(len(examples)), examples.cues])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        margins = signs * (cues @ weights)
        wrong = 1 / (1 + np.exp(np.clip(margins, -500, 500)))
        penalised = np.concatenate([[0.0], weights[1:]])
        value = (each * np.logaddexp(0, -margins)).sum() + _PENALTY * (penalised**2).sum()
        return float(value), -cues.T @ (each * signs * wrong) + 2 * _PENALTY * penalised

    bounds = [(None, None)] + [(0, None)] * examples.cues.shape[1]
    found = minimize(loss, np.zeros(cues.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds)
    return MatchModel(float(found.x[0]), tuple(float(weight) for weight in found.x[1:]))


def cross_validated(examples: Examples) -> np.ndarray:
    """The probability ``(N,)`` that each example is given by a model fitted without its query."""
    probabilities = np.zeros(len(examples))
    fold = examples.query % FOLDS
    for number in range(FOLDS):
        held = fold == number
        if held.any():
            probabilities[held] = fitted(examples.rows(~held)).probability(examples.cues[held])
    return probabilities
