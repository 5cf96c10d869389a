"""Estimators of similarities, affine maps and homographies: robust ones, and least squares.

Points are ``(M, 2)``, x and y; maps are ``(3, 3) float64``, homogeneous, their last entry 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import cv2
import numpy as np

Kind = Literal["similarity", "affine", "homography"]
KINDS: tuple[Kind, ...] = ("similarity", "affine", "homography")
"""Kinds of maps, each a special case of the next."""
NEEDED: dict[Kind, int] = {"similarity": 2, "affine": 3, "homography": 4}
"""Pairs that determine each kind."""
_ITERATIONS = 5000
_CONFIDENCE = 0.999


def robust_fit(kind: Kind, first: np.ndarray, second: np.ndarray, tolerance: float) -> np.ndarray | None:
    """The map with most inliers among pairs of points, to within ``tolerance`` in the unit of ``second``; None where
    there is none.

    RANSAC and USAC as OpenCV implements them; the random numbers start from the same seed, so that results repeat.
    """
    a, b = np.ascontiguousarray(first, np.float32), np.ascontiguousarray(second, np.float32)
    threshold = float(tolerance)
    cv2.setRNGSeed(7)
    try:
        if kind == "similarity":
            matrix, _ = cv2.estimateAffinePartial2D(
                a, b, method=cv2.RANSAC, ransacReprojThreshold=threshold, maxIters=_ITERATIONS,
                confidence=_CONFIDENCE, refineIters=10,
            )  # fmt: skip
        elif kind == "affine":
            matrix, _ = cv2.estimateAffine2D(
                a, b, method=cv2.USAC_MAGSAC, ransacReprojThreshold=threshold, maxIters=_ITERATIONS,
                confidence=_CONFIDENCE,
            )  # fmt: skip
        else:
            matrix, _ = cv2.findHomography(
                a, b, method=cv2.USAC_MAGSAC, ransacReprojThreshold=threshold, maxIters=_ITERATIONS,
                confidence=_CONFIDENCE,
            )  # fmt: skip
    except cv2.error:  # all samples were degenerate: there is no such map
        return None
    return _homogeneous(matrix)


def least_squares(kind: Kind, first: np.ndarray, second: np.ndarray) -> np.ndarray | None:
    """The unmirrored similarity, the affine map or the homography that fits all pairs best; None where it is not
    determined."""
    return _LEAST_SQUARES[kind](first, second)


def _similarity(a: np.ndarray, b: np.ndarray) -> np.ndarray | None:
    ones, zeros = np.ones(len(a)), np.zeros(len(a))
    rows = np.concatenate([np.stack([a[:, 0], -a[:, 1], ones, zeros], 1), np.stack([a[:, 1], a[:, 0], zeros, ones], 1)])
    (c, s, x, y), *_ = np.linalg.lstsq(rows, np.concatenate([b[:, 0], b[:, 1]]), rcond=None)
    return _homogeneous(np.array([[c, -s, x], [s, c, y]]))


def _affine(a: np.ndarray, b: np.ndarray) -> np.ndarray | None:
    solved, *_ = np.linalg.lstsq(np.column_stack([a, np.ones(len(a))]), b, rcond=None)
    return _homogeneous(solved.T)


def _homography(a: np.ndarray, b: np.ndarray) -> np.ndarray | None:
    return _homogeneous(cv2.findHomography(a, b, method=0)[0])


_LEAST_SQUARES: dict[Kind, Callable[[np.ndarray, np.ndarray], np.ndarray | None]] = {
    "similarity": _similarity, "affine": _affine, "homography": _homography,
}  # fmt: skip


def _homogeneous(matrix: np.ndarray | None) -> np.ndarray | None:
    """A map ``(2, 3)`` or ``(3, 3)`` as ``(3, 3)`` with 1 as its last entry, or None."""
    if matrix is None or not np.isfinite(matrix).all():
        return None
    square: np.ndarray = matrix if len(matrix) == 3 else np.vstack([matrix, [0.0, 0.0, 1.0]])
    return square / square[2, 2] if abs(square[2, 2]) > 1e-9 else None
