"""Pairs of grid cells that find one another: the network's own evidence that two details agree in space."""

from __future__ import annotations

import numpy as np

from explorer.features.grid import FeatureMap, resample
from explorer.geometry import Box

MARGIN = 0.3
"""How far round a match its cells are looked at, as a fraction of its sides."""
FINER = 2
"""Samples of the work per cell of the query, along each side."""


def mutual_cells(query: FeatureMap, work: FeatureMap, place: Box, mirrored: bool) -> tuple[np.ndarray, ...]:
    """Cells of the query and places round ``place`` on the work that are each other's nearest.

    ``query`` is the detail's own grid, ``(h, w, d)``; ``work`` the whole work's. Returns the places ``(M, 2)`` within
    the query's detail (fractions of the *detail*), those on the work (fractions of the *work*), and the numbers of the
    query's cells ``(M,)``, row by row.
    """
    rows, columns = query.shape
    asked = query.mirrored() if mirrored else query
    area = place.widened(MARGIN).clipped()
    cell_x, cell_y = place.width / columns, place.height / rows
    down = max(2, round(FINER * area.height / cell_y))
    across = max(2, round(FINER * area.width / cell_x))
    fine = resample(work, area, down, across, spread=FINER).vectors  # each covers as much as a cell of the query
    alike = asked.vectors.reshape(rows * columns, -1) @ fine.reshape(down * across, -1).T
    cells, found = each_others_nearest(alike)
    down_query, across_query = cells // columns, cells % columns
    if mirrored:
        across_query = columns - 1 - across_query
    inside = np.stack([(across_query + 0.5) / columns, (down_query + 0.5) / rows], axis=1)
    on_work = np.stack([(found % across + 0.5) / across, (found // across + 0.5) / down], axis=1)
    on_work = on_work * (area.width, area.height) + (area.x0, area.y0)
    return inside, on_work, down_query * columns + across_query


def each_others_nearest(alike: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns, ``(M,)`` each, of the entries that are the greatest of both their row and their column.

    >>> [side.tolist() for side in each_others_nearest(np.array([[0.9, 0.2], [0.8, 0.1]]))]
    [[0], [0]]
    """
    there, back = alike.argmax(axis=1), alike.argmax(axis=0)
    rows = np.flatnonzero(back[there] == np.arange(len(there)))
    return rows, there[rows]
