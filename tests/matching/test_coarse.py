"""Coarse matching: coarse grids are averages, and planted pieces are found whatever their size and the grid's."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.features.grid import FeatureMap, unit_rows
from explorer.features.pyramid import coarse_shapes, coarser
from explorer.features.regions import pool
from explorer.geometry import Box
from explorer.matching.coarse import QUERY_CELLS, coarse_peaks
from explorer.matching.dense import MatchOptions, query_grid
from explorer.matching.score_maps import IMPOSSIBLE


def noise(seed: int, rows: int, columns: int, dims: int = 24) -> np.ndarray:
    return unit_rows(np.random.default_rng(seed).normal(size=(rows, columns, dims)))


def enlarged(piece: np.ndarray, high: int, wide: int) -> np.ndarray:
    rows, columns = (np.arange(side) * count // side for side, count in zip((high, wide), piece.shape, strict=False))
    return piece[rows][:, columns]


@pytest.mark.parametrize("shape", [(52, 39), (28, 21), (14, 14), (9, 30), (8, 8), (3, 5), (1, 1), (1, 40), (101, 67)])
def test_coarse_grids_are_means_of_unit_length(shape: tuple[int, int]) -> None:
    cells = noise(0, *shape)
    grids = coarser(cells)
    assert [grid.shape[:2] for grid in grids] == coarse_shapes(*shape)
    assert max(grids[-1].shape[:2]) <= 8
    rows, columns = grids[0].shape[:2]
    boxes = [(c / columns, r / rows, (c + 1) / columns, (r + 1) / rows) for r in range(rows) for c in range(columns)]
    means = pool(FeatureMap(cells), np.array(boxes)).reshape(rows, columns, -1)
    np.testing.assert_allclose(grids[0], means, atol=1e-4)
    for grid in grids:
        np.testing.assert_allclose(np.linalg.norm(grid, axis=2), 1, atol=1e-5)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("side", [6, 8, 12, 16, 24, 36])
def test_a_planted_piece_is_found_at_its_place_whatever_its_size(side: int, mirrored: bool) -> None:
    piece = noise(1, 4, 4)
    work = noise(2, 40, 52)
    work[3 : 3 + side, 11 : 11 + side] = enlarged(piece[:, ::-1] if mirrored else piece, side, side)
    truth = Box(11 / 52, 3 / 40, (11 + side) / 52, (3 + side) / 40)
    found = coarse_peaks(FeatureMap(piece), [coarser(work), coarser(noise(3, 52, 40))], MatchOptions())
    best = found.best(0, 3)[0]
    assert best.mirrored == mirrored
    assert best.box.iou(truth) > 0.5
    assert found.scores[0].max() > found.scores[1].max() + 0.1


def test_works_whose_grids_differ_in_size_are_matched_together_as_if_alone() -> None:
    """A small grid has fewer coarse copies than a large one."""
    query = FeatureMap(noise(4, 4, 3))
    works = [coarser(noise(seed, *shape)) for seed, shape in ((5, (52, 40)), (6, (10, 7)), (7, (2, 2)), (8, (20, 28)))]
    assert len({len(work) for work in works}) > 1
    together = coarse_peaks(query, works, MatchOptions(per_work=2))
    for number, work in enumerate(works):
        alone = coarse_peaks(query, [work], MatchOptions(per_work=2))
        in_batch, by_itself = (
            np.sort(scores[scores > IMPOSSIBLE]) for scores in (together.scores[number], alone.scores[0])
        )
        np.testing.assert_allclose(in_batch, by_itself, atol=1e-5)
        assert len(in_batch) > 0
        for placement in together.best(number, 4):
            assert placement.box.clipped() == placement.box


def test_without_mirroring_no_mirrored_placement_is_found() -> None:
    found = coarse_peaks(FeatureMap(noise(9, 4, 4)), [coarser(noise(10, 30, 30))], MatchOptions(mirror=False))
    assert not found.mirrored.any()


def test_two_places_of_one_work_are_both_found() -> None:
    piece, work = noise(11, 4, 4), noise(12, 40, 52)
    for top, left in ((4, 4), (24, 36)):
        work[top : top + 8, left : left + 8] = enlarged(piece, 8, 8)
    best = coarse_peaks(FeatureMap(piece), [coarser(work)], MatchOptions(per_work=2)).best(0, 4)[:2]
    found = sorted((round(placement.box.x0 * 52), round(placement.box.y0 * 40)) for placement in best)
    np.testing.assert_allclose(found, [(4, 4), (36, 24)], atol=2)


def test_a_querys_cells_for_coarse_matching_are_few() -> None:
    grid = FeatureMap(noise(13, 40, 52))
    for box in (Box.whole(), Box(0, 0, 0.01, 0.01), Box(0.2, 0.1, 0.9, 0.2)):
        assert 3 <= max(query_grid(grid, box, QUERY_CELLS).shape) <= QUERY_CELLS
