"""The second stage: a query's own grid laid over other works' grids, cell by cell, at several sizes, both ways round.

A neighbour in the index says "somewhere here"; this says where, and how large. The score of a placement is the mean
cosine of the query's cells with the cells they fall on, as in Shen, Efros and Aubry, "Discovering visual patterns in
art collections with spatially-consistent feature learning" (ArtMiner), CVPR 2019, section 3.2.

All cosines of query cells with candidate cells come from one matrix product; a placement of any size is then a sum of
shifted planes of that product, because a larger placement is the same cells further apart. Where a query cell covers
several cells of the work, it is compared with their average, which is an average of planes. The detail seen in a mirror
is a query of its own.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from explorer.features.grid import FeatureMap, resample
from explorer.geometry import Box, non_maximum_suppression
from explorer.progress import stage

QUERY_CELLS = 8
"""Cells on the long side of a query's grid; a smaller region keeps the cells it has, but at least three."""
SIZES = (3, 4, 5, 6.5, 8, 10, 13, 16, 20, 24, 28)
"""Long side of a placement, in cells of the work's grid; on grids larger than these it goes on in steps of four."""
SAME_PLACE = 0.3
"""IoU above which two placements on one work are one place."""
IMPOSSIBLE = -2.0
"""A score below any cosine."""
_CACHED_COSINES = 768_000  # at a time: they then stay in the processor's cache
_FEWEST_CELLS = 3
_NEIGHBOURS = 8  # best cells of a plane looked at for every place wanted: those next to a peak are high too


@dataclass(frozen=True)
class Placement:
    """Where a query best lies on a work: ``score`` is a mean cosine, ``mirrored`` whether it lies reversed."""

    box: Box
    score: float
    mirrored: bool


def query_grid(features: FeatureMap, box: Box, most: int = QUERY_CELLS) -> FeatureMap:
    """The query's cells: its part of a grid, brought to at most ``most`` cells on the long side."""
    rows, columns = features.shape
    high, wide = box.height * rows, box.width * columns
    long_side = min(max(round(max(high, wide)), _FEWEST_CELLS), most)
    factor = long_side / max(high, wide)
    return resample(features, box, max(1, round(high * factor)), max(1, round(wide * factor)))


def default_sides(longest: int) -> list[float]:
    """Long sides of placements on grids of up to ``longest`` cells: fine patches or a high resolution make grids larger
    than :data:`SIZES`, and a whole picture must still cover a whole one.

    >>> default_sides(34)[-4:]
    [24, 28, 32, 34]
    """
    beyond = [*range(SIZES[-1] + 4, longest, 4), longest] if longest > SIZES[-1] else []
    return [*SIZES, *beyond]


@dataclass(frozen=True)
class MatchOptions:
    """How a query is laid: ``per_work`` placements at most, ``mirror``ed too, with long sides of ``sides`` cells of
    the works' grids (left out: :func:`default_sides`), ``squeeze``d where it does not fit even at its smallest."""

    per_work: int = 1
    mirror: bool = True
    sides: Sequence[float] = ()
    squeeze: bool = True


@dataclass(frozen=True)
class Peaks:
    """Where a query lies best on each of ``W`` works, at each size and either way round: ``scores (W, K)``,
    ``boxes (W, K, 4)`` fractions, ``mirrored (K,)``. A score of :data:`IMPOSSIBLE` is no placement at all."""

    scores: np.ndarray
    boxes: np.ndarray
    mirrored: np.ndarray

    def best(self, work: int, count: int) -> list[Placement]:
        """Up to ``count`` placements on one of the works that are different places, best first."""
        scores, boxes = self.scores[work], self.boxes[work]
        if count == 1:
            kept = [int(scores.argmax())]
        else:
            possible = np.flatnonzero(scores > IMPOSSIBLE)
            kept = possible[non_maximum_suppression(boxes[possible], scores[possible], SAME_PLACE, count)]
        return [
            Placement(Box(*map(float, boxes[k])), float(scores[k]), bool(self.mirrored[k]))
            for k in kept
            if scores[k] > IMPOSSIBLE
        ]


def locate(
    query: FeatureMap, works: Sequence[np.ndarray], options: MatchOptions | None = None
) -> list[list[Placement]]:
    """The best placements of a query grid on each of several works' grids, or on parts of them.

    ``query`` is ``(h, w, d)``; each work is ``(rows, columns, d)``, cells of unit length, float16 or float32.
    Returns for each work up to ``per_work`` placements that do not overlap, best first.
    """
    if not works:
        return []
    options = options or MatchOptions()
    found = peaks(query, works, options)
    return [found.best(work, options.per_work) for work in range(len(works))]


def peaks(query: FeatureMap, works: Sequence[np.ndarray], options: MatchOptions) -> Peaks:
    """The best of every size and either way round, on each of one or more works; where several places are wanted of a
    work, a few of each."""
    ways = [query, query.mirrored()] if options.mirror else [query]
    shapes = np.array([work.shape[:2] for work in works])
    sizes = _placement_sizes(query.shape, shapes.max(axis=0), options)
    several = 1 if options.per_work == 1 else _NEIGHBOURS * options.per_work
    planes = (len(sizes), len(ways), several)
    scores = np.full((len(works), *planes), IMPOSSIBLE, dtype=np.float32)
    boxes = np.zeros((len(works), *planes, 4))
    asked = np.concatenate([way.vectors.reshape(-1, query.vectors.shape[2]) for way in ways])

    def lay(rows: np.ndarray) -> None:
        cells = _stacked([works[row] for row in rows], shapes[rows])
        cosines = (asked @ cells.reshape(-1, cells.shape[3]).T).reshape(len(asked), *cells.shape[:3])
        averages, step = cosines, 1
        for number, size in enumerate(sizes):
            if (np.ceil(size) > cells.shape[1:3]).any():
                continue
            if _step(size, query.shape) != step:
                step = _step(size, query.shape)
                averages = _averaged(cosines, cells, step)
            for way, seen in enumerate(np.split(averages, len(ways))):
                plane = _slide(seen, query.shape, size, step)
                _forbid_overhang(plane, shapes[rows], size)
                best, corners = _highest(plane, several)
                scores[rows, number, way, : best.shape[1]] = best
                boxes[rows, number, way, : best.shape[1]] = _boxes(corners, size, shapes[rows])

    in_threads(lay, _chunks(shapes, _CACHED_COSINES // len(asked)))
    if (
        len(works) > 1 and options.squeeze
    ):  # what fits others may be too large for one: it is laid as if that were alone
        for row in np.flatnonzero((scores == IMPOSSIBLE).all(axis=(1, 2, 3))):
            alone = peaks(query, [works[row]], options)
            scores[row, 0], boxes[row, 0] = alone.scores.reshape(planes[1:]), alone.boxes.reshape(*planes[1:], 4)
    mirrored, flat = np.broadcast_to(np.arange(len(ways))[:, None] == 1, planes), (len(works), math.prod(planes))
    return Peaks(scores.reshape(flat), boxes.reshape(*flat, 4), mirrored.ravel())


def _chunks(shapes: np.ndarray, most: int) -> list[np.ndarray]:
    """Rows of the works that are laid together: of like shapes, ``most`` cells among them."""
    order = np.lexsort(shapes.T)
    filled = np.cumsum(shapes[order].prod(axis=1)) // max(most, 1)
    return np.split(order, np.flatnonzero(np.diff(filled)) + 1)


def in_threads(work: Callable[[Any], Any], given: Sequence[Any]) -> list[Any]:
    """``work`` done to each of the given, on all cores, results in order.

    numpy lets go of the interpreter while it computes; threads of its own under ours would only fight over the cores.
    Whoever watches the work (:mod:`explorer.progress`) may stop it before each of the given.
    """

    def watched(one: Any, context: Context) -> Any:
        context.run(stage)
        return context.run(work, one)

    if len(given) < 2:
        return [work(one) for one in given]
    contexts = [copy_context() for _ in given]
    with _blas().limit(limits=1, user_api="blas"), ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(watched, given, contexts))


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def _step(size: tuple[float, float], query: tuple[int, int]) -> int:
    """How many cells of a work, along each side, one cell of the query covers."""
    return max(1, min(int(max(size) / max(query) + 0.5), int(min(size))))


def _averaged(cosines: np.ndarray, cells: np.ndarray, step: int) -> np.ndarray:
    """Cosines with the averages over ``step`` by ``step`` cells, by the upper left of each such block.

    The mean of cosines is the product with the mean cell; dividing by that cell's length makes it a cosine again.
    """
    if step == 1:
        return cosines
    lengths = np.linalg.norm(_block_means(cells, step, (1, 2)), axis=3)
    return _block_means(cosines, step, (2, 3)) / np.maximum(lengths, 1e-6)


def _block_means(values: np.ndarray, step: int, axes: tuple[int, int]) -> np.ndarray:
    """Means over all blocks of ``step`` (two or more) entries along each of the axes."""
    for axis in axes:
        count = values.shape[axis] - step + 1
        along = (slice(None),) * axis
        total = values[(*along, slice(0, count))] + values[(*along, slice(1, 1 + count))]
        for k in range(2, step):
            total += values[(*along, slice(k, k + count))]
        values = total
    values *= np.float32(step ** -len(axes))
    return values


def _stacked(works: list[np.ndarray], shapes: np.ndarray) -> np.ndarray:
    """``(works, rows, columns, d) float32``, padded to the largest."""
    rows, columns = shapes.max(axis=0)
    cells = np.zeros((len(works), rows, columns, works[0].shape[2]), dtype=np.float32)
    for number, work in enumerate(works):
        cells[number, : work.shape[0], : work.shape[1]] = work
    return cells


def _placement_sizes(query: tuple[int, int], largest: np.ndarray, options: MatchOptions) -> list[np.ndarray]:
    """Heights and widths, in cells, that are wanted and fit at least the largest of the works."""
    sizes = [side * np.array(query) / max(query) for side in options.sides or default_sides(int(largest.max()))]
    fitting = [size for size in sizes if (np.ceil(size) <= largest).all()]
    return fitting or ([np.minimum(sizes[0], largest)] if options.squeeze else [])


def _slide(planes: np.ndarray, query: tuple[int, int], size: tuple[float, float], step: int) -> np.ndarray:
    """Mean cosine of a placement of ``size`` at every whole cell: ``(works, rows, columns)``, top left corners."""
    rows, columns = planes.shape[2] + step - 1, planes.shape[3] + step - 1
    ys, xs = (_block_starts(cells, side, step) for cells, side in zip(query, size, strict=True))
    down, across = rows - math.ceil(size[0]) + 1, columns - math.ceil(size[1]) + 1
    total = np.zeros((planes.shape[1], down, across), dtype=np.float32)
    for r, y in enumerate(ys):
        for c, x in enumerate(xs):
            total += planes[r * query[1] + c, :, y : y + down, x : x + across]
    total /= query[0] * query[1]
    return total


def _block_starts(cells: int, side: float, step: int) -> np.ndarray:
    """Where, in a placement ``side`` cells long, the blocks under each of the query's ``cells`` begin."""
    centres = (np.arange(cells) + 0.5) * side / cells
    return np.clip(np.floor(centres - (step - 1) / 2), 0, math.ceil(side) - step).astype(int)


def _forbid_overhang(scores: np.ndarray, shapes: np.ndarray, size: tuple[float, float]) -> None:
    """Placements that would hang over a work's own edge (into the padding) never win."""
    last = shapes - np.ceil(size).astype(int)
    rows, columns = np.arange(scores.shape[1]), np.arange(scores.shape[2])
    too_low = rows[None, :, None] > last[:, 0, None, None]
    too_far = columns[None, None, :] > last[:, 1, None, None]
    scores[too_low | too_far] = IMPOSSIBLE


def _highest(scores: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The ``count`` best cells of each work's plane: scores ``(W, count)``, rows and columns ``(W, count, 2)``."""
    flat = scores.reshape(len(scores), -1)
    count = min(count, flat.shape[1])
    best = flat.argmax(axis=1)[:, None] if count == 1 else np.argpartition(-flat, count - 1, axis=1)[:, :count]
    return np.take_along_axis(flat, best, axis=1), np.stack(np.divmod(best, scores.shape[2]), axis=-1)


def _boxes(corners: np.ndarray, size: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """The boxes ``(W, count, 4)`` of placements by their upper left cells; fractions of the works' own grids."""
    ends = np.minimum((corners + size) / shapes[:, None], 1.0)
    return np.concatenate([(corners / shapes[:, None])[..., ::-1], ends[..., ::-1]], axis=-1)
