"""How one detail becomes another: scale, turn, mirror; fitted robustly to pairs of places.

Pairs are ``(M, 2)`` places on the query's picture and ``(M, 2)`` on the work's, both in pixels of the originals, so
that a turn is a turn whatever the pictures' shapes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

FEWEST = 4
"""Agreeing pairs below which nothing counts as seen twice: two always fit a similarity, the third by chance."""
_TRIES = 400


@dataclass(frozen=True)
class Transform:
    """From the query's detail to the match's: mirrored first where ``mirror``, then ``scale`` times as large (pixels
    of the originals), then turned by ``turn`` degrees, counter-clockwise positive, -180 to 180."""

    scale: float
    turn: float
    mirror: bool


@dataclass(frozen=True)
class Fit:
    """``matrix (2, 3)`` takes the query's pixels to the match's; ``inliers (M,) bool`` which pairs agree with it."""

    matrix: np.ndarray
    inliers: np.ndarray

    @property
    def count(self) -> int:
        return int(self.inliers.sum())

    @property
    def transform(self) -> Transform:
        return transform_of(self.matrix)


def transform_of(matrix: np.ndarray) -> Transform:
    """A similarity ``(2, 3)`` in words. An affine map is described by the nearest similarity.

    >>> transform_of(np.array([[0.0, 2.0, 5.0], [-2.0, 0.0, 7.0]]))  # y points down
    Transform(scale=2.0, turn=90.0, mirror=False)
    >>> transform_of(np.array([[-0.5, 0.0, 0.0], [0.0, 0.5, 0.0]]))
    Transform(scale=0.5, turn=0.0, mirror=True)
    """
    (a, b, *_), (c, d, *_) = np.asarray(matrix, dtype=np.float64)[:2].tolist()
    area = a * d - b * c
    mirror = area < 0
    if mirror:
        a, c = -a, -c
    turn = -math.degrees(math.atan2(c - b, a + d))
    return Transform(math.sqrt(abs(area)), 0.0 if abs(turn) < 1e-9 else turn, mirror)


def fit_similarity(query: np.ndarray, work: np.ndarray, tolerance: float, mirror: bool) -> Fit | None:
    """The similarity on which most pairs agree to within ``tolerance`` pixels of the work; None when fewer than
    :data:`FEWEST` do. RANSAC with local optimisation, as OpenCV has it; the seed is fixed, so results repeat."""
    if len(query) < FEWEST:
        return None
    import cv2  # with the first use: opening a collection stays light

    flip = np.array([-1.0 if mirror else 1.0, 1.0])
    cv2.setRNGSeed(7)
    linear, agreed = cv2.estimateAffinePartial2D(
        np.ascontiguousarray(query * flip, np.float32), np.ascontiguousarray(work, np.float32),
        method=cv2.RANSAC, ransacReprojThreshold=float(tolerance), maxIters=_TRIES, confidence=0.99, refineIters=10,
    )  # fmt: skip
    if linear is None or not np.isfinite(linear).all() or agreed.sum() < FEWEST:
        return None
    matrix = linear.copy()
    matrix[:, 0] *= flip[0]
    return Fit(matrix, agreed[:, 0].astype(bool))


def moved_box(matrix: np.ndarray, corners: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The upright box round a box ``x0, y0, x1, y1`` after a transform, pixels in and out.

    The detail itself is taken to be an ellipse in its box, whose corners are mostly ground: a turned copy's box
    then grows less than its corners would say.

    >>> moved_box(np.array([[2.0, 0.0, 10.0], [0.0, 2.0, 0.0]]), (0, 0, 4, 2))
    (10.0, 0.0, 18.0, 4.0)
    """
    x0, y0, x1, y1 = corners
    centre = matrix @ np.array([(x0 + x1) / 2, (y0 + y1) / 2, 1.0])
    half = np.hypot(matrix[:, 0] * (x1 - x0) / 2, matrix[:, 1] * (y1 - y0) / 2)
    low, high = centre - half, centre + half
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
