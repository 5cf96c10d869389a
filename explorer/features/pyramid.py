"""A pyramid of a grid of cells: the grid averaged to half its size, again and again."""

from __future__ import annotations

import numpy as np

from explorer.features.grid import FeatureMap, resample
from explorer.geometry import Box

_SMALLEST = 8  # cells on the long side of a grid, from which on it is not halved again


def coarse_shapes(rows: int, columns: int) -> list[tuple[int, int]]:
    """Rows and columns of a grid halved once, twice and so on.

    >>> coarse_shapes(36, 52)
    [(18, 26), (9, 13), (4, 6)]
    """
    shapes: list[tuple[int, int]] = []
    while not shapes or max(rows, columns) > _SMALLEST:
        rows, columns = max(1, rows // 2), max(1, columns // 2)
        shapes.append((rows, columns))
    return shapes


def coarser(cells: np.ndarray) -> list[np.ndarray]:
    """A grid ``(rows, columns, d)``, cells of unit length, and what is left of it when it is halved again and again:
    averages, at unit length again, ``float32``."""
    grids: list[np.ndarray] = []
    for shape in coarse_shapes(*cells.shape[:2]):
        cells = resample(FeatureMap(cells), Box.whole(), *shape).vectors
        grids.append(cells)
    return grids
