"""The registration of two pictures: the simplest map that their pairs of points support.

First a similarity (mirrored or not), then an affine map, then a homography; a richer kind is taken only when its number
of false alarms is lower by :data:`RICHER` powers of ten (:mod:`explorer.registration.a_contrario`), and when it leaves
the picture a picture (:mod:`explorer.registration.homography`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from explorer.errors import ExplorerError
from explorer.registration.a_contrario import log_false_alarms, transfer_errors
from explorer.registration.estimators import KINDS, NEEDED, Kind, least_squares, robust_fit
from explorer.registration.homography import convex, determined, jacobian, moved, plausible
from explorer.verification.pairs import distinct_pairs
from explorer.verification.transforms import Transform, transform_of

LONG_SIDE = 1000.0
"""Long side of both pictures, in units, when a map is fitted: a unit is a thousandth of a picture's long side."""
DISTINCT_POINTS = 6.0
"""Units within which key points count as one."""
MIN_INLIERS = 6
"""Inliers below which nothing is registered."""
RICHER = 3.0
"""Powers of ten by which the number of false alarms of a richer map must be lower."""
NOTHING_AGREES = "No place of these two pictures agrees well enough; set points by hand."

Size = tuple[float, float]
"""Width and height of a picture, in pixels."""


@dataclass(frozen=True)
class PointPairs:
    """Corresponding points ``first (M, 2)`` and ``second (M, 2)`` on two pictures of these ``sizes``; x and y as
    fractions of either."""

    first: np.ndarray
    second: np.ndarray
    sizes: tuple[Size, Size]

    def only(self, kept: np.ndarray) -> PointPairs:
        """The pairs in the rows ``kept``, numbers or ``(M,) bool``."""
        return PointPairs(np.asarray(self.first)[kept], np.asarray(self.second)[kept], self.sizes)


@dataclass(frozen=True)
class Registration:
    """How the first picture is mapped onto the second, and what supports it."""

    kind: Kind
    matrix: np.ndarray
    """``(3, 3) float64``: from fractions of the first picture to fractions of the second, homogeneous."""
    inliers: int
    """Pairs that agree with the map."""
    pairs: int
    """Pairs there were."""
    transform: Transform
    """The nearest similarity at the mean of the inliers, in pixels of the originals."""
    spread: float
    """Area of the inliers' convex hull on the first picture, as a share of the picture, 0 to 1."""
    residual: float
    """Median distance of an inlier from where it is expected, as a share of the second picture's long side."""
    log_false_alarms: float
    """Base-10 logarithm of the number of such agreements expected by chance; the lower, the surer. 0 by hand."""
    inlier_pairs: np.ndarray
    """``(inliers, 4) float64``: x, y on the first picture and x, y on the second, fractions."""

    @property
    def mirror(self) -> bool:
        """Whether the first picture is mirrored on the second."""
        return self.transform.mirror


@dataclass(frozen=True)
class _Fit:
    """A map ``matrix (3, 3)`` in units, and the pairs that agree with it, ``inliers (M,) bool``."""

    kind: Kind
    matrix: np.ndarray
    inliers: np.ndarray
    log_false_alarms: float


def fit_registration(
    pairs: PointPairs, tolerance: float, mirror: bool, kinds: tuple[Kind, ...] = KINDS,
    distinct: float = DISTINCT_POINTS,
) -> Registration | None:  # fmt: skip
    """The registration that tentative pairs support best; with ``mirror`` among the maps that mirror, else among those
    that do not.

    ``tolerance`` is the greatest error of an inlier, in thousandths of the long side, on either picture; pairs within
    ``distinct`` thousandths of one another count as one. None when fewer than :data:`MIN_INLIERS` agree on any map.
    """
    flip = (-1.0, 1.0) if mirror else (1.0, 1.0)  # the first picture is mirrored beforehand
    frames = _units(pairs.sizes[0]) * flip, _units(pairs.sizes[1])
    first, second = np.asarray(pairs.first, np.float64) * frames[0], np.asarray(pairs.second, np.float64) * frames[1]
    kept = distinct_pairs(first, second, distinct)
    best: _Fit | None = None
    for kind in kinds:
        fit = _fit(kind, (first[kept], second[kept]), frames, tolerance)
        if fit is not None and (best is None or fit.log_false_alarms < best.log_false_alarms - RICHER):
            best = fit
    if best is None:
        return None
    if mirror:
        best = replace(best, matrix=best.matrix @ np.diag([*flip, 1.0]))
    return _registration(best, pairs.only(kept))


def registration_by_hand(pairs: PointPairs, mirror: bool) -> Registration:
    """The registration by points that a person set.

    Two pairs give a similarity (with ``mirror`` a mirrored one, which two pairs cannot tell), three an affine map, four
    or more a homography, by least squares.

    Raises :class:`ExplorerError` when they are too few, or lie so that they do not determine a map.
    """
    frames = [_units(size) for size in pairs.sizes]
    first, second = np.asarray(pairs.first, np.float64) * frames[0], np.asarray(pairs.second, np.float64) * frames[1]
    count = len(first)
    if count < 2:
        raise ExplorerError("Set at least two pairs of corresponding points.")
    kind: Kind = KINDS[min(count, 4) - 2]
    matrix = None
    if determined(first, count) and determined(second, count):
        flip = np.diag([-1.0, 1.0, 1.0]) if mirror and kind == "similarity" else np.eye(3)
        matrix = least_squares(kind, first * flip.diagonal()[:2], second)
        matrix = None if matrix is None else matrix @ flip
    if matrix is None or not convex(matrix, frames[0]):
        raise ExplorerError("These points lie too close together, in one line, or crosswise; set them further apart.")
    return _registration(_Fit(kind, matrix, np.ones(count, bool), 0.0), pairs)


def inverted(found: Registration, first: Size, second: Size) -> Registration:
    """The registration of the second picture on the first; ``first`` and ``second`` are the sizes as ``found`` has
    them."""
    from_first, from_second = (np.diag([*_units(size), 1.0]) for size in (first, second))
    matrix = from_first @ np.linalg.inv(found.matrix) @ np.linalg.inv(from_second)
    pairs = PointPairs(found.inlier_pairs[:, 2:], found.inlier_pairs[:, :2], (second, first))
    fit = _Fit(found.kind, matrix / matrix[2, 2], np.ones(len(found.inlier_pairs), bool), found.log_false_alarms)
    return replace(_registration(fit, pairs), pairs=found.pairs)


def _units(size: Size) -> np.ndarray:
    """Width and height of a picture in units, ``(2,)``."""
    return np.array(size, np.float64) * LONG_SIDE / max(size)


def _fit(
    kind: Kind, points: tuple[np.ndarray, np.ndarray], frames: tuple[np.ndarray, np.ndarray], tolerance: float
) -> _Fit | None:
    """The robust fit of one kind of map to points ``(M, 2)`` in units; None where it is not plausible, or has too few
    inliers. ``frames (2,)`` are width and height of the pictures in units, the width negative of a mirrored picture."""
    if len(points[0]) < max(MIN_INLIERS, NEEDED[kind] + 1):
        return None
    matrix = robust_fit(kind, *points, tolerance)
    if matrix is None or not plausible(matrix, frames[0]):
        return None
    areas = abs(float(frames[0].prod())), abs(float(frames[1].prod()))
    errors = transfer_errors(matrix, *points, areas)
    alarms, inliers = log_false_alarms(errors, NEEDED[kind], tolerance, min(areas))
    return _Fit(kind, matrix, inliers, alarms) if inliers.sum() >= MIN_INLIERS else None


def _registration(fit: _Fit, pairs: PointPairs) -> Registration:
    """A fit in units as a registration in fractions."""
    agreeing = pairs.only(fit.inliers)
    first, second = np.asarray(agreeing.first, np.float64), np.asarray(agreeing.second, np.float64)
    units = _units(pairs.sizes[0]), _units(pairs.sizes[1])
    from_first, to_second = (np.diag([*unit, 1.0]) for unit in units)
    a, b = first * units[0], second * units[1]
    scale = max(pairs.sizes[1]) / max(pairs.sizes[0])
    in_pixels = scale * np.column_stack([jacobian(fit.matrix, a.mean(axis=0)), np.zeros(2)])
    hull = cv2.convexHull(first.astype(np.float32))
    return Registration(
        kind=fit.kind,
        matrix=np.linalg.inv(to_second) @ fit.matrix @ from_first,
        inliers=len(first),
        pairs=len(fit.inliers),
        transform=transform_of(in_pixels),
        spread=float(cv2.contourArea(hull)),
        residual=float(np.median(np.linalg.norm(moved(fit.matrix, a) - b, axis=1)) / LONG_SIDE),
        log_false_alarms=fit.log_false_alarms,
        inlier_pairs=np.column_stack([first, second]),
    )
