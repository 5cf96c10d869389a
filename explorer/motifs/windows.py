"""Square windows over a work at many scales, each described by its layout: what candidates of recurring details are
retrieved by.

The mean of a region forgets where in it things lie (:mod:`explorer.features.regions`). A window is described by its
four by four cells in their order, as a HOG template is (Dalal and Triggs, CVPR 2005), reduced by PCA. Where a detail
recurs, some of its windows cover nearly the same part of it in both works.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.features.grid import FeatureMap, mirror_vectors, resample, unit_rows
from explorer.geometry import Box

SIDE = 4
"""Cells along each side of a window."""
STRIDE = 2
"""Cells from one window to the next."""
_BETWEEN = 2**-0.5  # sizes are apart by the square root of two: between a grid and the same halved lies one more


@dataclass(frozen=True)
class Windows:
    """Windows of one work: ``boxes (W, 4) float32``, fractions, and ``cells (W, SIDE * SIDE, d) float32``."""

    boxes: np.ndarray
    cells: np.ndarray

    def mirrored(self, antisymmetric: int) -> np.ndarray:
        """The cells of the same windows, each mirrored in itself."""
        grid = self.cells.reshape(len(self.cells), SIDE, SIDE, self.cells.shape[2])
        return mirror_vectors(grid[:, :, ::-1], antisymmetric).reshape(self.cells.shape)


def windows_of(grids: Sequence[np.ndarray]) -> Windows:
    """All windows of a work; ``grids`` are its grid and those of its pyramid, ``(rows, columns, d)``, finest first."""
    found = [_slid(grid) for grid in _ladder(grids)]
    return Windows(np.concatenate([boxes for boxes, _ in found]), np.concatenate([cells for _, cells in found]))


def _ladder(grids: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    """Grids whose windows are ever larger by the square root of two, without the finest."""
    for number, grid in enumerate(grids):
        if number:
            yield np.asarray(grid, np.float32)
        rows, columns = (round(count * _BETWEEN) for count in grid.shape[:2])
        if min(rows, columns) >= SIDE:
            yield resample(FeatureMap(grid), Box.whole(), rows, columns).vectors


def _slid(grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boxes and cells of the windows on one grid; none where it is smaller than a window."""
    rows, columns, dims = grid.shape
    if min(rows, columns) < SIDE:
        return np.zeros((0, 4), np.float32), np.zeros((0, SIDE * SIDE, dims), np.float32)
    ys, xs = _starts(rows), _starts(columns)
    views = np.lib.stride_tricks.sliding_window_view(grid, (SIDE, SIDE), axis=(0, 1))[np.ix_(ys, xs)]
    cells = views.transpose(0, 1, 3, 4, 2).reshape(len(ys) * len(xs), SIDE * SIDE, dims)
    y, x = (sides.ravel() for sides in np.meshgrid(ys, xs, indexing="ij"))
    boxes = np.stack([x / columns, y / rows, (x + SIDE) / columns, (y + SIDE) / rows], axis=1)
    return boxes.astype(np.float32), np.ascontiguousarray(cells)


def _starts(count: int) -> np.ndarray:
    """Starts of windows that together touch both ends."""
    return np.unique(np.round(np.linspace(0, count - SIDE, -(-(count - SIDE) // STRIDE) + 1)).astype(int))
