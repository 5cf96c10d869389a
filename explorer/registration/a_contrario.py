"""What the agreement of pairs of places is worth: how many as good would be expected by chance.

Were the places of the second picture strewn at random, each would lie within a distance of where it is expected with
the probability of that circle's area; the number of false alarms counts all choices of pairs that could have agreed.
It is the least over all tolerances, so that closer agreement counts for more. Moisan and Stival, "A probabilistic
criterion to detect rigid point matches between two images and estimate the fundamental matrix", IJCV 2004, section 4;
Moulon, Monasse and Marlet, "Adaptive structure from motion with a contrario model estimation", ACCV 2012.
"""

from __future__ import annotations

import math

import numpy as np

from explorer.registration.homography import inverse, moved


def distances(matrix: np.ndarray, a: np.ndarray, b: np.ndarray, areas: tuple[float, float]) -> np.ndarray:
    """How far each pair lies apart, ``(M,)`` units: the larger of both ways, so that shrinking all gains nothing."""
    there = np.linalg.norm(moved(matrix, a) - b, axis=1)
    back = np.linalg.norm(moved(inverse(matrix), b) - a, axis=1)
    # an error on the larger picture is as likely by chance as one on the smaller when they are as large a share of it
    least = min(areas)
    return np.maximum(there * math.sqrt(least / areas[1]), back * math.sqrt(least / areas[0]))


def false_alarms(distances: np.ndarray, needed: int, tolerance: float, area: float) -> tuple[float, np.ndarray]:
    """The base-10 logarithm of the number of false alarms, least over all tolerances up to ``tolerance``, and the
    pairs that agree there, ``(M,) bool``."""
    order = np.argsort(distances, kind="stable")
    within = distances[order]
    within = within[within <= tolerance]
    count, total = np.arange(needed + 1, len(within) + 1), len(distances)
    if not len(count):
        return 0.0, np.zeros(total, bool)
    share = np.maximum(math.pi * within[needed:] ** 2, 1.0) / area  # a place is not known better than to a unit
    logs = np.concatenate([[0.0], np.cumsum(np.log10(np.arange(1, total + 1)))])  # of factorials
    ways = logs[total] - logs[count] - logs[total - count] + logs[count] - logs[needed] - logs[count - needed]
    chances = math.log10(max(total - needed, 1)) + ways + (count - needed) * np.log10(np.minimum(share, 1.0))
    best = int(chances.argmin())
    agreeing = np.zeros(total, bool)
    agreeing[order[: count[best]]] = True
    return float(chances[best]), agreeing
