"""Which cells round a click agree with a copy: the copy's transform carried beyond the box that was searched.

A match says how a detail lies in another work. The same transform takes the detail's surroundings there too: where
the thing itself goes on, cells still agree with where they come to lie, and with that place better than with places
beside it; where its ground begins, they agree no better there than elsewhere near by. (Against the cells of the whole
work, a table would seem to recur with everything that stands on a table.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.features.grid import FeatureMap
from explorer.geometry import Box
from explorer.search.query import Match
from explorer.verification.transforms import fit_similarity

REACH = 0.5
"""How far round the click is looked, as a fraction of the side of a square of the picture's area."""
BESIDE = (5.0, 8.0)
"""How far beside its place a cell is compared for control, in cells of the query: up, down, left and right."""
_PAIRS = 6  # agreeing pairs from which a transform is fitted to them; else the two boxes say how one lies on the other
_TOLERANCE = 0.06  # of such a pair, of the side of a square as large as the match
_COARSER = 1.5  # cells of the copy per cell of the query, from which on a grid half as fine is compared


@dataclass(frozen=True)
class Surroundings:
    """The cells round a click: ``cells (h, w, d)``, the ``area`` of the picture that they cover, its ``size`` (width,
    height in pixels), and the ``point (row, column)`` of the cell that was clicked."""

    cells: FeatureMap
    area: Box
    size: tuple[int, int]
    point: tuple[int, int]

    def box(self, cells: tuple[int, int, int, int]) -> Box:
        """Cells (first row, row after the last, first column, column after the last) as a box on the picture."""
        top, bottom, left, right = cells
        rows, columns = self.cells.shape
        return Box(left / columns, top / rows, right / columns, bottom / rows).within(self.area)

    def inside(self, box: Box) -> np.ndarray:
        """Which cells have their middle in a box, ``(h, w) bool``."""
        x, y = self.places().T
        held = (x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)
        return held.reshape(self.cells.shape)

    def places(self) -> np.ndarray:
        """The middles of the cells, ``(h * w, 2)``: x and y, fractions of the picture."""
        rows, columns = self.cells.shape
        down, across = np.mgrid[0:rows, 0:columns].reshape(2, -1) + 0.5
        corner, sides = (self.area.x0, self.area.y0), (self.area.width, self.area.height)
        return corner + np.stack([across / columns, down / rows], axis=1) * sides


def surroundings(grid: FeatureMap, size: tuple[int, int], x: float, y: float) -> Surroundings:
    """The whole cells within :data:`REACH` of a point (fractions) of a picture."""
    rows, columns = grid.shape
    unit = REACH * math.sqrt(size[0] * size[1])
    left, right = _span(x, unit / size[0], columns)
    top, bottom = _span(y, unit / size[1], rows)
    cells = FeatureMap(grid.vectors[top:bottom, left:right], grid.antisymmetric)
    row, column = min(int(y * rows), rows - 1), min(int(x * columns), columns - 1)
    return Surroundings(
        cells, Box(left / columns, top / rows, right / columns, bottom / rows), size, (row - top, column - left)
    )


def _span(at: float, reach: float, cells: int) -> tuple[int, int]:
    return max(int((at - reach) * cells), 0), min(math.ceil((at + reach) * cells), cells)


def transform_to(match: Match, box: Box, size: tuple[int, int], other: tuple[int, int]) -> np.ndarray:
    """The matrix ``(2, 3)`` from pixels of a query's picture of ``size`` to those of the match's, of size ``other``,
    where the query was ``box``: fitted to the pairs that agree where there are enough, else to the boxes."""
    pairs = np.array(match.evidence.pairs if match.evidence else ()).reshape(-1, 4)
    if len(pairs) >= _PAIRS and match.evidence.transform:
        tolerance = _TOLERANCE * math.sqrt(match.box.area * other[0] * other[1])
        mirror = match.evidence.transform.mirror
        fit = fit_similarity(pairs[:, :2] * size, pairs[:, 2:] * other, tolerance, mirror)
        if fit is not None and fit.count >= _PAIRS:
            return fit.matrix
    across = match.box.width * other[0] / (box.width * size[0]) * (-1 if match.mirrored else 1)
    down = match.box.height * other[1] / (box.height * size[1])
    here, there = _middle(box, size), _middle(match.box, other)
    return np.array([[across, 0.0, there[0] - across * here[0]], [0.0, down, there[1] - down * here[1]]])


def _middle(box: Box, size: tuple[int, int]) -> tuple[float, float]:
    return (box.x0 + box.x1) / 2 * size[0], (box.y0 + box.y1) / 2 * size[1]


def agreement(here: Surroundings, grids: Sequence[np.ndarray], size: tuple[int, int], matrix: np.ndarray) -> np.ndarray:
    """How much better each cell agrees with where ``matrix (2, 3)`` (pixels to pixels) puts it on a work of ``size``
    than with the places beside it.

    ``grids`` are the work's, the finest first, each ``(rows, columns, d)``. Returns ``(h, w) float32``: the best cosine
    with the nine cells there, less the mean of the same :data:`BESIDE` it, in standard deviations of the cell's cosines
    with all cells of the work; NaN off it.
    """
    cells = here.cells.mirrored().vectors[:, ::-1] if np.linalg.det(matrix[:, :2]) < 0 else here.cells.vectors
    asked = cells.reshape(-1, cells.shape[2])
    work = _as_coarse(here, grids, size, matrix)
    rows, columns = work.shape[:2]
    cosines = asked @ work.reshape(-1, work.shape[2]).astype(np.float32).T
    step = np.array([here.area.width / here.cells.shape[1], here.area.height / here.cells.shape[0]])

    def best(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        moved = (places * here.size) @ matrix[:, :2].T + matrix[:, 2]
        at = np.floor(moved / size * (columns, rows)).astype(int)
        return _best_of_nine(cosines, at, (rows, columns)), at

    places = here.places()
    there, at = best(places)
    directions = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])
    beside = [best(places + far * step * direction)[0] for far in BESIDE for direction in directions]
    better = (there - np.mean(beside, axis=0)) / np.maximum(cosines.std(axis=1), 1e-3)
    better[(at < 0).any(axis=1) | (at >= (columns, rows)).any(axis=1)] = np.nan
    return better.reshape(here.cells.shape)


def _best_of_nine(cosines: np.ndarray, at: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The best of each query cell's ``cosines (n, rows * columns)`` with the cells round ``at (n, 2)``, column and row;
    those beyond the work's edge are taken at its edge."""
    rows, columns = shape
    number, best = np.arange(len(at)), np.full(len(at), -1.0, dtype=np.float32)
    for down in (-1, 0, 1):
        row = np.clip(at[:, 1] + down, 0, rows - 1) * columns
        for across in (-1, 0, 1):
            np.maximum(best, cosines[number, row + np.clip(at[:, 0] + across, 0, columns - 1)], out=best)
    return best


def _as_coarse(
    here: Surroundings, grids: Sequence[np.ndarray], size: tuple[int, int], matrix: np.ndarray
) -> np.ndarray:
    """Of a work's grids, the one whose cells are nearest in size to the query's under a transform."""
    scale = math.sqrt(abs(np.linalg.det(matrix[:, :2])))
    cell = here.area.width * here.size[0] / here.cells.shape[1] * scale  # of the query, in pixels of the work
    fine = [one for one in grids if cell * one.shape[1] / size[0] >= 1 / _COARSER]
    within = [one for one in fine if cell * one.shape[1] / size[0] <= _COARSER]
    return within[0] if within else (fine[-1] if fine else grids[0])
