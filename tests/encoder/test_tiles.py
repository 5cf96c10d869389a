"""A grid cut into tiles and joined is the grid, and every cell comes from where it lay inside."""

from __future__ import annotations

import pytest
import torch

from explorer.encoder.tiles import MARGIN, Tiling


@pytest.mark.parametrize(("rows", "columns"), [(14, 14), (9, 30), (15, 28), (52, 39), (3, 2), (100, 14)])
def test_what_is_cut_and_joined_is_as_it_was(rows: int, columns: int) -> None:
    grid = torch.arange(2 * rows * columns * 3).reshape(2, rows, columns, 3)
    tiling = Tiling.of(rows, columns, 14)
    assert tiling.height <= 14 and tiling.width <= 14
    torch.testing.assert_close(tiling.join(tiling.split(grid)), grid.flatten(1, 2))


@pytest.mark.parametrize(("rows", "columns"), [(15, 28), (52, 39), (33, 14)])
def test_no_cell_is_taken_from_the_edge_of_a_tile_unless_it_is_the_grids_own(rows: int, columns: int) -> None:
    tiling = Tiling.of(rows, columns, 14)
    down, across = torch.meshgrid(torch.arange(tiling.height), torch.arange(tiling.width), indexing="ij")
    inside = torch.stack([down, tiling.height - 1 - down, across, tiling.width - 1 - across], dim=-1).reshape(1, -1, 4)
    depth = tiling.join(inside.expand(len(tiling.places), -1, -1)).reshape(rows, columns, 4)
    row, column = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    to_edge = torch.stack([row, rows - 1 - row, column, columns - 1 - column], dim=-1)
    assert ((depth >= MARGIN) | (depth == to_edge)).all()
