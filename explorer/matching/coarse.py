"""A first look at works that the index proposes: a few cells of the query laid over coarse copies of their grids.

The index compares a region's mean with the query's; that is quick and blind to where things lie inside it. A glance
sees layout: the query's grid of at most four cells is slid over grids halved once, twice and so on, always cell for
cell, so that a larger placement costs less. It says which works are worth options finely (``dense``),
and where on them. Coarse to fine over a pyramid is as old as block matching; see Felzenszwalb, Girshick and McAllester,
"Cascade object detection with deformable part models", CVPR 2010, for the same economy in detection.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.features.grid import FeatureMap
from explorer.matching.dense import IMPOSSIBLE, MatchOptions, Peaks, peaks

QUERY_CELLS = 4
"""Cells on the long side of a query's grid for a glance."""
_FINEST_SIDES = (2, 2.5, 3.2, 4, 5)  # long sides of placements on a grid halved once, in its own cells
_SIDES = (3.2, 4, 5)  # and on coarser ones: what is smaller there is seen better on the one before


def coarse_peaks(detail: FeatureMap, works: Sequence[Sequence[np.ndarray]], options: MatchOptions) -> Peaks:
    """Where a detail may lie on each of one or more works, whose grids have been made :func:`coarser`."""
    levels = []
    for level in range(max(map(len, works))):
        here = [row for row, grids in enumerate(works) if level < len(grids)]
        sides = _SIDES if level else _FINEST_SIDES
        so = MatchOptions(options.per_work, options.mirror, sides, squeeze=level == 0)
        seen = peaks(detail, [works[row][level] for row in here], so)
        scores = np.full((len(works), seen.scores.shape[1]), IMPOSSIBLE, dtype=np.float32)
        boxes = np.zeros((*scores.shape, 4))
        scores[here], boxes[here] = seen.scores, seen.boxes
        levels.append((scores, boxes, seen.mirrored))
    scores, boxes, mirrored = zip(*levels, strict=True)
    return Peaks(np.concatenate(scores, 1), np.concatenate(boxes, 1), np.concatenate(mirrored))
