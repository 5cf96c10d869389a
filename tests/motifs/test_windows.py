"""Windows: where they lie, what they hold, which are kept."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.features.grid import unit_rows
from explorer.motifs.windows import SIDE, layers_of, rarest_windows


def grid(rows: int, columns: int, seed: int = 1) -> np.ndarray:
    return unit_rows(np.random.default_rng(seed).normal(size=(rows, columns, 6)))


def alike(cells: np.ndarray) -> np.ndarray:
    return np.zeros(len(cells))


@pytest.mark.parametrize("stride", [1, 2])
def test_windows_hold_the_cells_that_their_boxes_cover(stride: int) -> None:
    coarse = grid(8, 10)
    layers = layers_of([grid(16, 20), coarse], alike)
    windows = rarest_windows(layers, stride, 10_000)
    assert (windows.boxes >= 0).all() and (windows.boxes <= 1).all()
    of_coarse = [layer for layer in layers if layer.cells.shape == coarse.shape]
    assert len(of_coarse) == 1
    wide = np.isclose(windows.boxes[:, 2] - windows.boxes[:, 0], SIDE / 10)
    assert wide.any()
    for box, cells in zip(windows.boxes[wide], windows.cells[wide], strict=True):
        x, y = round(box[0] * 10), round(box[1] * 8)
        np.testing.assert_array_equal(cells, coarse[y : y + SIDE, x : x + SIDE].reshape(-1, 6))


def test_windows_touch_all_edges_and_lie_no_further_apart_than_the_stride() -> None:
    windows = rarest_windows(layers_of([grid(4, 4), grid(9, 12)], alike), 2, 10_000)
    of_layer = windows.boxes[np.isclose(windows.boxes[:, 2] - windows.boxes[:, 0], SIDE / 12)]
    assert of_layer[:, :2].min() == 0 and of_layer[:, 2:].max() == 1
    assert np.diff(np.unique(of_layer[:, 0])).max() * 12 <= 2 + 1e-6


def test_those_of_the_rarest_cells_are_kept() -> None:
    coarse = grid(12, 12)
    rare_one = coarse[5, 6]

    def rarity(cells: np.ndarray) -> np.ndarray:
        return (cells == rare_one).all(axis=1).astype(float)

    windows = rarest_windows(layers_of([grid(4, 4), coarse], rarity), 1, SIDE * SIDE)
    assert len(windows.boxes) == SIDE * SIDE  # every place of a window over the rare cell
    assert all((cells == rare_one).all(axis=1).any() for cells in windows.cells)


def test_mirrored_twice_is_the_same_and_once_is_the_windows_of_the_mirrored_grid() -> None:
    cells = grid(8, 8)
    windows = rarest_windows(layers_of([grid(4, 4), cells], alike), 1, 10_000)
    twice = windows.mirrored(2).mirrored(2)
    np.testing.assert_array_equal(twice.cells, windows.cells)
    turned = cells[:, ::-1] * np.array([1, 1, 1, 1, -1, -1])
    of_turned = rarest_windows(layers_of([grid(4, 4), turned], alike), 1, 10_000)
    at = {tuple(box.round(4)): row for row, box in enumerate(of_turned.boxes)}
    eight = np.isclose(windows.boxes[:, 2] - windows.boxes[:, 0], SIDE / 8)
    for box, mirrored in zip(windows.boxes[eight], windows.mirrored(2).cells[eight], strict=True):
        place = tuple(np.array([1 - box[2], box[1], 1 - box[0], box[3]]).round(4))
        np.testing.assert_allclose(mirrored, of_turned.cells[at[place]], atol=1e-6)


def test_a_grid_smaller_than_a_window_has_none() -> None:
    assert len(rarest_windows(layers_of([grid(3, 9), grid(4, 5)], alike), 1, 100).boxes) == 2
