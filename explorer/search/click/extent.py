"""The extent of what agrees round a point: the box of cells round it whose values have the largest sum."""

from __future__ import annotations

import numpy as np

Cells = tuple[int, int, int, int]
"""First row, row after the last, first column, column after the last."""


def largest_sum(values: np.ndarray, row: int, column: int) -> tuple[Cells, float]:
    """The box that contains a cell and with the largest sum of ``values (h, w)``, positive or negative; and that sum.

    All boxes round the cell are tried, each as four look-ups in a summed-area table. To score a box by a sum that is
    positive inside an object and negative outside is the box search of Lampert, Blaschko and Hofmann, "Beyond sliding
    windows: object localization by efficient subwindow search", CVPR 2008.

    >>> largest_sum(np.array([[-1.0, -1.0, -1.0], [2.0, 1.0, -1.0], [-1.0, -1.0, -1.0]]), 1, 1)
    ((1, 2, 0, 2), 3.0)
    """
    rows, columns = values.shape
    table = np.zeros((rows + 1, columns + 1))
    table[1:, 1:] = values.cumsum(axis=0).cumsum(axis=1)
    tops, bottoms = np.arange(row + 1), np.arange(row + 1, rows + 1)
    lefts, rights = np.arange(column + 1), np.arange(column + 1, columns + 1)
    bands = table[bottoms] - table[tops][:, None]  # (tops, bottoms, columns + 1)
    sums = bands[:, :, None, rights] - bands[:, :, lefts, None]  # (tops, bottoms, lefts, rights)
    a, b, c, d = np.unravel_index(int(sums.argmax()), sums.shape)
    return (int(tops[a]), int(bottoms[b]), int(lefts[c]), int(rights[d])), float(sums[a, b, c, d])
