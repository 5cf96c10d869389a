"""The larger regions of works in a whitened space, and how alike two works are by them.

Works are compared region by region: each of the query's regions with the nearest of the other work's, so that a part
may lie elsewhere, be larger or be cut off (cross-matching: Razavian, Sullivan, Carlsson and Maki, "Visual instance
retrieval with deep convolutional networks", ITE Transactions on Media Technology and Applications 4(3), 2016). Regions
are those that are stored, in the joint space, with PCA whitening fitted on the collection's own (Jégou and Chum,
"Negative evidences and co-occurences in image retrieval", ECCV 2012). What other ways of comparing whole works give
stands in ``benchmarks/README.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.collection.pictures import picture_size
from explorer.features.grid import FeatureMap
from explorer.features.pca import Reduction, fit_reduction
from explorer.features.regions import pool, region_boxes
from explorer.workspace import Workspace

DIMS = 128
"""Dimensions after whitening."""
LEAST_AREA = 0.06
"""Share of the picture that a region covers at least: of four scales the three larger ones, a third of all regions."""
_SAMPLE = 50_000  # regions, at most, that the whitening is fitted on
_ROWS_PER_DIMENSION = 8  # regions for every dimension that is kept: fewer would not tell its variance
_WORKS_AT_ONCE = 500
_WHITENING, _REGIONS = "whole_whitening_1", "whole_regions_1"


@dataclass(frozen=True)
class WholeRegions:
    """The larger regions of all works, whitened: ``vectors (R, d) float16``, unit rows in the order of the works, and
    ``first (N + 1,)``, where those of each work begin."""

    vectors: np.ndarray
    first: np.ndarray

    def of(self, row: int) -> np.ndarray:
        """The regions of one work, ``(r, d) float32``."""
        return self.vectors[self.first[row] : self.first[row + 1]].astype(np.float32)

    def similarities(self, query: np.ndarray) -> np.ndarray:
        """How alike the works are to one with the regions ``query (Q, d) float32``: for each work the mean over those
        regions of the cosine with its nearest, ``(N,) float32``, 1 for the work itself."""
        found = [np.zeros(0, np.float32)]
        for start in range(0, len(self.first) - 1, _WORKS_AT_ONCE):
            first = self.first[start : start + _WORKS_AT_ONCE + 1]
            cosines = query @ self.vectors[first[0] : first[-1]].astype(np.float32).T
            found.append(np.maximum.reduceat(cosines, first[:-1] - first[0], axis=1).mean(axis=0))
        return np.concatenate(found)


def whole_regions(workspace: Workspace) -> WholeRegions:
    """The works' regions, made once for a collection's tables."""
    kept = _large(workspace.tables.region_boxes)
    vectors = workspace.cached(_REGIONS, lambda: _whitened(workspace, kept))
    first = np.searchsorted(workspace.tables.region_work[kept], np.arange(len(workspace.tables.works) + 1))
    return WholeRegions(vectors, first)


def regions_of_file(workspace: Workspace, path: Path) -> np.ndarray:
    """The same of a picture file that need not be in the collection, ``(r, d) float32``."""
    boxes = region_boxes(*picture_size(path), workspace.config.scales, workspace.config.overlap)
    kept = _large(boxes)
    vectors = pool(workspace.joint(path), boxes[kept])
    vectors[0] = workspace.whole(path)
    return _apply(_whitening(workspace, kept=None), vectors)


def _large(boxes: np.ndarray) -> np.ndarray:
    """Numbers of the regions that are large enough; the first of a work is all of it."""
    x0, y0, x1, y1 = np.asarray(boxes, np.float32).T
    return np.flatnonzero((x1 - x0) * (y1 - y0) >= LEAST_AREA)


def _whitened(workspace: Workspace, kept: np.ndarray) -> np.ndarray:
    """The regions numbered ``kept`` of the tables, whitened, ``(R, d) float16``."""
    reduction, joint = _whitening(workspace, kept), workspace.tables.region_joint
    parts = [_apply(reduction, joint[rows]) for rows in np.array_split(kept, max(1, len(kept) // _SAMPLE))]
    return np.concatenate(parts).astype(np.float16)


def _whitening(workspace: Workspace, kept: np.ndarray | None) -> Reduction:
    """The collection's whitening: kept as ``(d + 1, P)``, the mean and the directions."""

    def fitted() -> np.ndarray:
        rows = _large(workspace.tables.region_boxes) if kept is None else kept
        sample = rows[np.linspace(0, len(rows) - 1, min(len(rows), _SAMPLE)).astype(np.int64)]
        dims = max(2, min(DIMS, len(sample) // _ROWS_PER_DIMENSION))
        made = fit_reduction(workspace.tables.region_joint[sample].astype(np.float32), dims, whitening=1.0)
        return np.concatenate([made.mean[None], made.matrix.T])

    stored = workspace.cached(_WHITENING, fitted)
    return Reduction(stored[0], stored[1:].T)


def _apply(reduction: Reduction, vectors: np.ndarray) -> np.ndarray:
    return np.asarray(reduction.apply(FeatureMap(vectors.astype(np.float32)[None])).vectors[0])
