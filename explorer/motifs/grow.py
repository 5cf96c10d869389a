"""How far two works agree round a place that they share: the place grown to its full extent.

A map of the first work onto the second is known from a small place. Under it every cell of the first is compared with
the cell that it falls on, and those next to it, since copies are never exact. Where the mean cosine of a cell and its
neighbours exceeds what a cell like it has with all but a hundredth of the collection, the works agree; the connected
area of agreement that holds the place is its extent. Growing a match by what agrees with its transform: Shen, Efros and
Aubry, CVPR 2019, section 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from explorer.geometry import Box
from explorer.registration.cells_under_map import NEIGHBOURHOOD, cells_under_map

LEAST_CELLS = 6
"""Cells on the long side of the place on the grid that is compared: the coarsest grid that has so many is taken."""
_TRIMMED = 0.02  # share of the agreement that may lie beyond each edge of the extent


@dataclass(frozen=True)
class Agreement:
    """Where a work agrees with another under a map: ``margin (rows, columns)``, above 0 where it does; cells that the
    map takes outside the other work have minus infinity."""

    margin: np.ndarray

    def extent(self, seed: Box) -> Box | None:
        """The box round the connected area of agreement that overlaps ``seed`` most; None where there is none."""
        rows, columns = self.margin.shape
        labels, count = ndimage.label(self.margin > 0, structure=np.ones((3, 3)))
        if not count:
            return None
        inside = labels[_cells(seed.y0, seed.y1, rows), _cells(seed.x0, seed.x1, columns)]
        sizes = np.bincount(inside.ravel(), minlength=count + 1)
        sizes[0] = 0
        if not sizes.any():
            return None
        area = labels == sizes.argmax()
        (y0, y1), (x0, x1) = (_span(area.sum(axis=axis)) for axis in (1, 0))
        return Box(x0 / columns, y0 / rows, x1 / columns, y1 / rows)


def agreement(
    first: np.ndarray, second: np.ndarray, matrix: np.ndarray, common: np.ndarray, antisymmetric: int
) -> Agreement:
    """Compare two grids ``(rows, columns, d)`` of unit cells under a map ``(3, 3)`` from fractions to fractions.

    ``common (rows, columns)`` is, of every cell of the first, the cosine that a hundredth of the collection's cells
    have with it at least.
    """
    under = cells_under_map(first, second, matrix, antisymmetric)
    margin = under.cosines - ndimage.uniform_filter(common.astype(np.float32), NEIGHBOURHOOD, mode="nearest")
    return Agreement(np.where(under.outside, -np.inf, margin))


def _cells(start: float, end: float, count: int) -> slice:
    return slice(max(int(start * count), 0), max(int(np.ceil(end * count)), 1))


def _span(mass: np.ndarray) -> tuple[int, int]:
    """First and last + 1 of the counts ``(N,)``, but for :data:`_TRIMMED` of them at either end."""
    shares = np.cumsum(mass) / mass.sum()
    return int(np.searchsorted(shares, _TRIMMED, "right")), int(np.searchsorted(shares, 1 - _TRIMMED)) + 1
