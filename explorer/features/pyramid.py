"""The pyramid of a grid of cells: the grid averaged to half its size, repeatedly."""

from __future__ import annotations

import numpy as np

from explorer.features.grid import FeatureMap, resample
from explorer.geometry import Box

_SMALLEST = 8  # cells on the long side of a grid that is not halved again


def coarse_shapes(rows: int, columns: int) -> list[tuple[int, int]]:
    """Rows and columns of a grid of ``rows`` by ``columns`` cells halved once, twice and so on: at least once.

    >>> coarse_shapes(36, 52)
    [(18, 26), (9, 13), (4, 6)]
    """
    shapes: list[tuple[int, int]] = []
    while not shapes or max(rows, columns) > _SMALLEST:
        rows, columns = max(1, rows // 2), max(1, columns // 2)
        shapes.append((rows, columns))
    return shapes


def coarser(cells: np.ndarray) -> list[np.ndarray]:
    """The pyramid above a grid ``(rows, columns, d)`` of cells of unit length, without the grid itself.

    Grids of the :func:`coarse_shapes`, ``float32``, each averaged from the one before; cells have unit length.
    """
    grids: list[np.ndarray] = []
    for shape in coarse_shapes(*cells.shape[:2]):
        cells = resample(FeatureMap(cells), Box.whole(), *shape).vectors
        grids.append(cells)
    return grids
