"""Two versions' grids of cells laid over each other under a map, and how far apart they are cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import ndimage

from explorer.features.grid import unit_rows
from explorer.features.pyramid import coarser
from explorer.geometry import Box
from explorer.registration.cells_under_map import laid_over
from explorer.registration.match import moved_sides
from explorer.registration.pictures import find_picture, read_excerpt
from explorer.workspace import Workspace

COMMON = 0.25
"""Cells that are at less than this, in the unit of :class:`Laid`, from one in a hundred are ground that is
everywhere."""
SQUARE = np.ones((3, 3))
"""A cell and the eight round it."""
_SCALE = 1.5  # cells of one picture that are so much finer than the other's are halved


@dataclass(frozen=True)
class Laid:
    """Two grids of averaged unit cells on the first's frame, ``(rows, columns, d)``; how far apart they are,
    ``(rows, columns)``; which cells lie ``outside`` the second, are ``plain``, one tone in both, and can be
    ``compared``, bool; the collection's ``unit`` of distance: the median distance at which one cell in a hundred of it
    is from a cell."""

    first: np.ndarray
    second: np.ndarray
    distance: np.ndarray
    outside: np.ndarray
    plain: np.ndarray
    compared: np.ndarray
    unit: float

    @property
    def usual(self) -> float:
        """The distance of half of the cells."""
        return float(np.median(self.distance[self.compared]))

    @cached_property
    def if_elsewhere(self) -> np.ndarray:
        """How far apart they would be if the second lay in each of three wrong places, ``(3, rows, columns)``."""
        rows, columns = self.compared.shape
        shifts = [(rows // 3, columns * part // 6) for part in (2, 3, 4)]
        return np.stack([_apart(self.first, np.roll(self.second, shift, (0, 1))) for shift in shifts])

    @property
    def by_chance(self) -> float:
        """The usual distance if the second picture lay elsewhere: the mean of three wrong places."""
        return float(np.mean([np.median(distance[self.compared]) for distance in self.if_elsewhere]))


def lay(workspace: Workspace, first: str | Path, second: str | Path, matrix: np.ndarray) -> Laid:
    """Two pictures' cells, the second's laid over the first's under the map ``(3, 3)`` between fractions."""
    cells = [read_excerpt(workspace, find_picture(workspace, each), Box.whole()).cells for each in (first, second)]
    antisymmetric = cells[0].antisymmetric
    a, b = _equally_fine(cells[0].vectors, cells[1].vectors, matrix)
    over, outside = laid_over(a, b, matrix, antisymmetric)
    plain = np.asarray(~a.any(axis=2) & ~over.any(axis=2))  # one tone in both: nothing is there
    a, over = _averaged(a), _averaged(over)
    rare = np.minimum(*(_distinctive(workspace, each) for each in (a, over)))
    unit = float(np.median(rare))
    edge = ndimage.binary_dilation(outside, SQUARE, border_value=1)
    compared = ~edge & ~plain & (rare > COMMON * unit)
    return Laid(a, over, _apart(a, over), outside, plain, compared, unit)


def _equally_fine(first: np.ndarray, second: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two grids, the finer halved until its cells are about as large on the pictures as the other's."""
    middle = moved_sides(matrix, Box(0.45, 0.45, 0.55, 0.55))
    across, down = (middle[2:] - middle[:2]) / 0.1
    scale = float(np.sqrt(abs(across * down * np.prod(second.shape[:2]) / np.prod(first.shape[:2]))))
    halvings = round(np.log2(scale) * 0.999) if not 1 / _SCALE < scale < _SCALE else 0
    if halvings > 0:
        return first, coarser(second)[halvings - 1]
    return (coarser(first)[-halvings - 1], second) if halvings else (first, second)


def _averaged(cells: np.ndarray) -> np.ndarray:
    return unit_rows(ndimage.uniform_filter(cells.astype(np.float32), (3, 3, 1), mode="nearest"))


def _distinctive(workspace: Workspace, cells: np.ndarray) -> np.ndarray:
    return workspace.distinctiveness(cells.reshape(-1, cells.shape[2])).reshape(cells.shape[:2])


def _apart(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Of each cell how far two grids are apart there, seen from that which has more of its own."""
    distance: np.ndarray = 1 - np.minimum(_alike(first, second), _alike(second, first))
    return distance


def _alike(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Of each cell of a grid the highest cosine with the cell of the other there, and those next to it."""
    rows, columns = first.shape[:2]
    wide = np.pad(second, ((1, 1), (1, 1), (0, 0)), mode="edge")
    shifted = (wide[y : y + rows, x : x + columns] for y in range(3) for x in range(3))
    best: np.ndarray = np.max([np.einsum("rcd,rcd->rc", first, cells) for cells in shifted], axis=0)
    return best
