"""Random details of a collection: things, smooth ground, whole works. They are what a calibration searches for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.geometry import Box
from explorer.workspace import Workspace

_SIDES = (0.1, 0.4)  # of a square of the picture's area
_TRIES = 3


@dataclass(frozen=True)
class SampledDetail:
    """A region of an indexed work: the work's ``row`` in the tables, and the ``box``."""

    row: int
    box: Box


class DetailSampler:
    """Draws details of a workspace's works that are present; ``rng`` is shared with the caller, who seeds it."""

    def __init__(self, workspace: Workspace, rng: np.random.Generator) -> None:
        self.workspace, self.rng = workspace, rng
        self.rows = workspace.present_rows()

    def things(self, count: int) -> list[SampledDetail]:
        """Details with something to recognise: each the most distinctive of a few."""
        return [max((self._detail() for _ in range(_TRIES)), key=self._distinctiveness) for _ in range(count)]

    def smooth(self, count: int) -> list[SampledDetail]:
        """Details with least to recognise: each the least distinctive of a few."""
        return [min((self._detail() for _ in range(2 * _TRIES)), key=self._distinctiveness) for _ in range(count)]

    def whole_works(self, count: int) -> list[SampledDetail]:
        return [SampledDetail(row, Box.whole()) for row in self.shuffled_rows(count)]

    def shuffled_rows(self, count: int) -> list[int]:
        """Rows of different works in random order, ``count`` of them if there are so many."""
        rows: list[int] = self.rng.permutation(self.rows)[:count].tolist()
        return rows

    def _detail(self) -> SampledDetail:
        """A region of a random size and proportion, anywhere in a random work."""
        row = int(self.rng.choice(self.rows))
        rows, columns = self.workspace.tables.shapes[row].tolist()
        unit = math.sqrt(rows * columns) * math.exp(self.rng.uniform(*np.log(_SIDES)))
        stretch = math.exp(self.rng.uniform(-0.4, 0.4))
        width, height = min(unit * stretch / columns, 0.9), min(unit / stretch / rows, 0.9)
        left, top = self.rng.uniform(0, 1 - width), self.rng.uniform(0, 1 - height)
        return SampledDetail(row, Box(left, top, left + width, top + height))

    def _distinctiveness(self, detail: SampledDetail) -> float:
        """Mean distinctiveness of a detail's cells, 0 to 1."""
        grid = self.workspace.tables.grid(detail.row).vectors
        rows, columns = grid.shape[:2]
        x0, y0, x1, y1 = detail.box.to_pixels(columns, rows)
        cells = grid[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)].reshape(-1, grid.shape[2])
        return float(self.workspace.distinctiveness(cells[:: max(1, len(cells) // 40)]).mean())
