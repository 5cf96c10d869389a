"""Similarity transforms from one detail to another (scale, rotation, mirroring), fitted robustly to pairs of points.

Pairs are points ``(M, 2)`` on the query's picture and ``(M, 2)`` on the work's, x and y in pixels of the originals, so
that angles are kept whatever the pictures' shapes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

MIN_INLIERS = 4
"""Inliers below which a fit is rejected: two pairs always fit a similarity, the third by chance."""
_ITERATIONS = 400


@dataclass(frozen=True)
class Transform:
    """A similarity from the query's detail to the match's: mirrored first if ``mirror``, then scaled by ``scale``
    (pixels of the originals), then rotated by ``turn`` degrees, counter-clockwise positive, -180 to 180."""

    scale: float
    turn: float
    mirror: bool

    def then(self, second: Transform) -> Transform:
        """This transform followed by ``second``.

        >>> Transform(2.0, 30.0, True).then(Transform(0.5, 10.0, True))
        Transform(scale=1.0, turn=-20.0, mirror=False)
        """
        turn = second.turn + (-self.turn if second.mirror else self.turn)  # a mirror turns the other way round
        return Transform(self.scale * second.scale, _within_a_turn(turn), self.mirror != second.mirror)

    def inverse(self) -> Transform:
        """The transform that takes this one back.

        >>> Transform(2.0, 30.0, True).inverse()
        Transform(scale=0.5, turn=30.0, mirror=True)
        """
        return Transform(1 / self.scale, self.turn if self.mirror else -self.turn, self.mirror)


def _within_a_turn(turn: float) -> float:
    """Degrees as -180 to 180; those that are already are left as they are, to the last digit."""
    return turn if -180 <= turn <= 180 else (turn + 180) % 360 - 180


@dataclass(frozen=True)
class Fit:
    """A fitted transform: ``matrix (2, 3)`` from the query's pixels to the match's, and its ``inliers (M,) bool``."""

    matrix: np.ndarray
    inliers: np.ndarray

    @property
    def count(self) -> int:
        """Number of inliers."""
        return int(self.inliers.sum())

    @property
    def transform(self) -> Transform:
        """The matrix as scale, turn and mirror."""
        return transform_of(self.matrix)


def transform_of(matrix: np.ndarray) -> Transform:
    """Scale, turn and mirror of a matrix ``(2, 3)`` or ``(3, 3)``; of an affine map, those of the nearest similarity.

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
    """The similarity, mirrored or not, with most inliers among pairs of points ``(M, 2)`` in pixels.

    An inlier has a residual of at most ``tolerance`` pixels of the work. None with fewer than :data:`MIN_INLIERS`.
    RANSAC with local optimisation, as OpenCV implements it; the seed is fixed, so that results repeat.
    """
    if len(query) < MIN_INLIERS:
        return None
    import cv2  # with the first use: opening a collection stays light

    flip = np.array([-1.0 if mirror else 1.0, 1.0])
    cv2.setRNGSeed(7)
    linear, agreed = cv2.estimateAffinePartial2D(
        np.ascontiguousarray(query * flip, np.float32), np.ascontiguousarray(work, np.float32),
        method=cv2.RANSAC, ransacReprojThreshold=float(tolerance), maxIters=_ITERATIONS, confidence=0.99,
        refineIters=10,
    )  # fmt: skip
    if linear is None or not np.isfinite(linear).all() or agreed.sum() < MIN_INLIERS:
        return None
    matrix = linear.copy()
    matrix[:, 0] *= flip[0]
    return Fit(matrix, agreed[:, 0].astype(bool))


def moved_box(matrix: np.ndarray, corners: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The upright box around a box ``x0, y0, x1, y1`` after a transform ``(2, 3)``, pixels in and out.

    The detail is taken to be the ellipse in its box, whose corners are mostly background: a rotated copy's box is
    then smaller than the one around the rotated corners.

    >>> moved_box(np.array([[2.0, 0.0, 10.0], [0.0, 2.0, 0.0]]), (0, 0, 4, 2))
    (10.0, 0.0, 18.0, 4.0)
    """
    x0, y0, x1, y1 = corners
    centre = matrix @ np.array([(x0 + x1) / 2, (y0 + y1) / 2, 1.0])
    half = np.hypot(matrix[:, 0] * (x1 - x0) / 2, matrix[:, 1] * (y1 - y0) / 2)
    low, high = centre - half, centre + half
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
