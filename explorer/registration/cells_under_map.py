"""Two grids of cells compared under a map: every cell of the first with the cell that it falls on, and those next to
it, since copies are never exact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from explorer.features.grid import mirror_vectors
from explorer.registration.homography import moved

NEIGHBOURHOOD = 3
"""Cells along each side over which cosines are averaged."""
_SHIFTS = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]


@dataclass(frozen=True)
class CellsUnderMap:
    """``cosines (rows, columns) float32`` of a first grid's cells with the second's, means over a cell and its
    neighbours; ``outside`` the second picture there is none, bool."""

    cosines: np.ndarray
    outside: np.ndarray


def cells_under_map(first: np.ndarray, second: np.ndarray, matrix: np.ndarray, antisymmetric: int) -> CellsUnderMap:
    """Compare two grids ``(rows, columns, d)`` of unit cells under a map ``(3, 3)`` from fractions to fractions.

    ``antisymmetric`` numbers of a cell change their sign when the picture is mirrored, as for
    :func:`explorer.features.grid.mirror_vectors`.
    """
    rows, columns = first.shape[:2]
    on_y, on_x, outside = _places(first, second, matrix)
    cells = first.astype(np.float32)
    if np.linalg.det(matrix[:2, :2]) < 0:
        cells = mirror_vectors(cells, antisymmetric)
    best = np.full((rows, columns), -1.0, np.float32)
    for dy, dx in _SHIFTS:
        row = np.clip(np.rint(on_y + dy), 0, second.shape[0] - 1).astype(int)
        column = np.clip(np.rint(on_x + dx), 0, second.shape[1] - 1).astype(int)
        cosine = np.einsum("rcd,rcd->rc", cells, second[row, column].astype(np.float32))
        best = np.maximum(best, ndimage.uniform_filter(cosine, NEIGHBOURHOOD, mode="nearest"))
    return CellsUnderMap(best, outside)


def laid_over(
    first: np.ndarray, second: np.ndarray, matrix: np.ndarray, antisymmetric: int
) -> tuple[np.ndarray, np.ndarray]:
    """The second grid's cells where the first's fall on them, ``(rows, columns, d) float32`` as the first's, mirrored
    as the map mirrors; and which of them lie outside the second picture, ``(rows, columns) bool``."""
    on_y, on_x, outside = _places(first, second, matrix)
    row = np.clip(np.rint(on_y), 0, second.shape[0] - 1).astype(int)
    column = np.clip(np.rint(on_x), 0, second.shape[1] - 1).astype(int)
    cells: np.ndarray = second[row, column].astype(np.float32)
    if np.linalg.det(matrix[:2, :2]) < 0:
        cells = mirror_vectors(cells, antisymmetric)
    return cells, outside


def _places(first: np.ndarray, second: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the middles of the first grid's cells fall on the second, in its cells: y and x, and which fall outside."""
    y, x = ((np.arange(count) + 0.5) / count for count in first.shape[:2])
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    places = moved(matrix, points).reshape(*first.shape[:2], 2)
    on_y, on_x = places[..., 1] * second.shape[0] - 0.5, places[..., 0] * second.shape[1] - 0.5
    inside = (on_x >= -0.5) & (on_y >= -0.5) & (on_x <= second.shape[1] - 0.5) & (on_y <= second.shape[0] - 0.5)
    return np.where(inside, on_y, 0), np.where(inside, on_x, 0), ~inside
