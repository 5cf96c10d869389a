"""Dense matching: a query's grid of cells compared with works' grids at every position, at several sizes, mirrored too.

The index finds works by the mean vector of a region; dense matching finds where on them the query lies, and how large.
The score of a placement is the mean cosine of the query's cells with the cells they cover, as in Shen, Efros and Aubry,
"Discovering visual patterns in art collections with spatially-consistent feature learning" (ArtMiner), CVPR 2019,
section 3.2. The arithmetic is in :mod:`explorer.matching.score_maps`. The mirrored query is a second query.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.features.grid import FeatureMap, resample
from explorer.geometry import Box, non_maximum_suppression
from explorer.matching.score_maps import (
    IMPOSSIBLE,
    Size,
    block_cosines,
    cells_covered,
    forbid_overhang,
    highest,
    placement_boxes,
    score_map,
    stacked,
)
from explorer.parallel import map_in_threads

QUERY_CELLS = 8
"""Cells on the long side of a query's grid; a smaller region keeps the cells it has, but at least three."""
SIZES = (3, 4, 5, 6.5, 8, 10, 13, 16, 20, 24, 28)
"""Long side of a placement, in cells of the work's grid; on larger grids it continues in steps of four."""
SAME_PLACE = 0.3
"""IoU above which two placements on one work count as the same."""
_CACHED_COSINES = 768_000  # cosines computed at a time: these stay in the processor's cache
_FEWEST_CELLS = 3
_NEIGHBOURS = 8  # highest cells of a score map kept per placement wanted: those next to a peak are high too


@dataclass(frozen=True)
class Placement:
    """Where a query lies on a work: ``score`` is the mean cosine, ``mirrored`` whether the query lies mirrored."""

    box: Box
    score: float
    mirrored: bool


def query_grid(features: FeatureMap, box: Box, most: int = QUERY_CELLS) -> FeatureMap:
    """The query's grid: the cells of a map inside ``box``, resampled to at most ``most`` cells on the long side."""
    rows, columns = features.shape
    high, wide = box.height * rows, box.width * columns
    long_side = min(max(round(max(high, wide)), _FEWEST_CELLS), most)
    factor = long_side / max(high, wide)
    return resample(features, box, max(1, round(high * factor)), max(1, round(wide * factor)))


def default_sides(longest: int) -> list[float]:
    """Long sides of placements, in cells, on grids of up to ``longest`` cells.

    Small patches or a high resolution make grids larger than :data:`SIZES`, and a whole picture must still be able to
    cover a whole picture.

    >>> default_sides(34)[-4:]
    [24, 28, 32, 34]
    """
    beyond = [*range(SIZES[-1] + 4, longest, 4), longest] if longest > SIZES[-1] else []
    return [*SIZES, *beyond]


@dataclass(frozen=True)
class MatchOptions:
    """How a query is matched with the grids of works."""

    per_work: int = 1
    """Placements wanted of each work."""
    mirror: bool = True
    """Whether the mirrored query is matched too."""
    sides: Sequence[float] = ()
    """Long sides of placements in cells of the works' grids; left out, :func:`default_sides`."""
    squeeze: bool = True
    """Whether a work that is smaller than the smallest placement is matched with one squeezed to its size."""


@dataclass(frozen=True)
class Peaks:
    """The highest scores of a query on each of ``W`` works, at every size and mirrored or not.

    ``scores (W, K) float32`` are mean cosines, ``boxes (W, K, 4)`` fractions of the work, ``mirrored (K,) bool``. A
    score of :data:`IMPOSSIBLE` stands for no placement.
    """

    scores: np.ndarray
    boxes: np.ndarray
    mirrored: np.ndarray

    def best(self, work: int, count: int) -> list[Placement]:
        """Up to ``count`` placements on the work in this row, best first; no two have an IoU above
        :data:`SAME_PLACE`."""
        scores, boxes = self.scores[work], self.boxes[work]
        if count == 1:
            kept = [int(scores.argmax())]
        else:
            possible = np.flatnonzero(scores > IMPOSSIBLE)
            kept = possible[non_maximum_suppression(boxes[possible], scores[possible], SAME_PLACE, count)].tolist()
        return [
            Placement(Box(*map(float, boxes[k])), float(scores[k]), bool(self.mirrored[k]))
            for k in kept
            if scores[k] > IMPOSSIBLE
        ]


def locate(
    query: FeatureMap, works: Sequence[np.ndarray], options: MatchOptions | None = None
) -> list[list[Placement]]:
    """The best placements of a query on each of several works.

    ``query`` is a map of ``(h, w, d)``; each work is a grid, or an excerpt of one, ``(rows, columns, d)`` of cells of
    unit length, float16 or float32. Returns for each work up to ``options.per_work`` placements, best first, whose
    boxes are fractions of the given grid.
    """
    if not works:
        return []
    options = options or MatchOptions()
    found = peaks(query, works, options)
    return [found.best(work, options.per_work) for work in range(len(works))]


def peaks(query: FeatureMap, works: Sequence[np.ndarray], options: MatchOptions) -> Peaks:
    """The highest scores of a query on each of one or more works, given as for :func:`locate`.

    Per size and orientation the highest score of each work; where several placements are wanted of a work, the highest
    few, some of which are neighbours.
    """
    shapes = np.array([work.shape[:2] for work in works])
    search = _Search.of(query, shapes.max(axis=0), options)
    scores, boxes = search.no_peaks(len(works))
    chunks = _chunks(shapes, _CACHED_COSINES // len(search.cells))
    found = map_in_threads(lambda rows: search.peaks([works[row] for row in rows.tolist()]), chunks)
    for rows, (chunk_scores, chunk_boxes) in zip(chunks, found, strict=True):
        scores[rows], boxes[rows] = chunk_scores, chunk_boxes
    if options.squeeze and len(works) > 1:
        for row in np.flatnonzero((scores == IMPOSSIBLE).all(axis=(1, 2, 3))).tolist():
            # no size that fits the largest work fits this one: it is matched by itself, with one squeezed size
            alone_scores, alone_boxes = _Search.of(query, shapes[row], options).peaks([works[row]])
            scores[row, 0], boxes[row, 0] = alone_scores[0, 0], alone_boxes[0, 0]
    kept = scores.shape[1:]
    mirrored = np.broadcast_to(np.arange(kept[1])[:, None] == 1, kept).ravel()
    return Peaks(scores.reshape(len(works), math.prod(kept)), boxes.reshape(len(works), math.prod(kept), 4), mirrored)


@dataclass(frozen=True)
class _Search:
    """A query made ready for matching: its grid has ``shape`` rows and columns; ``cells (O * rows * columns, d)`` are
    its cells in each of the ``orientations``, as it is and perhaps mirrored; per size of a placement, in ``sizes``, and
    orientation, ``count`` peaks are kept."""

    shape: tuple[int, int]
    cells: np.ndarray
    orientations: int
    sizes: list[Size]
    count: int

    @classmethod
    def of(cls, query: FeatureMap, largest: np.ndarray, options: MatchOptions) -> _Search:
        """``largest (2,)`` are the most rows and the most columns that the works have."""
        queries = [query, query.mirrored()] if options.mirror else [query]
        cells = np.concatenate([turned.vectors.reshape(-1, query.vectors.shape[2]) for turned in queries])
        count = 1 if options.per_work == 1 else _NEIGHBOURS * options.per_work
        return cls(query.shape, cells, len(queries), _placement_sizes(query.shape, largest, options), count)

    def no_peaks(self, works: int) -> tuple[np.ndarray, np.ndarray]:
        """Scores ``(works, sizes, orientations, count)``, all :data:`IMPOSSIBLE`, and boxes ``(…, 4)``, all zero."""
        shape = (works, len(self.sizes), self.orientations, self.count)
        return np.full(shape, IMPOSSIBLE, dtype=np.float32), np.zeros((*shape, 4))

    def peaks(self, works: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Scores and boxes of the peaks on works of similar shapes, as :meth:`no_peaks` lays them out."""
        shapes = np.array([work.shape[:2] for work in works])
        cells = stacked(works, shapes)
        cosines = (self.cells @ cells.reshape(-1, cells.shape[3]).T).reshape(len(self.cells), *cells.shape[:3])
        scores, boxes = self.no_peaks(len(works))
        averages, step = cosines, 1
        for number, size in enumerate(self.sizes):
            if (np.ceil(size) > cells.shape[1:3]).any():
                continue
            if cells_covered(size, self.shape) != step:
                step = cells_covered(size, self.shape)
                averages = block_cosines(cosines, cells, step)
            for orientation, of_orientation in enumerate(np.split(averages, self.orientations)):
                score = score_map(of_orientation, self.shape, size, step)
                forbid_overhang(score, shapes, size)
                best, corners = highest(score, self.count)
                scores[:, number, orientation, : best.shape[1]] = best
                boxes[:, number, orientation, : best.shape[1]] = placement_boxes(corners, size, shapes)
        return scores, boxes


def _chunks(shapes: np.ndarray, most: int) -> list[np.ndarray]:
    """Rows of the works that are matched together: of similar shapes, about ``most`` cells in all."""
    order = np.lexsort(shapes.T)
    filled = np.cumsum(shapes[order].prod(axis=1)) // max(most, 1)
    return np.split(order, np.flatnonzero(np.diff(filled)) + 1)


def _placement_sizes(query: tuple[int, int], largest: np.ndarray, options: MatchOptions) -> list[Size]:
    """The wanted sizes that fit the most rows and columns of the works; if none does, one squeezed to them."""
    sides = options.sides or default_sides(int(largest.max()))
    sizes = [(float(side * query[0] / max(query)), float(side * query[1] / max(query))) for side in sides]
    fitting = [size for size in sizes if (np.ceil(size) <= largest).all()]
    if fitting or not options.squeeze:
        return fitting
    return [(min(sizes[0][0], float(largest[0])), min(sizes[0][1], float(largest[1])))]
