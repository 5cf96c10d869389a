"""Witnesses for one match: what speaks for its being a copy.

Two witnesses that owe each other nothing are heard: cells of the network that find one another, and classic key
points. Each proposes a transform; the one with more support says where the copy lies and how it was changed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from explorer.features.grid import FeatureMap, resample
from explorer.geometry import Box
from explorer.verification.cells import mutual_cells
from explorer.verification.keypoints import Compared, KeyPoints, compare_key_points
from explorer.verification.match_model import agreement, significance
from explorer.verification.pairs import one_per_place
from explorer.verification.transforms import Fit, Transform, fit_similarity, moved_box

CELL_TOLERANCE = 1.0
"""How far from where the transform says a cell may lie, in cells of the query as large as they are on the match."""
POINT_TOLERANCE = 0.06
"""The same for key points, as a fraction of the side of a square as large as the match."""
SCALES = (0.2, 5.0)
"""Transforms that shrink or enlarge by more than this, cell for cell, are chance."""
Pairs = tuple[np.ndarray, np.ndarray]
"""Places ``(M, 2)`` on the query's picture and on the work's, fractions."""
_NEAR = 1.0  # how far round a place key points are compared, as a fraction of its sides
_TOGETHER = 0.1  # key points closer than this, as a fraction of the side of a square as large as the match, are one
_FEWEST_POINTS = 5  # agreeing key points from which they may say on their own where the copy lies
_MANY_CELLS = 0.25  # share of the query's cells from which they may correct the box


@dataclass(frozen=True)
class Detail:
    """A query made ready for witnesses: its own ``cells (h, w, d)``, its ``box`` on a picture of ``size`` (width,
    height in pixels), the key ``points`` in the box (places on the whole picture), and how ``distinctive (h * w,)``
    each cell is, 0 to 1."""

    cells: FeatureMap
    box: Box
    size: tuple[int, int]
    points: KeyPoints
    distinctive: np.ndarray


@dataclass(frozen=True)
class Hypothesis:
    """A place to be verified: the work's whole ``grid``, ``size`` and key ``points``, and where the query lies."""

    grid: FeatureMap
    size: tuple[int, int]
    points: KeyPoints
    box: Box
    mirrored: bool


@dataclass(frozen=True)
class VerificationResult:
    """What the witnesses say of one place. ``box`` is where they put the copy; ``pairs (M, 4)`` are agreeing places,
    x, y on the query's picture and x, y on the work's, fractions; ``cells`` how many of the query's cells agree, and
    ``cell_agreement`` what they weigh (:func:`agreement`); ``points`` how many key points
    do, and ``significance`` how unlikely that is by chance (:func:`significance`)."""

    box: Box
    transform: Transform | None
    mirrored: bool
    cell_agreement: float
    cells: int
    points: int
    significance: float
    pairs: np.ndarray


def score_match(detail: Detail, place: Hypothesis, compared: Compared | None = None) -> VerificationResult:
    """Hear both witnesses about one place; ``compared`` where key points have been compared for another already."""
    by_cells, cell_pairs, agreeing = _cell_cue(detail, place)
    compared = compared or compare_key_points(detail.points, place.points)
    by_points, point_pairs, significant = _key_point_cue(detail, place, compared)
    cells, points = (fit.count if fit else 0 for fit in (by_cells, by_points))
    share = cells / max(1, len(detail.distinctive))
    box, fit = place.box, by_cells
    if by_points and points >= _FEWEST_POINTS:
        found = _box_after(detail, place, by_points)
        if found and found.iou(place.box) > 0.1:
            box, fit = found, by_points
        else:
            points, significant, point_pairs = 0, 0.0, point_pairs[:0]
    elif by_cells and share >= _MANY_CELLS:
        box = _between(_box_after(detail, place, by_cells), place.box)
    pairs = np.concatenate([point_pairs, cell_pairs]) if points or cells else np.zeros((0, 4))
    transform = fit.transform if fit else None
    weight = agreement(detail.distinctive, agreeing)
    return VerificationResult(
        box, transform, transform.mirror if transform else place.mirrored, weight, cells, points, significant, pairs
    )


def robust_z_scores(scores: np.ndarray, among: np.ndarray) -> np.ndarray:
    """How far each score stands above those ``among`` which nearly all are there by chance, ``(N,)``, in standard
    deviations; median and median absolute deviation are those of chance as long as few others are among them.

    >>> robust_z_scores(np.array([0.5, 0.9]), among=np.array([0.5, 0.5, 0.52, 0.48, 0.9])).round(1).tolist()
    [0.0, 13.5]
    """
    middle = np.median(among)
    spread = 1.4826 * np.median(np.abs(among - middle))
    return (np.asarray(scores, dtype=np.float64) - middle) / max(spread, 0.01)


def key_point_hypothesis(detail: Detail, place: Hypothesis, compared: Compared | None = None) -> Hypothesis | None:
    """Another place of the same work where key points alone see the detail; None where they see it here, or nowhere."""
    best: tuple[int, Box, bool] | None = None
    tolerance = POINT_TOLERANCE * _side(detail.box, detail.size)
    for mirrored, pairs in _ways_round(compared or compare_key_points(detail.points, place.points)):
        fit = _fit(detail, place, pairs, tolerance, mirrored)
        if fit and fit.count >= _FEWEST_POINTS and SCALES[0] < fit.transform.scale < SCALES[1]:
            box = _box_after(detail, place, fit)
            if box and (best is None or fit.count > best[0]):
                best = fit.count, box, mirrored
    if best is None or best[1].iou(place.box) > 0.3:
        return None
    return replace(place, box=best[1], mirrored=best[2])


def mean_cosine(detail: Detail, place: Hypothesis) -> float:
    """Mean cosine of the detail's cells with those that they lie on."""
    there = resample(place.grid, place.box, *detail.cells.shape).vectors
    asked = detail.cells.mirrored() if place.mirrored else detail.cells
    return float((there * asked.vectors).sum(axis=2).mean())


def _cell_cue(detail: Detail, place: Hypothesis) -> tuple[Fit | None, np.ndarray, np.ndarray]:
    """The transform on which cells agree, the agreeing pairs, and the numbers of the query's cells in them."""
    inside, on_work, numbers = mutual_cells(detail.cells, place.grid, place.box, place.mirrored)
    on_query = inside * (detail.box.width, detail.box.height) + (detail.box.x0, detail.box.y0)
    width, height = place.box.width * place.size[0], place.box.height * place.size[1]
    tolerance = CELL_TOLERANCE * max(width / detail.cells.shape[1], height / detail.cells.shape[0])
    fit, pairs = _agreeing(detail, place, (on_query, on_work), tolerance, place.mirrored)
    return fit, pairs, numbers[fit.inliers] if fit else numbers[:0]


def _key_point_cue(detail: Detail, place: Hypothesis, compared: Compared) -> tuple[Fit | None, np.ndarray, float]:
    """Key points of the detail among those round the place, both ways round; the way with more support is taken. Last,
    how significant their agreement is: points that lie together, as in one face, count as one."""
    tolerance = POINT_TOLERANCE * _side(place.box, place.size)
    near = place.points.are_inside(place.box.widened(_NEAR))
    asked = list(_ways_round(compared, near))
    heard = [_agreeing(detail, place, pairs, tolerance, mirrored) for mirrored, pairs in asked]
    fit, agreeing = max(heard, key=lambda one: one[0].count if one[0] else 0)
    if fit is None or fit.count < _FEWEST_POINTS:  # four agree in any two faces, and prove nothing
        return fit, agreeing, 0.0
    tentative = sum(_apart(detail, place, np.concatenate(pairs, axis=1)) for _, pairs in asked)
    return fit, agreeing, significance(_apart(detail, place, agreeing), tentative, _random_share(place))


def _apart(detail: Detail, place: Hypothesis, pairs: np.ndarray) -> int:
    """How many pairs of places ``(M, 4)`` lie apart from one another, on both pictures."""
    if not len(pairs):
        return 0
    here = pairs[:, :2] * detail.size / _side(detail.box, detail.size)
    there = pairs[:, 2:] * place.size / _side(place.box, place.size)
    return len(one_per_place(here, there, _TOGETHER))


def _random_share(place: Hypothesis) -> float:
    """The probability that a point anywhere round a place lies within the tolerance of where it is expected."""
    area = place.box.widened(_NEAR).clipped().area
    return math.pi * POINT_TOLERANCE**2 * place.box.area / max(area, 1e-9)


def _ways_round(compared: Compared, among: np.ndarray | None = None) -> Iterator[tuple[bool, Pairs]]:
    """Whether mirrored, and the pairs of places of the detail's key points with those of a work; straight first."""
    for mirrored in (False, True):
        rows = compared.pairs(mirrored, among)
        yield mirrored, (compared.query.places[rows[:, 0]], compared.work.places[rows[:, 1]])


def _fit(detail: Detail, place: Hypothesis, pairs: Pairs, tolerance: float, mirrored: bool) -> Fit | None:
    return fit_similarity(pairs[0] * detail.size, pairs[1] * place.size, tolerance, mirrored)


def _agreeing(
    detail: Detail, place: Hypothesis, pairs: Pairs, tolerance: float, mirrored: bool
) -> tuple[Fit | None, np.ndarray]:
    """The transform on which pairs of places agree, and the pairs that do ``(M, 4)``."""
    fit = _fit(detail, place, pairs, tolerance, mirrored)
    expected = _side(place.box, place.size) / _side(detail.box, detail.size)
    if fit is None or not SCALES[0] < fit.transform.scale / expected < SCALES[1]:
        return None, np.zeros((0, 4))
    return fit, np.concatenate(pairs, axis=1)[fit.inliers]


def _side(box: Box, size: tuple[int, int]) -> float:
    """Of a square as large as a box, in pixels."""
    return math.sqrt(box.area * size[0] * size[1])


def _box_after(detail: Detail, place: Hypothesis, fit: Fit) -> Box | None:
    """Where the detail's box lies after a transform, or None when that is not on the picture or hardly anything."""
    width, height = detail.size
    box = detail.box
    x0, y0, x1, y1 = moved_box(fit.matrix, (box.x0 * width, box.y0 * height, box.x1 * width, box.y1 * height))
    sides = x0 / place.size[0], y0 / place.size[1], x1 / place.size[0], y1 / place.size[1]
    visible = [min(max(side, 0.0), 1.0) for side in sides]
    if visible[2] - visible[0] < 0.005 or visible[3] - visible[1] < 0.005:
        return None
    return Box(*visible)



def _between(found: Box | None, placed: Box) -> Box:
    """Half way between two opinions of one place, where they are of the same place at all."""
    if found is None or found.iou(placed) < 0.3:
        return placed
    return Box(*((a + b) / 2 for a, b in zip(found.as_tuple(), placed.as_tuple(), strict=True)))
