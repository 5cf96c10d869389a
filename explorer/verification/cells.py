"""Pairs of grid cells that are mutual nearest neighbours: correspondences by the network's features."""

from __future__ import annotations

import numpy as np

from explorer.features.grid import FeatureMap, resample
from explorer.geometry import Box

MARGIN = 0.3
"""How far round a match its cells are compared, as a fraction of its sides."""
FINER = 2
"""Samples of the work per cell of the query, along each side."""


def mutual_cells(
    query: FeatureMap, work: FeatureMap, box: Box, mirrored: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mutual nearest neighbours of a query's cells and of the cells in and around ``box`` on a work.

    ``query`` is the detail's own grid, ``(h, w, d)``; ``work`` the whole work's. Returns the centres ``(M, 2)`` of the
    query's cells (x, y, fractions of the *detail*), those on the work (fractions of the *work*), and the numbers of the
    query's cells ``(M,)``, row by row.
    """
    rows, columns = query.shape
    compared = query.mirrored() if mirrored else query
    area = box.widened(MARGIN).clipped()
    cell_width, cell_height = box.width / columns, box.height / rows
    down = max(2, round(FINER * area.height / cell_height))
    across = max(2, round(FINER * area.width / cell_width))
    samples = resample(work, area, down, across, spread=FINER).vectors  # each covers as much as a cell of the query
    cosines = compared.vectors.reshape(rows * columns, -1) @ samples.reshape(down * across, -1).T
    cells, found = mutual_nearest_neighbours(cosines)
    row, column = cells // columns, cells % columns
    if mirrored:
        column = columns - 1 - column
    on_query = np.stack([(column + 0.5) / columns, (row + 0.5) / rows], axis=1)
    in_area = np.stack([(found % across + 0.5) / across, (found // across + 0.5) / down], axis=1)
    return on_query, in_area * (area.width, area.height) + (area.x0, area.y0), row * columns + column


def mutual_nearest_neighbours(similarities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns, ``(M,)`` each, of the entries that are the greatest of both their row and their column.

    >>> [side.tolist() for side in mutual_nearest_neighbours(np.array([[0.9, 0.2], [0.8, 0.1]]))]
    [[0], [0]]
    """
    nearest_column, nearest_row = similarities.argmax(axis=1), similarities.argmax(axis=0)
    rows = np.flatnonzero(nearest_row[nearest_column] == np.arange(len(nearest_column)))
    return rows, nearest_column[rows]
