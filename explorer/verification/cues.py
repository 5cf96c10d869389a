"""The two spatial cues for a hypothesis: pairs of cells, and pairs of key points, that agree on one similarity.

They are independent of each other: cells are compared by the network's features, key points by SIFT. Either fits its
own transform to its pairs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from explorer.verification.cells import mutual_cells
from explorer.verification.hypothesis import Detail, Hypothesis
from explorer.verification.keypoints import KeyPointMatches, compare_key_points
from explorer.verification.match_model import significance
from explorer.verification.pairs import distinct_pairs
from explorer.verification.transforms import Fit, fit_similarity

CELL_TOLERANCE = 1.0
"""Greatest residual of an inlier among the cells, in cells of the query at the size they have on the work."""
POINT_TOLERANCE = 0.06
"""Greatest residual of an inlier among the key points, as a fraction of the side of a square of the box's area."""
SCALES = (0.2, 5.0)
"""Scales of a transform, relative to that of the hypothesis, outside which it is taken to be chance."""
MIN_KEY_POINTS = 5
"""Inliers among the key points from which their transform is relied on: four agree in any two faces."""

Pairs = tuple[np.ndarray, np.ndarray]
"""Corresponding points ``(M, 2)`` on the query's picture and on the work, x and y as fractions."""

_AROUND = 1.0  # how far round the hypothesis' box key points are compared, as a fraction of its sides
_DISTINCT = 0.1  # key points closer than this, as a fraction of the side of a square of the box's area, count as one


@dataclass(frozen=True)
class Cue:
    """A transform and its inliers ``pairs (M, 4)``: x, y on the query's picture and x, y on the work, fractions.

    No ``fit``, and no pairs, where no plausible transform has enough inliers.
    """

    fit: Fit | None
    pairs: np.ndarray

    @property
    def count(self) -> int:
        """Number of inliers."""
        return len(self.pairs)


@dataclass(frozen=True)
class CellCue(Cue):
    """``cells (M,)`` are the numbers of the query's cells in the pairs, row by row."""

    cells: np.ndarray


@dataclass(frozen=True)
class KeyPointCue(Cue):
    """``significance`` is how unlikely such an agreement is by chance (:func:`match_model.significance`)."""

    significance: float

    @classmethod
    def none(cls) -> KeyPointCue:
        """No agreement."""
        return cls(None, np.zeros((0, 4)), 0.0)


def cell_cue(detail: Detail, hypothesis: Hypothesis) -> CellCue:
    """The transform on which mutual nearest neighbours among the cells agree, in the orientation of the hypothesis."""
    inside, on_work, numbers = mutual_cells(detail.cells, hypothesis.grid, hypothesis.box, hypothesis.mirrored)
    on_query = inside * (detail.box.width, detail.box.height) + (detail.box.x0, detail.box.y0)
    width, height = hypothesis.box.width * hypothesis.size[0], hypothesis.box.height * hypothesis.size[1]
    tolerance = CELL_TOLERANCE * max(width / detail.cells.shape[1], height / detail.cells.shape[0])
    cue = _agreeing(detail, hypothesis, (on_query, on_work), tolerance, hypothesis.mirrored)
    return CellCue(cue.fit, cue.pairs, numbers[cue.fit.inliers] if cue.fit else numbers[:0])


def compare_around(detail: Detail, hypothesis: Hypothesis) -> KeyPointMatches:
    """The key points of a detail compared with those of the hypothesis' work: near are those in and around its box."""
    near = hypothesis.points.are_inside(hypothesis.box.widened(_AROUND))
    return compare_key_points(detail.points, hypothesis.points, near)


def key_point_cue(detail: Detail, hypothesis: Hypothesis, matches: KeyPointMatches) -> KeyPointCue:
    """The transform on which key points in and around the hypothesis' box agree, as they are or mirrored, whichever
    has more inliers; ``matches`` are those that :func:`compare_around` gives.

    Significant only from :data:`MIN_KEY_POINTS` on; pairs that lie close together, as in one face, count as one.
    """
    tolerance = POINT_TOLERANCE * hypothesis.side
    tentative = list(placed_pairs(detail, hypothesis, matches.near))
    cues = [_agreeing(detail, hypothesis, pairs, tolerance, mirrored) for mirrored, pairs in tentative]
    best = max(cues, key=lambda cue: cue.count)
    if best.count < MIN_KEY_POINTS:
        return KeyPointCue(best.fit, best.pairs, 0.0)
    total = sum(_distinct(detail, hypothesis, np.concatenate(pairs, axis=1)) for _, pairs in tentative)
    agreeing = _distinct(detail, hypothesis, best.pairs)
    return KeyPointCue(best.fit, best.pairs, significance(agreeing, total, _random_share(hypothesis)))


def placed_pairs(
    detail: Detail, hypothesis: Hypothesis, rows: tuple[np.ndarray, np.ndarray]
) -> Iterator[tuple[bool, Pairs]]:
    """The places of corresponding key points, first unmirrored, then mirrored (the flag); ``rows (M, 2)`` of each."""
    for mirrored, of_orientation in zip((False, True), rows, strict=True):
        yield mirrored, (detail.points.places[of_orientation[:, 0]], hypothesis.points.places[of_orientation[:, 1]])


def fit_pairs(detail: Detail, hypothesis: Hypothesis, pairs: Pairs, tolerance: float, mirrored: bool) -> Fit | None:
    """:func:`fit_similarity` of pairs in fractions, from the query's pixels to the work's; ``tolerance`` in pixels of
    the work."""
    return fit_similarity(pairs[0] * detail.size, pairs[1] * hypothesis.size, tolerance, mirrored)


def _agreeing(detail: Detail, hypothesis: Hypothesis, pairs: Pairs, tolerance: float, mirrored: bool) -> Cue:
    """The transform on which pairs agree, if its scale is near that of the hypothesis, and its inliers."""
    fit = fit_pairs(detail, hypothesis, pairs, tolerance, mirrored)
    expected = hypothesis.side / detail.side
    if fit is None or not SCALES[0] < fit.transform.scale / expected < SCALES[1]:
        return Cue(None, np.zeros((0, 4)))
    return Cue(fit, np.concatenate(pairs, axis=1)[fit.inliers])


def _distinct(detail: Detail, hypothesis: Hypothesis, pairs: np.ndarray) -> int:
    """How many of the pairs ``(M, 4)`` lie apart from one another, on both pictures."""
    if not len(pairs):
        return 0
    on_query = pairs[:, :2] * detail.size / detail.side
    on_work = pairs[:, 2:] * hypothesis.size / hypothesis.side
    return len(distinct_pairs(on_query, on_work, _DISTINCT))


def _random_share(hypothesis: Hypothesis) -> float:
    """The probability that a random point around the hypothesis' box lies within the tolerance of where it should."""
    area = hypothesis.box.widened(_AROUND).clipped().area
    return math.pi * POINT_TOLERANCE**2 * hypothesis.box.area / max(area, 1e-9)
