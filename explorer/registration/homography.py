"""Homographies of pictures: how they map points, and whether a picture stays a picture under them.

A map is ``(3, 3) float64``, homogeneous, its last entry 1; points are ``(M, 2)``, x and y. See Hartley and Zisserman,
"Multiple view geometry in computer vision", 2nd edition, 2004, section 2.3.
"""

from __future__ import annotations

import numpy as np

LEAST_SCALE = 1 / 8
"""Least scale of a map between pictures of the same long side; and one over it the greatest."""
MOST_STRETCH = 1.8
"""Greatest ratio of the stretch in one direction to that in the other; a redrawn copy is not squeezed further."""
MOST_TILT = 0.45
"""Greatest variation of the scale over the picture by perspective, as a share of its mean."""
LEAST_SIDE = 5.0
"""Points that lie within this many units of one another, or of a line, determine no map."""


def moved(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points ``(M, 2)`` after a map ``(3, 3)``; points on or behind its horizon become infinite.

    >>> moved(np.array([[2.0, 0, 1], [0, 2, 0], [0, 0, 1]]), np.array([[1.0, 1.0]]))
    array([[3., 2.]])
    """
    homogeneous = np.asarray(points, np.float64) @ matrix[:, :2].T + matrix[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(homogeneous[:, 2:] > 1e-9, homogeneous[:, :2] / homogeneous[:, 2:], np.inf)


def inverse(matrix: np.ndarray) -> np.ndarray:
    """The inverse map, its last entry 1. Raises :class:`numpy.linalg.LinAlgError` where there is none."""
    back = np.linalg.inv(matrix)
    normalised: np.ndarray = back / back[2, 2]
    return normalised


def jacobian(matrix: np.ndarray, point: np.ndarray) -> np.ndarray:
    """The derivative of a map at a point ``(2,)``: ``(2, 2)``."""
    x, y, w = matrix @ (*point, 1.0)
    derivative: np.ndarray = (matrix[:2, :2] - np.outer((x / w, y / w), matrix[2, :2])) / w
    return derivative


def convex(matrix: np.ndarray, frame: np.ndarray) -> bool:
    """Whether the corners of a picture become a convex quadrangle in front of the horizon.

    ``frame (2,)`` are the picture's width and height in units; the width is negative where it was mirrored beforehand.
    """
    corners = moved(matrix, np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * frame)
    if not np.isfinite(corners).all():
        return False
    edges = np.roll(corners, -1, axis=0) - corners
    following = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]
    return bool((np.sign(turns) == np.sign(turns[0])).all() and np.abs(turns).min() > 1.0)


def plausible(matrix: np.ndarray, frame: np.ndarray) -> bool:
    """Whether a picture of ``frame``, as for :func:`convex`, stays a picture: neither folded nor mirrored, with little
    perspective, and scale and stretch in bounds."""
    if not convex(matrix, frame):
        return False
    points = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.5]]) * frame
    jacobians = [jacobian(matrix, point) for point in points]
    if any(np.linalg.det(derivative) <= 0 for derivative in jacobians):
        return False
    long, short = np.linalg.svd(jacobians[-1], compute_uv=False)
    scales = np.sqrt([np.linalg.det(derivative) for derivative in jacobians])
    within = short > LEAST_SCALE and long < 1 / LEAST_SCALE and long / short < MOST_STRETCH
    return bool(within and np.ptp(scales) < MOST_TILT * scales.mean())


def determined(points: np.ndarray, needed: int) -> bool:
    """Whether points ``(M, 2)``, in units, determine a map that needs ``needed`` of them: they are not all the same,
    nor (for three) in a line, nor (for four or more) all but one in a line."""
    if needed == 2:
        return bool(np.linalg.norm(points.max(axis=0) - points.min(axis=0)) > LEAST_SIDE)
    sets = [points] if needed == 3 else [np.delete(points, row, axis=0) for row in range(len(points))]
    return all(np.linalg.svd(subset - subset.mean(axis=0), compute_uv=False)[1] > LEAST_SIDE for subset in sets)
