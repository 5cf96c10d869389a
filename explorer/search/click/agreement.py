"""Which cells round a click agree with a copy: the copy's transform is extended beyond the box that was searched.

A match says how a detail lies in another work. The same transform takes the detail's surroundings there too: where
the thing itself goes on, cells still agree with the cells they are mapped to, and with those better than with cells
beside them; where its ground begins, they agree no better there than elsewhere near by. (Compared with the cells of the
whole work instead, a table would seem to recur with everything that stands on a table.)
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
"""Radius round the click within which cells are compared, as a fraction of the side of a square of the picture's
area."""
BESIDE = (5.0, 8.0)
"""How far beside its place a cell is compared for control, in cells of the query: up, down, left and right."""
_PAIRS = 6  # inlier pairs from which a transform is fitted to them; with fewer, the two boxes determine it
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
        """Which cells have their centre in a box, ``(h, w) bool``."""
        x, y = self.centres().T
        held: np.ndarray = (x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)
        return held.reshape(self.cells.shape)

    def centres(self) -> np.ndarray:
        """The centres of the cells, ``(h * w, 2)``: x and y, fractions of the picture."""
        rows, columns = self.cells.shape
        down, across = np.mgrid[0:rows, 0:columns].reshape(2, -1) + 0.5
        corner = np.array([self.area.x0, self.area.y0])
        return corner + np.stack([across / columns, down / rows], axis=1) * (self.area.width, self.area.height)


def surroundings(grid: FeatureMap, size: tuple[int, int], x: float, y: float) -> Surroundings:
    """The whole cells within :data:`REACH` of a point (fractions) of a picture of ``size`` (width, height)."""
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


def transform_to(match: Match, box: Box, size: tuple[int, int], match_size: tuple[int, int]) -> np.ndarray:
    """The affine matrix ``(2, 3)`` from pixels of the query's picture to pixels of the match's.

    ``box`` is what was searched for, ``size`` and ``match_size`` are the pictures' width and height in pixels. It is
    fitted to the inlier pairs where there are enough; else it takes the one box to the other.
    """
    evidence = match.evidence
    if evidence and evidence.transform and len(evidence.pairs) >= _PAIRS:
        pairs = np.array(evidence.pairs)
        tolerance = _TOLERANCE * math.sqrt(match.box.area * match_size[0] * match_size[1])
        fit = fit_similarity(pairs[:, :2] * size, pairs[:, 2:] * match_size, tolerance, evidence.transform.mirror)
        if fit is not None and fit.count >= _PAIRS:
            return fit.matrix
    across = match.box.width * match_size[0] / (box.width * size[0]) * (-1 if match.mirrored else 1)
    down = match.box.height * match_size[1] / (box.height * size[1])
    here, there = _centre(box, size), _centre(match.box, match_size)
    return np.array([[across, 0.0, there[0] - across * here[0]], [0.0, down, there[1] - down * here[1]]])


def _centre(box: Box, size: tuple[int, int]) -> tuple[float, float]:
    x, y = box.centre
    return x * size[0], y * size[1]


def agreement(here: Surroundings, grids: Sequence[np.ndarray], size: tuple[int, int], matrix: np.ndarray) -> np.ndarray:
    """How much better each cell agrees with where ``matrix (2, 3)`` (pixels to pixels) puts it on a work of ``size``
    than with the cells beside that place.

    ``grids`` are the work's, the finest first, each ``(rows, columns, d)``. Returns ``(h, w) float32``: the best cosine
    with the nine cells there, less the mean of the same :data:`BESIDE` it, in standard deviations of the cell's cosines
    with all cells of the work; NaN for cells that the matrix maps off the work.
    """
    cells = here.cells.mirrored().vectors[:, ::-1] if np.linalg.det(matrix[:, :2]) < 0 else here.cells.vectors
    query_cells = cells.reshape(-1, cells.shape[2])
    work = _grid_of_like_cells(here, grids, size, matrix)
    rows, columns = work.shape[:2]
    cosines = query_cells @ work.reshape(-1, work.shape[2]).astype(np.float32).T
    step = np.array([here.area.width / here.cells.shape[1], here.area.height / here.cells.shape[0]])

    def best(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        moved = (points * here.size) @ matrix[:, :2].T + matrix[:, 2]
        at = np.floor(moved / size * (columns, rows)).astype(int)
        return _best_of_nine(cosines, at, (rows, columns)), at

    centres = here.centres()
    there, at = best(centres)
    directions = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])
    beside = [best(centres + far * step * direction)[0] for far in BESIDE for direction in directions]
    better: np.ndarray = (there - np.mean(beside, axis=0)) / np.maximum(cosines.std(axis=1), 1e-3)
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


def _grid_of_like_cells(
    here: Surroundings, grids: Sequence[np.ndarray], size: tuple[int, int], matrix: np.ndarray
) -> np.ndarray:
    """Of a work's grids, the one whose cells are nearest in size to the query's under a transform."""
    scale = math.sqrt(abs(np.linalg.det(matrix[:, :2])))
    cell = here.area.width * here.size[0] / here.cells.shape[1] * scale  # of the query, in pixels of the work
    fine = [grid for grid in grids if cell * grid.shape[1] / size[0] >= 1 / _COARSER]
    within = [grid for grid in fine if cell * grid.shape[1] / size[0] <= _COARSER]
    return within[0] if within else (fine[-1] if fine else grids[0])
