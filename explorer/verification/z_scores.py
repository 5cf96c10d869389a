"""Robust z-scores: how far scores lie above those of chance."""

from __future__ import annotations

import numpy as np

_LEAST_DEVIATION = 0.01


def robust_z_scores(scores: np.ndarray, among: np.ndarray) -> np.ndarray:
    """How far each score ``(N,)`` lies above those ``among`` which nearly all are chance, in standard deviations.

    Mean and deviation of chance are estimated by the median and the median absolute deviation times 1.4826, which are
    little affected as long as few true matches are ``among`` the scores; the deviation is 0.01 at least.

    >>> robust_z_scores(np.array([0.5, 0.9]), among=np.array([0.5, 0.5, 0.52, 0.48, 0.9])).round(1).tolist()
    [0.0, 13.5]
    """
    median = np.median(among)
    deviation = 1.4826 * np.median(np.abs(among - median))
    z_scores: np.ndarray = (np.asarray(scores, dtype=np.float64) - median) / max(deviation, _LEAST_DEVIATION)
    return z_scores
