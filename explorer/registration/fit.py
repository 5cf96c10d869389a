"""How two whole pictures lie over one another: the simplest transform that their pairs of places support.

A similarity first (mirrored or not), then an affine map, then a homography; a richer model is taken only when it is
``RICHER`` powers of ten less likely to agree so well by chance (``a_contrario``), and when it leaves the
picture a picture (``homography``). OpenCV's RANSAC and USAC fit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from explorer.errors import ExplorerError
from explorer.registration.a_contrario import distances, false_alarms
from explorer.registration.homography import apart, convex, jacobian, moved, plausible
from explorer.verification.pairs import distinct_pairs
from explorer.verification.transforms import Transform, transform_of

Kind = Literal["similarity", "affine", "homography"]
KINDS: tuple[Kind, ...] = ("similarity", "affine", "homography")
NEEDED = {"similarity": 2, "affine": 3, "homography": 4}
"""Pairs that determine each kind."""
LONG_SIDE = 1000.0
"""Places are fitted at this long side: a unit is a thousandth of a picture's long side."""
ONE_PLACE = 6.0
"""Units within which key points are one place."""
FEWEST = 6
"""Agreeing pairs below which nothing is registered."""
RICHER = 3.0
"""Powers of ten by which a richer model must be less likely to come about by chance."""
NOTHING_AGREES = "No place of these two pictures agrees well enough; set points by hand."
_TRIES = 5000

Size = tuple[float, float]


@dataclass(frozen=True)
class Registration:
    """How the first picture becomes the second, and what speaks for it."""

    kind: Kind
    matrix: np.ndarray
    """``(3, 3) float64``: from fractions of the first picture to fractions of the second, homogeneous."""
    inliers: int
    """Pairs that agree."""
    pairs: int
    """Pairs there were to agree."""
    transform: Transform
    """The nearest similarity where the agreeing places lie, in pixels of the originals."""
    spread: float
    """Share of the first picture's area that the agreeing places enclose, 0 to 1."""
    residual: float
    """Median distance of an agreeing place from where it is expected, as a share of the second picture's long side."""
    chance: float
    """Base-10 logarithm of the number of such agreements expected by chance; the lower, the surer. 0 by hand."""
    places: np.ndarray
    """``(inliers, 4) float64``: the agreeing pairs, x, y on the first, x, y on the second, fractions."""

    @property
    def mirror(self) -> bool:
        return self.transform.mirror


def register_places(
    places: tuple[np.ndarray, np.ndarray], sizes: tuple[Size, Size], tolerance: float, mirror: bool,
    kinds: tuple[Kind, ...] = KINDS, one_place: float = ONE_PLACE,
) -> Registration | None:  # fmt: skip
    """The registration that pairs of ``places``, ``(M, 2)`` on either picture in fractions of it, support best.

    ``sizes`` are width and height of both pictures in pixels; ``tolerance`` is how far a pair may lie apart, in
    thousandths of the long side, on either picture; pairs within ``one_place`` of one another count as one. None when
    fewer than :data:`FEWEST` agree on anything.
    """
    frames = [_to_units(size) for size in sizes]
    a, b = (np.asarray(one, np.float64) * frame for one, frame in zip(places, frames, strict=True))
    if mirror:
        a = a * (-1, 1)
    kept = distinct_pairs(a, b, one_place)
    first, second, a, b = (np.asarray(one)[kept] for one in (*places, a, b))
    areas = tuple(float(frame.prod()) for frame in frames)
    best: tuple[float, Kind, np.ndarray, np.ndarray] | None = None
    for kind in kinds:
        matrix = _fit(kind, a, b, tolerance) if len(a) >= max(FEWEST, NEEDED[kind] + 1) else None
        if matrix is None or not plausible(matrix, frames[0] * (-1 if mirror else 1, 1)):
            continue
        chance, agreeing = false_alarms(distances(matrix, a, b, areas), NEEDED[kind], tolerance, min(areas))
        if agreeing.sum() >= FEWEST and (best is None or chance < best[0] - RICHER):
            best = (chance, kind, matrix, agreeing)
    if best is None:
        return None
    chance, kind, matrix, agreeing = best
    if mirror:
        matrix = matrix @ np.diag([-1.0, 1.0, 1.0])
    return _described(kind, matrix, (first, second), agreeing, sizes, chance)


def register_points(first: np.ndarray, second: np.ndarray, sizes: tuple[Size, Size], mirror: bool) -> Registration:
    """The registration by points that a person set, ``(M, 2)``, ``(M, 2)`` fractions: two give a similarity (whether
    it is ``mirror``-reversed two points cannot tell), three an affine map, four or more a homography.

    Raises :class:`ExplorerError` when they are too few, or lie so that they do not determine a transform.
    """
    frames = [_to_units(size) for size in sizes]
    a, b = (np.asarray(places, np.float64) * frame for places, frame in zip((first, second), frames, strict=True))
    if len(a) < 2:
        raise ExplorerError("Set at least two pairs of corresponding points.")
    kind: Kind = KINDS[min(len(a), 4) - 2]
    matrix = None
    if apart(a, len(a)) and apart(b, len(b)):
        flip = np.diag([-1.0, 1.0, 1.0]) if mirror and kind == "similarity" else np.eye(3)
        matrix = _LEAST_SQUARES[kind](a * flip.diagonal()[:2], b)
        matrix = None if matrix is None else matrix @ flip
    if matrix is None or not convex(matrix, frames[0]):
        raise ExplorerError("These points lie too close together, in one line, or crosswise; set them further apart.")
    return _described(kind, matrix, (first, second), np.ones(len(a), bool), sizes, 0.0)


def inverted(found: Registration, first: Size, second: Size) -> Registration:
    """How the second picture becomes the first; ``first`` and ``second`` are the sizes as ``found`` has them."""
    here, there = (np.diag([*_to_units(size), 1.0]) for size in (first, second))
    matrix = here @ np.linalg.inv(found.matrix) @ np.linalg.inv(there)
    places = found.places[:, 2:], found.places[:, :2]
    agreeing = np.ones(len(found.places), bool)
    turned = _described(found.kind, matrix / matrix[2, 2], places, agreeing, (second, first), found.chance)
    return replace(turned, pairs=found.pairs)


# -- fitting -----------------------------------------------------------------------------------------------------------


def _fit(kind: Kind, a: np.ndarray, b: np.ndarray, tolerance: float) -> np.ndarray | None:
    """A robust fit as OpenCV has it (USAC where it offers it; its random numbers start from the same seed)."""
    settings = {"ransacReprojThreshold": float(tolerance), "maxIters": _TRIES, "confidence": 0.999}
    a, b = np.ascontiguousarray(a, np.float32), np.ascontiguousarray(b, np.float32)
    cv2.setRNGSeed(7)
    try:
        if kind == "similarity":
            linear, _ = cv2.estimateAffinePartial2D(a, b, method=cv2.RANSAC, refineIters=10, **settings)
        elif kind == "affine":
            linear, _ = cv2.estimateAffine2D(a, b, method=cv2.USAC_MAGSAC, **settings)
        else:
            linear, _ = cv2.findHomography(a, b, method=cv2.USAC_MAGSAC, **settings)
    except cv2.error:  # all samples degenerate: there is no such transform
        return None
    return _lifted(linear)


def _similarity(a: np.ndarray, b: np.ndarray) -> np.ndarray | None:
    """Least squares over all pairs, unmirrored."""
    ones, none = np.ones(len(a)), np.zeros(len(a))
    rows = np.concatenate([np.stack([a[:, 0], -a[:, 1], ones, none], 1), np.stack([a[:, 1], a[:, 0], none, ones], 1)])
    (c, s, x, y), *_ = np.linalg.lstsq(rows, np.concatenate([b[:, 0], b[:, 1]]), rcond=None)
    return _lifted(np.array([[c, -s, x], [s, c, y]]))


def _affine(a: np.ndarray, b: np.ndarray) -> np.ndarray | None:
    solved, *_ = np.linalg.lstsq(np.column_stack([a, np.ones(len(a))]), b, rcond=None)
    return _lifted(solved.T)


def _homography(a: np.ndarray, b: np.ndarray) -> np.ndarray | None:
    return _lifted(cv2.findHomography(a, b, method=0)[0])


_LEAST_SQUARES: dict[Kind, Callable[[np.ndarray, np.ndarray], np.ndarray | None]] = {
    "similarity": _similarity, "affine": _affine, "homography": _homography,
}  # fmt: skip


def _lifted(linear: np.ndarray | None) -> np.ndarray | None:
    if linear is None or not np.isfinite(linear).all():
        return None
    matrix = linear if len(linear) == 3 else np.vstack([linear, [0.0, 0.0, 1.0]])
    return matrix / matrix[2, 2] if abs(matrix[2, 2]) > 1e-9 else None


# -- what it says ------------------------------------------------------------------------------------------------------


def _to_units(size: Size) -> np.ndarray:
    return np.array(size, np.float64) * LONG_SIDE / max(size)


def _described(
    kind: Kind, matrix: np.ndarray, places: tuple[np.ndarray, np.ndarray], agreeing: np.ndarray,
    sizes: tuple[Size, Size], chance: float,
) -> Registration:  # fmt: skip
    """A fit in units as a registration in fractions."""
    first, second = (np.asarray(one, np.float64)[agreeing] for one in places)
    from_a, to_b = np.diag([*_to_units(sizes[0]), 1.0]), np.diag([*_to_units(sizes[1]), 1.0])
    here, there = first * _to_units(sizes[0]), second * _to_units(sizes[1])
    pixels = (max(sizes[1]) / max(sizes[0])) * np.column_stack([jacobian(matrix, here.mean(axis=0)), np.zeros(2)])
    off = np.linalg.norm(moved(matrix, here) - there, axis=1)
    hull = cv2.convexHull(first.astype(np.float32))
    return Registration(
        kind=kind,
        matrix=np.linalg.inv(to_b) @ matrix @ from_a,
        inliers=len(first),
        pairs=len(agreeing),
        transform=transform_of(pixels),
        spread=float(cv2.contourArea(hull)),
        residual=float(np.median(off) / LONG_SIDE),
        chance=chance,
        places=np.column_stack([first, second]),
    )
