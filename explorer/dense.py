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
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from explorer.geometry import Box, non_maximum_suppression
from explorer.regions import FeatureMap, resample

QUERY_CELLS = 8
"""Cells on the long side of a query's grid; a smaller region keeps the cells it has, but at least three."""
SIZES = (3, 4, 5, 6.5, 8, 10, 13, 16, 20, 24, 28)
"""Long side of a placement, in cells of the work's grid; on grids larger than these it goes on in steps of four."""
_CHUNK_CELLS = 6_000  # cells at a time: their cosines then stay in the processor's cache
_FEWEST_CELLS = 3
_IMPOSSIBLE = -2.0  # below any cosine
_SAME_PLACE = 0.3  # IoU above which two placements in one work are one place


@dataclass(frozen=True)
class Placement:
    """Where a query best lies on a work: ``score`` is a mean cosine, ``mirrored`` whether it lies reversed."""

    box: Box
    score: float
    mirrored: bool


def query_grid(features: FeatureMap, box: Box) -> FeatureMap:
    """The query's cells: its part of a grid, brought to at most eight cells on the long side."""
    rows, columns = features.shape
    high, wide = box.height * rows, box.width * columns
    long_side = min(max(round(max(high, wide)), _FEWEST_CELLS), QUERY_CELLS)
    factor = long_side / max(high, wide)
    return resample(features, box, max(1, round(high * factor)), max(1, round(wide * factor)))


@dataclass(frozen=True)
class Laying:
    """How a query is laid: ``per_work`` placements at most, ``mirror``ed too, of long sides from ``least`` to
    ``most`` cells."""

    per_work: int = 1
    mirror: bool = True
    least: float = 0.0
    most: float = math.inf


def place(query: FeatureMap, works: list[np.ndarray], laying: Laying | None = None) -> list[list[Placement]]:
    """The best placements of a query grid on each of several works' grids, or on parts of them.

    ``query`` is ``(h, w, d)``; each work is ``(rows, columns, d)``, cells of unit length, float16 or float32.
    Returns for each work up to ``per_work`` placements that do not overlap, best first; none where the query does
    not fit even at its smallest.
    """
    laying = laying or Laying()
    chunks = _chunks(works)
    if len(chunks) < 2:
        return _place(query, works, laying) if works else []
    results = in_threads(lambda chunk: _place(query, chunk, laying), chunks)
    return [placements for result in results for placements in result]


def _chunks(works: list[np.ndarray]) -> list[list[np.ndarray]]:
    """Works together, as many as fill the processor's cache with their cosines."""
    chunks: list[list[np.ndarray]] = []
    held = math.inf
    for work in works:
        cells = work.shape[0] * work.shape[1]
        if held + cells > _CHUNK_CELLS:
            chunks.append([])
            held = 0
        chunks[-1].append(work)
        held += cells
    return chunks


def in_threads(work: Callable[[Any], Any], given: Sequence[Any]) -> list[Any]:
    """``work`` done to each of the given, on all cores, results in order.

    numpy lets go of the interpreter while it computes; threads of its own under ours would only fight over the cores.
    """
    with _blas().limit(limits=1, user_api="blas"), ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(work, given))


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def _place(query: FeatureMap, works: list[np.ndarray], laying: Laying) -> list[list[Placement]]:
    shapes = np.array([work.shape[:2] for work in works])
    cells = _stacked(works, shapes)
    ways = [query, query.mirrored()] if laying.mirror else [query]
    flat = np.concatenate([way.vectors.reshape(-1, cells.shape[3]) for way in ways])
    cosines = (flat @ cells.reshape(-1, cells.shape[3]).T).reshape(len(flat), *cells.shape[:3])
    planes, step = cosines, 1
    found: list[list[tuple[float, tuple[float, ...], bool]]] = [[] for _ in works]
    for high, wide in _placement_sizes(query.shape, shapes, laying):
        if _step((high, wide), query.shape) != step:
            step = _step((high, wide), query.shape)
            planes = _averaged(cosines, cells, step)
        for mirrored, seen in enumerate(np.split(planes, len(ways))):
            scores = _slide(seen, query.shape, (high, wide), step)
            _forbid_overhang(scores, shapes, (high, wide))
            for number, (score, y, x) in _peaks(scores, laying.per_work):
                rows, columns = shapes[number]
                box = (x / columns, y / rows, min((x + wide) / columns, 1.0), min((y + high) / rows, 1.0))
                found[number].append((score, box, bool(mirrored)))
    return [_distinct(candidates, laying.per_work) for candidates in found]


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


def _placement_sizes(query: tuple[int, int], shapes: np.ndarray, laying: Laying) -> list[tuple[float, float]]:
    """Heights and widths, in cells, that are wanted and fit at least one of the works."""
    high, wide = query
    largest = shapes.max(axis=0)
    sides = [*SIZES, *range(SIZES[-1] + 4, int(largest.max()), 4)]
    if largest.max() > SIZES[-1]:  # finer patches or a higher resolution: a whole picture must still cover a whole one
        sides.append(int(largest.max()))
    sides = [side for side in sides if laying.least <= side <= laying.most] or [max(laying.least, SIZES[0])]
    sizes = [(side * high / max(query), side * wide / max(query)) for side in sides]
    fitting = [(h, w) for h, w in sizes if math.ceil(h) <= largest[0] and math.ceil(w) <= largest[1]]
    return fitting or [(min(sizes[0][0], largest[0]), min(sizes[0][1], largest[1]))]


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
    scores[too_low | too_far] = _IMPOSSIBLE


def _peaks(scores: np.ndarray, count: int) -> list[tuple[int, tuple[float, int, int]]]:
    """The ``count`` best cells of each work's plane, as (work, (score, row, column))."""
    flat = scores.reshape(len(scores), -1)
    keep = min(count if count == 1 else 8 * count, flat.shape[1])
    best = flat.argmax(axis=1)[:, None] if keep == 1 else np.argpartition(-flat, keep - 1, axis=1)[:, :keep]
    return [
        (number, (float(flat[number, cell]), int(cell) // scores.shape[2], int(cell) % scores.shape[2]))
        for number, cells in enumerate(best)
        for cell in cells
        if flat[number, cell] > _IMPOSSIBLE
    ]


def _distinct(candidates: list[tuple[float, tuple[float, ...], bool]], count: int) -> list[Placement]:
    scores = np.array([score for score, _, _ in candidates])
    if count == 1:
        rows = [int(scores.argmax())] if len(scores) else []
    else:
        boxes = np.array([box for _, box, _ in candidates])
        rows = [int(row) for row in non_maximum_suppression(boxes, scores, _SAME_PLACE)[:count]]
    return [Placement(Box(*candidates[row][1]), candidates[row][0], candidates[row][2]) for row in rows]
