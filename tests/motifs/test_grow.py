"""The extent of an agreement, against patches that are known to be copied."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.features.grid import mirror_vectors, unit_rows
from explorer.geometry import Box
from explorer.motifs.grow import agreement

ROWS, COLUMNS, DIMS, ANTISYMMETRIC = 24, 30, 32, 8
COMMON = np.full((ROWS, COLUMNS), 0.45)


def grid(seed: int) -> np.ndarray:
    return unit_rows(np.random.default_rng(seed).normal(size=(ROWS, COLUMNS, DIMS)))


def moved(right: float, down: float, mirrored: bool = False) -> np.ndarray:
    """A map in fractions: all of the first moved by so many cells, perhaps mirrored before."""
    matrix = np.eye(3)
    matrix[0, 2], matrix[1, 2] = right / COLUMNS, down / ROWS
    return matrix @ (np.array([[-1.0, 0, 1], [0, 1, 0], [0, 0, 1]]) if mirrored else np.eye(3))


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_extent_is_what_was_copied(mirrored: bool) -> None:
    first, second = grid(1), grid(2)
    patch = first[6:14, 8:20]
    if mirrored:
        second[9:17, 10:22] = mirror_vectors(patch[:, ::-1], ANTISYMMETRIC)
        matrix = moved(0, 3, mirrored=True)  # column 8 is 21 after mirroring
    else:
        second[9:17, 13:25] = patch
        matrix = moved(5, 3)
    extent = agreement(first, second, matrix, COMMON, ANTISYMMETRIC).extent(Box(0.4, 0.3, 0.5, 0.5))
    assert extent is not None
    true = Box(8 / COLUMNS, 6 / ROWS, 20 / COLUMNS, 14 / ROWS)
    assert extent.iou(true) > 0.7


def test_a_shift_of_one_cell_is_forgiven_and_of_four_is_not() -> None:
    first, second = grid(1), grid(2)
    second[6:14, 8:20] = first[6:14, 8:20]
    seed = Box(0.4, 0.3, 0.5, 0.5)
    assert agreement(first, second, moved(1, -1), COMMON, 0).extent(seed) is not None
    assert agreement(first, second, moved(4, 4), COMMON, 0).extent(seed) is None


def test_common_cells_do_not_agree() -> None:
    first = grid(1)
    assert agreement(first, first, np.eye(3), np.full((ROWS, COLUMNS), 1.01), 0).extent(Box.whole()) is None


def test_a_whole_picture_that_is_the_same_is_whole() -> None:
    first = grid(1)
    extent = agreement(first, first, np.eye(3), COMMON, 0).extent(Box(0.4, 0.4, 0.6, 0.6))
    assert extent is not None and extent.area > 0.9


def test_what_falls_outside_the_other_picture_does_not_agree() -> None:
    first = grid(1)
    second = np.roll(first, 15, axis=1)
    extent = agreement(first, second, moved(15, 0), COMMON, 0).extent(Box(0.1, 0.1, 0.4, 0.9))
    assert extent is not None and extent.x1 <= 0.55
