"""Score maps: the mean cosine of a query's cells with the cells they cover, for every position of a placement.

All cosines of query cells with the cells of a work come from one matrix product, which gives a map per query cell. The
score map of a placement of any size is then a sum of these maps, shifted, because a larger placement has the same cells
further apart. Where a query cell covers several cells of the work, it is compared with their average, whose cosine is
an average of cosines, scaled.

Works are stacked into one array, padded to the largest; ``shapes (W, 2)`` are their own rows and columns.
"""

from __future__ import annotations

import math

import numpy as np

from explorer.features.grid import widened

IMPOSSIBLE = -2.0
"""Score of a placement that does not exist: below any cosine."""

Size = tuple[float, float]
"""Height and width of a placement, in cells of the work's grid."""


def stacked(works: list[np.ndarray], shapes: np.ndarray) -> np.ndarray:
    """Grids ``(rows, columns, d)`` as one array ``(W, rows, columns, d) float32``, padded with zeros to the largest."""
    rows, columns = shapes.max(axis=0)
    cells = np.zeros((len(works), rows, columns, works[0].shape[2]), dtype=np.float32)
    for number, work in enumerate(works):
        widened(work, out=cells[number, : work.shape[0], : work.shape[1]])
    return cells


def cells_covered(size: Size, query: tuple[int, int]) -> int:
    """How many cells of a work, along each side, one cell of the query covers: at least 1.

    ``query`` are the rows and columns of the query's grid.

    >>> cells_covered((12.0, 9.0), (4, 3))
    3
    """
    return max(1, min(int(max(size) / max(query) + 0.5), int(min(size))))


def block_cosines(cosines: np.ndarray, cells: np.ndarray, step: int) -> np.ndarray:
    """Cosines of query cells with the averages over blocks of ``step`` by ``step`` cells.

    ``cosines (Q, W, rows, columns)`` are those with the single cells ``(W, rows, columns, d)``. Returns
    ``(Q, W, rows - step + 1, columns - step + 1)``, by the top left cell of each block. The mean of cosines is the
    product with the mean cell; dividing by that cell's length makes it a cosine again.
    """
    if step == 1:
        return cosines
    lengths = np.linalg.norm(_block_means(cells, step, (1, 2)), axis=3)
    averages: np.ndarray = _block_means(cosines, step, (2, 3)) / np.maximum(lengths, 1e-6)
    return averages


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


def score_map(cosines: np.ndarray, query: tuple[int, int], size: Size, step: int) -> np.ndarray:
    """Scores of a placement of ``size`` at every cell, which is its top left corner: ``(W, rows, columns) float32``.

    ``cosines`` are :func:`block_cosines` at ``step``, for the cells of a grid of ``query`` rows and columns.
    """
    rows, columns = cosines.shape[2] + step - 1, cosines.shape[3] + step - 1
    ys, xs = (_block_starts(cells, side, step) for cells, side in zip(query, size, strict=True))
    down, across = rows - math.ceil(size[0]) + 1, columns - math.ceil(size[1]) + 1
    total = np.zeros((cosines.shape[1], down, across), dtype=np.float32)
    for r, y in enumerate(ys):
        for c, x in enumerate(xs):
            total += cosines[r * query[1] + c, :, y : y + down, x : x + across]
    total /= query[0] * query[1]
    return total


def _block_starts(cells: int, side: float, step: int) -> np.ndarray:
    """Where, in a placement ``side`` cells long, the blocks under each of the query's ``cells`` begin."""
    centres = (np.arange(cells) + 0.5) * side / cells
    return np.clip(np.floor(centres - (step - 1) / 2), 0, math.ceil(side) - step).astype(int)


def forbid_overhang(scores: np.ndarray, shapes: np.ndarray, size: Size) -> None:
    """Set the scores of placements that would hang over a work's own edge, into the padding, to :data:`IMPOSSIBLE`."""
    last = shapes - np.ceil(size).astype(int)
    rows, columns = np.arange(scores.shape[1]), np.arange(scores.shape[2])
    too_low = rows[None, :, None] > last[:, 0, None, None]
    too_far = columns[None, None, :] > last[:, 1, None, None]
    scores[too_low | too_far] = IMPOSSIBLE


def highest(scores: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The ``count`` highest cells of each work's score map, or all where it has fewer, in no particular order.

    Returns their scores ``(W, count)``, and their rows and columns ``(W, count, 2)``.
    """
    flat = scores.reshape(len(scores), -1)
    count = min(count, flat.shape[1])
    best = flat.argmax(axis=1)[:, None] if count == 1 else np.argpartition(-flat, count - 1, axis=1)[:, :count]
    return np.take_along_axis(flat, best, axis=1), np.stack(np.divmod(best, scores.shape[2]), axis=-1)


def placement_boxes(corners: np.ndarray, size: Size, shapes: np.ndarray) -> np.ndarray:
    """Boxes ``(W, count, 4)``, fractions, of placements by the rows and columns ``(W, count, 2)`` of their top left
    cells."""
    ends = np.minimum((corners + size) / shapes[:, None], 1.0)
    return np.concatenate([(corners / shapes[:, None])[..., ::-1], ends[..., ::-1]], axis=-1)
