"""A large picture in tiles of the size that a model was trained at, overlapping, put together again.

Position embeddings can be interpolated to any size, and a large CLIP still works then. A small CLIP, or one whose
attention is local, does better where every patch has positions as in training: the picture's grid is cut into tiles of
the native number of cells, and each cell is taken from the tile in which it lies furthest inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch

MARGIN = 2
"""Cells at the inner edges of a tile that are encoded for context only."""


@dataclass(frozen=True)
class Tiling:
    """How a grid of ``rows`` by ``columns`` cells is cut: tiles of ``height`` by ``width`` at ``tops``, ``lefts``."""

    rows: int
    columns: int
    height: int
    width: int
    tops: tuple[int, ...]
    lefts: tuple[int, ...]

    @classmethod
    def of(cls, rows: int, columns: int, side: int) -> Tiling:
        """As few tiles of at most ``side`` cells as cover the grid with margins on all inner edges.

        >>> Tiling.of(28, 14, 14).tops, Tiling.of(28, 14, 14).lefts
        ((0, 7, 14), (0,))
        """
        (height, tops), (width, lefts) = _cut(rows, side), _cut(columns, side)
        return cls(rows, columns, height, width, tops, lefts)

    @property
    def places(self) -> list[tuple[int, int]]:
        """Top and left of every tile, row by row."""
        return [(top, left) for top in self.tops for left in self.lefts]

    def split(self, grid: torch.Tensor) -> torch.Tensor:
        """``(B, rows, columns, D) -> (B * T, height * width, D)``, the tiles of a picture together."""
        tiles = [grid[:, top : top + self.height, left : left + self.width] for top, left in self.places]
        return torch.stack(tiles, dim=1).flatten(0, 1).flatten(1, 2)

    def join(self, tiles: torch.Tensor) -> torch.Tensor:
        """The inverse: ``(B * T, height * width, D) -> (B, rows * columns, D)``."""
        grids = tiles.unflatten(0, (-1, len(self.places))).unflatten(2, (self.height, self.width))
        joined = grids.new_empty((len(grids), self.rows, self.columns, grids.shape[-1]))
        downs, acrosses = (
            _kept_spans(starts, size, total)
            for starts, size, total in ((self.tops, self.height, self.rows), (self.lefts, self.width, self.columns))
        )
        for number, (top, left) in enumerate(self.places):
            down, across = divmod(number, len(self.lefts))
            (y0, y1), (x0, x1) = downs[down], acrosses[across]
            joined[:, y0:y1, x0:x1] = grids[:, number, y0 - top : y1 - top, x0 - left : x1 - left]
        return joined.flatten(1, 2)


def _cut(cells: int, side: int) -> tuple[int, tuple[int, ...]]:
    """Length of the tiles along one side of the grid, and where they start: evenly, from edge to edge."""
    if cells <= side:
        return cells, (0,)
    count = 1 + -(-(cells - side) // max(1, side - 2 * MARGIN))
    return side, tuple(round(k * (cells - side) / (count - 1)) for k in range(count))


def _kept_spans(starts: tuple[int, ...], size: int, total: int) -> list[tuple[int, int]]:
    """The span of the whole side that each tile fills: neighbours meet in the middle of their overlap."""
    borders = [(after + before + size) // 2 for before, after in pairwise(starts)]
    return list(zip([0, *borders], [*borders, total], strict=True))
