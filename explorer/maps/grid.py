"""A grid without overlap that fills the plane: every point in a cell of its own, near where it was.

Up to :data:`OPTIMAL_UP_TO` points the sum of squared ways is the least there is (the linear assignment problem; Crouse,
"On implementing 2D rectangular assignment algorithms", 2016, as scipy has it). Beyond, points and cells are halved
together along the longer side until that few are left (as in IsoMatch's and LAP-free layouts), and the halves are
solved by themselves; ``benchmarks/map.py`` compares both.
"""

from __future__ import annotations

import math

import numpy as np

OPTIMAL_UP_TO = 2_000
"""Points up to which one assignment is solved for all."""
_LEAF = 600  # points of a part that is solved by itself, beyond that


def grid_shape(count: int, aspect: float = 1.0) -> tuple[int, int]:
    """Columns and rows of square cells that hold ``count`` points on a plane ``aspect`` times as wide as high.

    >>> grid_shape(1052), grid_shape(1052, 1.414), grid_shape(0)
    ((32, 33), (39, 27), (1, 1))
    """
    some = max(count, 1)
    across = math.floor(math.sqrt(some * aspect))
    tried = [max(1, min(columns, some)) for columns in (across, across + 1)]
    shapes = [(columns, math.ceil(some / columns)) for columns in tried]
    return min(shapes, key=lambda shape: abs(math.log(shape[0] / shape[1] / aspect)))


def grid_cells(xy: np.ndarray, aspect: float = 1.0) -> np.ndarray:
    """The cell of each of the points ``xy (N, 2)``: ``(N, 2) int64``, column and row, no two alike; see
    :func:`grid_shape`."""
    columns, rows = grid_shape(len(xy), aspect)
    cells = np.zeros((len(xy), 2), dtype=np.int64)
    if len(xy):
        _fill(np.asarray(xy, dtype=np.float64), np.arange(len(xy)), (0, 0, columns, rows), cells)
    return cells


def on_grid(xy: np.ndarray, aspect: float = 1.0) -> np.ndarray:
    """The middles of the cells of :func:`grid_cells`, ``(N, 2) float32`` in 0 to 1 of the plane's width and height."""
    middles = (grid_cells(xy, aspect) + 0.5) / np.array(grid_shape(len(xy), aspect))
    return middles.astype(np.float32)


def _fill(xy: np.ndarray, points: np.ndarray, part: tuple[int, int, int, int], cells: np.ndarray) -> None:
    """Give the ``points`` cells of a ``part`` of the grid (left, top, columns, rows), which has enough."""
    left, top, columns, rows = part
    whole = len(points) == len(xy) <= OPTIMAL_UP_TO
    if whole or len(points) <= _LEAF or columns * rows == 1:
        cells[points] = _assigned(xy[points], columns, rows) + np.array((left, top))
        return
    axis = 0 if columns >= rows else 1
    side = part[2 + axis]
    half, across = side // 2, part[3 - axis]
    order = points[np.lexsort((xy[points, 1 - axis], xy[points, axis]))]
    count = min(max(round(len(points) * half / side), len(points) - (side - half) * across), half * across)
    first, second = list(part), list(part)
    first[2 + axis] = half
    second[axis], second[2 + axis] = part[axis] + half, side - half
    for share, place in ((order[:count], first), (order[count:], second)):
        if len(share):
            _fill(xy, share, (place[0], place[1], place[2], place[3]), cells)


def _assigned(xy: np.ndarray, columns: int, rows: int) -> np.ndarray:
    """Columns and rows ``(N, 2)`` of a grid for points that are stretched over it, with the least sum of squares."""
    from scipy.optimize import linear_sum_assignment

    low, span = xy.min(axis=0), np.ptp(xy, axis=0)
    wanted = np.where(span > 1e-9, (xy - low) / np.where(span > 1e-9, span, 1), 0.5) * (columns - 1, rows - 1)
    row, column = np.divmod(np.arange(columns * rows), columns)
    places = np.stack([column, row], axis=1)
    cost = ((wanted[:, None] - places[None]) ** 2).sum(axis=2)
    numbers, found = linear_sum_assignment(cost)
    assigned = np.empty((len(xy), 2), dtype=np.int64)
    assigned[numbers] = places[found]
    return assigned
