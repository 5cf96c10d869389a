"""Coarse matching: a few cells of the query matched with coarse copies of the candidates' grids.

The index compares the mean vectors of regions; that is quick, and ignores the layout inside a region. Coarse matching
sees the layout: the query's grid of at most four cells is matched with grids halved once, twice and so on, always cell
for cell, so that a larger placement costs less. It decides which works are matched densely
(:mod:`explorer.matching.dense`), and where on them. For coarse-to-fine matching over a pyramid see Felzenszwalb,
Girshick and McAllester, "Cascade object detection with deformable part models", CVPR 2010.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.features.grid import FeatureMap
from explorer.matching.dense import MatchOptions, Peaks, peaks
from explorer.matching.score_maps import IMPOSSIBLE

QUERY_CELLS = 4
"""Cells on the long side of a query's grid for coarse matching."""
_FINEST_SIDES = (2, 2.5, 3.2, 4, 5)  # long sides of placements, in cells of a grid halved once
_SIDES = (3.2, 4, 5)  # and of coarser grids, whose smaller placements are found better on the grid before


def coarse_peaks(query: FeatureMap, works: Sequence[Sequence[np.ndarray]], options: MatchOptions) -> Peaks:
    """The highest scores of a query on each of one or more works, over all levels of their pyramids.

    ``query`` is a map of :data:`QUERY_CELLS`, at most, on the long side; every work is given by the grids
    ``(rows, columns, d)`` of its pyramid, as :func:`explorer.features.pyramid.coarser` makes it. Of the options,
    ``per_work`` and ``mirror`` count.
    """
    scores, boxes, mirrored = [], [], []
    for level in range(max(map(len, works))):
        rows = [row for row, grids in enumerate(works) if level < len(grids)]
        sides = _SIDES if level else _FINEST_SIDES
        level_options = MatchOptions(options.per_work, options.mirror, sides, squeeze=level == 0)
        found = peaks(query, [works[row][level] for row in rows], level_options)
        level_scores = np.full((len(works), found.scores.shape[1]), IMPOSSIBLE, dtype=np.float32)
        level_boxes = np.zeros((*level_scores.shape, 4))
        level_scores[rows], level_boxes[rows] = found.scores, found.boxes
        scores.append(level_scores)
        boxes.append(level_boxes)
        mirrored.append(found.mirrored)
    return Peaks(np.concatenate(scores, 1), np.concatenate(boxes, 1), np.concatenate(mirrored))
