"""The a-contrario test of a registration: the number of false alarms of an agreement of point pairs.

Were the points of the second picture uniformly random, each would lie within a distance of where it is expected with
the probability of that circle's area; the number of false alarms is the expected number of agreements as good among all
choices of pairs. It is minimised over all tolerances, so that closer agreement counts for more. Moisan and Stival, "A
probabilistic criterion to detect rigid point matches between two images and estimate the fundamental matrix", IJCV
2004, section 4; Moulon, Monasse and Marlet, "Adaptive structure from motion with a contrario model estimation", ACCV
2012.
"""

from __future__ import annotations

import math

import numpy as np

from explorer.registration.homography import inverse, moved


def transfer_errors(
    matrix: np.ndarray, first: np.ndarray, second: np.ndarray, areas: tuple[float, float]
) -> np.ndarray:
    """Symmetric transfer errors ``(M,)`` of pairs of points ``(M, 2)`` under a homography, in units.

    The larger of the errors on both pictures, so that a map that shrinks everything gains nothing. ``areas`` are those
    of the pictures, in square units: an error is scaled to the smaller picture, since an error on the larger picture is
    as likely by chance as one on the smaller that is as large a share of it.
    """
    on_second = np.linalg.norm(moved(matrix, first) - second, axis=1)
    on_first = np.linalg.norm(moved(inverse(matrix), second) - first, axis=1)
    least = min(areas)
    errors: np.ndarray = np.maximum(on_second * math.sqrt(least / areas[1]), on_first * math.sqrt(least / areas[0]))
    return errors


def log_false_alarms(errors: np.ndarray, needed: int, tolerance: float, area: float) -> tuple[float, np.ndarray]:
    """The base-10 logarithm of the number of false alarms, least over all tolerances up to ``tolerance``, and the
    inliers there, ``(M,) bool``.

    ``errors (M,)`` are in units, ``area`` is that of the smaller picture in square units; ``needed`` pairs determine
    the map. 0 and no inliers where no more than ``needed`` pairs are within the tolerance.
    """
    order = np.argsort(errors, kind="stable")
    within = errors[order]
    within = within[within <= tolerance]
    count, total = np.arange(needed + 1, len(within) + 1), len(errors)
    if not len(count):
        return 0.0, np.zeros(total, bool)
    share = np.maximum(math.pi * within[needed:] ** 2, 1.0) / area  # points are not located better than to a unit
    factorials = np.concatenate([[0.0], np.cumsum(np.log10(np.arange(1, total + 1)))])  # their logarithms
    choices = factorials[total] - factorials[count] - factorials[total - count]
    choices = choices + factorials[count] - factorials[needed] - factorials[count - needed]
    alarms = math.log10(max(total - needed, 1)) + choices + (count - needed) * np.log10(np.minimum(share, 1.0))
    best = int(alarms.argmin())
    inliers = np.zeros(total, bool)
    inliers[order[: count[best]]] = True
    return float(alarms[best]), inliers
