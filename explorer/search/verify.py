"""Verification of candidates: cells and key points are compared, and give every place its match probability.

The cues are computed by :mod:`explorer.verification`; the collection's calibration makes a probability of them, by
which places are ranked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.features.grid import FeatureMap
from explorer.geometry import Box
from explorer.matching.dense import SAME_PLACE, MatchOptions
from explorer.parallel import map_in_threads
from explorer.progress import stage
from explorer.search.candidates import Candidate, EncodedPictures, best_per_work, match_coarsely
from explorer.search.query import Evidence
from explorer.search.rerank import match_densely
from explorer.search.visual_query import VisualQuery
from explorer.verification import (
    Hypothesis,
    VerificationResult,
    compare_around,
    cue_vector,
    key_point_hypothesis,
    mean_cosine,
    score_match,
)
from explorer.verification.calibration_result import Calibration
from explorer.workspace import Workspace

PAIRS_KEPT = 24
"""Inlier pairs that a match carries, key points first."""
_FURTHER = 5  # places of one work that are matched where more than one is wanted


@dataclass(frozen=True)
class VerifiedPlace:
    """A place after verification: ``row`` is the work's row in the tables; ``box`` and ``mirrored`` are corrected by
    the transform that was found."""

    row: int
    box: Box
    mirrored: bool
    evidence: Evidence

    @property
    def probability(self) -> float:
        """The match probability, 0 to 1."""
        return self.evidence.probability


def verify(
    pictures: EncodedPictures, query: VisualQuery, candidates: Sequence[Candidate], most: int | None = None
) -> list[VerifiedPlace]:
    """Candidates with their evidence, by descending match probability.

    ``candidates`` come best first; with ``most``, only so many are verified and the others left out. A work may have
    one place more than it had: where key points match the detail and the network's cells did not.
    """
    sizes, works = pictures.picture_sizes(), pictures.tables.works
    present = [candidate for candidate in candidates if works[candidate.row] in sizes]
    if not present:
        return []
    stage(f"verifying {len(present[:most])} places")
    scored = [pair for pairs in map_in_threads(_Scorer(pictures, query, sizes), present[:most]) for pair in pairs]
    cues = np.array(
        [cue_vector(candidate.cosine, result.cell_agreement, result.significance) for candidate, result in scored]
    )
    calibration = pictures.calibration
    verified = [
        VerifiedPlace(
            candidate.row, result.box, result.mirrored, _evidence(candidate, result, float(probability), calibration)
        )
        for (candidate, result), probability in zip(scored, calibration.model.probability(cues), strict=True)
    ]
    return sorted(verified, key=lambda place: -place.probability)


def best_places(
    workspace: Workspace, query: VisualQuery, candidates: Sequence[Candidate], most: int | None = None
) -> list[VerifiedPlace]:
    """Dense matching and verification: one verified place of every candidate work, by descending probability."""
    verified = verify(workspace, query, match_densely(workspace, query, candidates), most)
    return best_per_work(verified, 1, probability_of)


def further_places(
    workspace: Workspace, query: VisualQuery, taken: Mapping[int, Box], per_work: int = _FURTHER
) -> list[VerifiedPlace]:
    """More verified places of the works whose rows are ``taken``, none on the place that is taken, best first.

    They are added to the places that were found before and never change those.
    """
    rows = list(taken)
    if not rows:
        return []
    most = max(per_work, _FURTHER)  # so that asking for fewer gives the first of the same places
    coarse = match_coarsely(workspace, query, rows, MatchOptions(most))
    dense = match_densely(workspace, query, coarse, most + 1)
    apart = [candidate for candidate in dense if not _same_place(candidate.box, taken[candidate.row])]
    verified = verify(workspace, query, apart)
    still_apart = [place for place in verified if not _same_place(place.box, taken[place.row])]
    return best_per_work(still_apart, most, probability_of)


def probability_of(place: VerifiedPlace) -> float:
    """What verified places are ranked by."""
    return place.probability


@dataclass(frozen=True)
class _Scorer:
    """Compares the query with one candidate after another; called from several threads."""

    pictures: EncodedPictures
    query: VisualQuery
    sizes: Mapping[str, tuple[int, int]]

    def __call__(self, candidate: Candidate) -> list[tuple[Candidate, VerificationResult]]:
        """The result for the candidate, and for the place that its work's key points suggest, if that is elsewhere."""
        tables, detail = self.pictures.tables, self.query.detail
        size = self.sizes[tables.works[candidate.row]]
        grid = FeatureMap(tables.cells(candidate.row), detail.cells.antisymmetric)
        hypothesis = Hypothesis(grid, size, tables.points(candidate.row), candidate.box, candidate.mirrored)
        matches = compare_around(detail, hypothesis)
        results = [(candidate, score_match(detail, hypothesis, matches))]
        if elsewhere := key_point_hypothesis(detail, hypothesis, matches):
            added = Candidate(candidate.row, elsewhere.box, mean_cosine(detail, elsewhere), elsewhere.mirrored)
            results.append((added, score_match(detail, elsewhere)))
        return results


def _evidence(
    candidate: Candidate, result: VerificationResult, probability: float, calibration: Calibration
) -> Evidence:
    return Evidence(
        probability=probability,
        percentile=calibration.percentile(probability),
        similarity=candidate.cosine,
        agreement=result.cell_agreement,
        significance=result.significance,
        inliers=result.cells + result.points,
        key_points=result.points,
        transform=result.transform,
        pairs=_kept(result.pairs[:PAIRS_KEPT]),
        further_cells=_kept(result.pairs[max(result.points, PAIRS_KEPT) : result.points + PAIRS_KEPT]),
    )


def _kept(pairs: np.ndarray) -> tuple[tuple[float, float, float, float], ...]:
    return tuple((x, y, to_x, to_y) for x, y, to_x, to_y in pairs.round(5).tolist())


def _same_place(box: Box, taken: Box) -> bool:
    """Whether a box covers another, lies inside it, or overlaps it by much."""
    across = min(box.x1, taken.x1) - max(box.x0, taken.x0)
    down = min(box.y1, taken.y1) - max(box.y0, taken.y0)
    return across > 0 and down > 0 and across * down > SAME_PLACE * min(box.area, taken.area)
