"""Verification of a hypothesis: both spatial cues together, and the box and transform that they support.

Cells and key points each fit a transform (:mod:`explorer.verification.cues`). Key points are the more exact: where
enough of them agree, box and transform are theirs, otherwise the cells'. Key points alone can also suggest another
hypothesis on the same work.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from explorer.features.grid import resample
from explorer.geometry import Box
from explorer.verification.cues import (
    MIN_KEY_POINTS,
    POINT_TOLERANCE,
    SCALES,
    CellCue,
    KeyPointCue,
    cell_cue,
    compare_around,
    fit_pairs,
    key_point_cue,
    placed_pairs,
)
from explorer.verification.hypothesis import Detail, Hypothesis, transformed_box
from explorer.verification.keypoints import KeyPointMatches
from explorer.verification.match_model import agreement
from explorer.verification.transforms import Fit, Transform

_MANY_CELLS = 0.25  # share of the query's cells from which their transform may correct the box
_AT_HYPOTHESIS = 0.1  # IoU of the key points' box with the hypothesis from which they support it
_SAME_PLACE = 0.3  # IoU from which two boxes are the same place


@dataclass(frozen=True)
class VerificationResult:
    """The cues found for one hypothesis.

    ``box`` is where they locate the copy, ``transform`` how the detail became it (None where nothing agrees);
    ``pairs (M, 4)`` are the inliers, key points first: x, y on the query's picture and x, y on the work's, fractions.
    ``cells`` of the query's cells agree, with a weight ``cell_agreement`` (:func:`match_model.agreement`), and
    ``points`` key points, with a ``significance`` (:func:`match_model.significance`).
    """

    box: Box
    transform: Transform | None
    mirrored: bool
    cell_agreement: float
    cells: int
    points: int
    significance: float
    pairs: np.ndarray


def score_match(detail: Detail, hypothesis: Hypothesis, matches: KeyPointMatches | None = None) -> VerificationResult:
    """Verify a hypothesis by both cues; ``matches`` are those of :func:`compare_around`, if they are known already."""
    cells = cell_cue(detail, hypothesis)
    points = key_point_cue(detail, hypothesis, matches or compare_around(detail, hypothesis))
    box, fit, points = _supported(detail, hypothesis, cells, points)
    transform = fit.transform if fit else None
    return VerificationResult(
        box=box,
        transform=transform,
        mirrored=transform.mirror if transform else hypothesis.mirrored,
        cell_agreement=agreement(detail.distinctive, cells.cells),
        cells=cells.count,
        points=points.count,
        significance=points.significance,
        pairs=np.concatenate([points.pairs, cells.pairs]),
    )


def _supported(
    detail: Detail, hypothesis: Hypothesis, cells: CellCue, points: KeyPointCue
) -> tuple[Box, Fit | None, KeyPointCue]:
    """The box and the fit that the cues support, and the key points, without those that agree on another place."""
    if points.fit and points.count >= MIN_KEY_POINTS:
        box = transformed_box(detail, hypothesis.size, points.fit.matrix)
        if box and box.iou(hypothesis.box) > _AT_HYPOTHESIS:
            return box, points.fit, points
        return hypothesis.box, cells.fit, KeyPointCue.none()
    if cells.fit and cells.count / max(1, len(detail.distinctive)) >= _MANY_CELLS:
        corrected = _mean_box(transformed_box(detail, hypothesis.size, cells.fit.matrix), hypothesis.box)
        return corrected, cells.fit, points
    return hypothesis.box, cells.fit, points


def _mean_box(found: Box | None, hypothesis: Box) -> Box:
    """The mean of the cells' box and the hypothesis', where both are of the same place; else the hypothesis'."""
    if found is None or found.iou(hypothesis) < _SAME_PLACE:
        return hypothesis
    return Box(*((a + b) / 2 for a, b in zip(found.as_tuple(), hypothesis.as_tuple(), strict=True)))


def key_point_hypothesis(
    detail: Detail, hypothesis: Hypothesis, matches: KeyPointMatches | None = None
) -> Hypothesis | None:
    """Another hypothesis on the same work, by the key points of the whole work alone.

    None where they agree on the hypothesis that is given, or on nothing. ``matches`` as for :func:`score_match`.
    """
    best: Fit | None = None
    found: tuple[Box, bool] | None = None
    tolerance = POINT_TOLERANCE * detail.side
    matches = matches or compare_around(detail, hypothesis)
    for mirrored, pairs in placed_pairs(detail, hypothesis, matches.everywhere):
        fit = fit_pairs(detail, hypothesis, pairs, tolerance, mirrored)
        if fit is None or fit.count < MIN_KEY_POINTS or not SCALES[0] < fit.transform.scale < SCALES[1]:
            continue
        box = transformed_box(detail, hypothesis.size, fit.matrix)
        if box and (best is None or fit.count > best.count):
            best, found = fit, (box, mirrored)
    if found is None or found[0].iou(hypothesis.box) > _SAME_PLACE:
        return None
    return replace(hypothesis, box=found[0], mirrored=found[1])


def mean_cosine(detail: Detail, hypothesis: Hypothesis) -> float:
    """Mean cosine of the detail's cells with the cells of the work that they cover under the hypothesis, -1 to 1."""
    on_work = resample(hypothesis.grid, hypothesis.box, *detail.cells.shape).vectors
    query = detail.cells.mirrored() if hypothesis.mirrored else detail.cells
    return float((on_work * query.vectors).sum(axis=2).mean())
