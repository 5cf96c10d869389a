"""Projective maps of pictures: what they do to places, and whether a picture stays a picture under them.

A map is ``(3, 3) float64``, homogeneous, its last entry 1; places are ``(M, 2)``, x and y.
"""

from __future__ import annotations

import numpy as np

LEAST_SCALE = 1 / 8
"""Of a long side: one picture this much smaller than the other, or smaller, is not a reading of it but a collapse."""
MOST_STRETCH = 1.8
"""Stretch in one direction over that in the other: a copy drawn anew is not squeezed further than this."""
MOST_TILT = 0.45
"""How much the scale may vary over the picture by perspective, as a share of its mean."""
LEAST_SIDE = 5.0
"""Points that lie within this many units of one another, or of a line, determine nothing."""


def moved(matrix: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Places ``(M, 2)`` after a transform ``(3, 3)``; those it sends beyond the horizon are infinite.

    >>> moved(np.array([[2.0, 0, 1], [0, 2, 0], [0, 0, 1]]), np.array([[1.0, 1.0]]))
    array([[3., 2.]])
    """
    lifted = np.asarray(places, np.float64) @ matrix[:, :2].T + matrix[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(lifted[:, 2:] > 1e-9, lifted[:, :2] / lifted[:, 2:], np.inf)


def inverse(matrix: np.ndarray) -> np.ndarray:
    """The way back."""
    back = np.linalg.inv(matrix)
    return back / back[2, 2]


def jacobian(matrix: np.ndarray, place: np.ndarray) -> np.ndarray:
    """The linear part of a transform at a place, ``(2, 2)``."""
    x, y, w = matrix @ (*place, 1.0)
    return (matrix[:2, :2] - np.outer((x / w, y / w), matrix[2, :2])) / w


def convex(matrix: np.ndarray, frame: np.ndarray) -> bool:
    """Whether the picture's corners become a quadrangle without a fold, all on this side of the horizon."""
    corners = moved(matrix, np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * frame)
    if not np.isfinite(corners).all():
        return False
    along = np.roll(corners, -1, axis=0) - corners
    after = np.roll(along, -1, axis=0)
    turns = along[:, 0] * after[:, 1] - along[:, 1] * after[:, 0]
    return bool((np.sign(turns) == np.sign(turns[0])).all() and np.abs(turns).min() > 1.0)


def plausible(matrix: np.ndarray, frame: np.ndarray) -> bool:
    """Whether a picture of ``frame`` (width, height in units) stays a picture: no fold, no collapse, little bend."""
    if not convex(matrix, frame):
        return False
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.5]]) * frame
    jacobians = [jacobian(matrix, corner) for corner in corners]
    if any(np.linalg.det(linear) <= 0 for linear in jacobians):
        return False
    long, short = np.linalg.svd(jacobians[-1], compute_uv=False)
    scales = np.sqrt([np.linalg.det(linear) for linear in jacobians])
    within = short > LEAST_SCALE and long < 1 / LEAST_SCALE and long / short < MOST_STRETCH
    return bool(within and np.ptp(scales) < MOST_TILT * scales.mean())


def apart(points: np.ndarray, needed: int) -> bool:
    """Whether points determine a map that needs so many: not all in one place, nor (for three) in a line, nor (for
    four or more) all but one in a line."""
    if needed == 2:
        return bool(np.linalg.norm(points.max(axis=0) - points.min(axis=0)) > LEAST_SIDE)
    sets = [points] if needed == 3 else [np.delete(points, row, axis=0) for row in range(len(points))]
    return all(np.linalg.svd(one - one.mean(axis=0), compute_uv=False)[1] > LEAST_SIDE for one in sets)
