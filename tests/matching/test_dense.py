"""Dense matching against a slow loop; planted pieces are found where they were planted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from explorer.features.grid import FeatureMap, unit_rows
from explorer.geometry import Box, intersection_over_union
from explorer.matching.dense import QUERY_CELLS, SIZES, MatchOptions, locate, query_grid


def cells(seed: int, rows: int, columns: int, dims: int = 16) -> np.ndarray:
    return unit_rows(np.random.default_rng(seed).normal(size=(rows, columns, dims)))


def start(centre: float, side: float, step: int) -> int:
    return min(max(math.floor(centre - (step - 1) / 2), 0), math.ceil(side) - step)


def best_by_loops(query: np.ndarray, work: np.ndarray, mirror: bool) -> tuple[float, tuple[float, ...], bool]:
    """The definition: every size, every whole cell as corner, the mean cosine of query cells with what they cover.

    A query cell covers as many cells of the work, squared, as the placement is larger than the query, rounded.
    """
    high, wide = query.shape[:2]
    rows, columns = work.shape[:2]
    best = (-9.0, (0.0, 0.0, 0.0, 0.0), False)
    for size in SIZES:
        tall, broad = size * high / max(high, wide), size * wide / max(high, wide)
        step = max(1, min(int(size / max(high, wide) + 0.5), int(min(tall, broad))))
        for top in range(rows - math.ceil(tall) + 1):
            for left in range(columns - math.ceil(broad) + 1):
                for mirrored in (False, True) if mirror else (False,):
                    total = 0.0
                    for r in range(high):
                        for c in range(wide):
                            under = wide - 1 - c if mirrored else c
                            y = top + start((r + 0.5) * tall / high, tall, step)
                            x = left + start((under + 0.5) * broad / wide, broad, step)
                            total += float(query[r, c] @ unit_rows(work[y : y + step, x : x + step].mean(axis=(0, 1))))
                    score = total / (high * wide)
                    if score > best[0] + 1e-6:
                        box = (left / columns, top / rows, (left + broad) / columns, (top + tall) / rows)
                        best = (score, box, mirrored)
    return best


@pytest.mark.parametrize("seed", range(6))
def test_placements_agree_with_the_slow_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    query = cells(seed, *(int(v) for v in rng.integers(2, 6, 2)), dims=6)
    works = [cells(100 * seed + k, *(int(v) for v in rng.integers(6, 12, 2)), dims=6) for k in range(4)]
    placed = locate(FeatureMap(query), works)
    for work, (placement,) in zip(works, placed, strict=True):
        score, box, mirrored = best_by_loops(query, work, MatchOptions(mirror=True))
        assert placement.score == pytest.approx(score, abs=1e-5)
        assert placement.box.as_tuple() == pytest.approx(box, abs=1e-6)
        assert placement.mirrored == mirrored


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("factor", [1, 2, 3])
def test_a_planted_piece_is_found_at_its_place(factor: int, mirrored: bool) -> None:
    """Enlarged 1, 2 and 3 times, as it is and reversed; with each cell repeated, sizes a little off fit as well."""
    query = cells(1, 4, 4)
    piece = np.repeat(np.repeat(query[:, ::-1] if mirrored else query, factor, axis=0), factor, axis=1)
    work = cells(2, 20, 24)
    work[5 : 5 + len(piece), 9 : 9 + len(piece)] = piece
    (found,) = locate(FeatureMap(query), [work])[0]
    truth = Box(9 / 24, 5 / 20, (9 + len(piece)) / 24, (5 + len(piece)) / 20)
    overlap = intersection_over_union(np.array([found.box.as_tuple()]), np.array([truth.as_tuple()]))[0, 0]
    assert found.mirrored == mirrored
    assert overlap > (0.99 if factor == 1 else 0.6)
    assert found.score > 0.9


def test_two_planted_pieces_are_two_places_and_do_not_overlap() -> None:
    query = cells(3, 4, 4)
    work = cells(4, 20, 20)
    work[2:6, 3:7] = query
    work[12:16, 11:15] = query[:, ::-1]
    found = locate(FeatureMap(query), [work], MatchOptions(per_work=3))[0]
    corners = {(round(p.box.x0 * 20), round(p.box.y0 * 20), p.mirrored) for p in found[:2]}
    assert corners == {(3, 2, False), (11, 12, True)}
    boxes = np.array([p.box.as_tuple() for p in found])
    overlaps = intersection_over_union(boxes, boxes) - np.eye(len(boxes))
    assert overlaps.max() <= 0.3 + 1e-6
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)


def test_without_mirroring_only_the_upright_is_found() -> None:
    query = cells(5, 4, 4)
    work = cells(6, 12, 12)
    work[3:7, 3:7] = query[:, ::-1]
    assert locate(FeatureMap(query), [work], MatchOptions(mirror=True))[0][0].mirrored
    (found,) = locate(FeatureMap(query), [work], MatchOptions(mirror=False))[0]
    assert not found.mirrored
    assert found.score < 0.6


def test_padding_never_wins() -> None:
    """Works of many shapes at once are padded to the largest; every cosine is below zero here, padding's would be 0."""
    direction = np.eye(8, dtype=np.float32)[0]
    query = FeatureMap(np.tile(direction, (4, 4, 1)))
    shapes = [(4, 30), (30, 4), (12, 12), (5, 7), (28, 28)]
    works = [np.tile(-direction, (*shape, 1)) for shape in shapes]
    for placements in locate(query, works, MatchOptions(per_work=2)):
        assert placements
        for placement in placements:
            assert placement.score == pytest.approx(-1, abs=1e-5)
            assert placement.box.clipped() == placement.box


def test_each_work_is_matched_as_if_alone() -> None:
    query = FeatureMap(cells(7, 5, 3))
    works = [cells(8, 6, 20), cells(9, 28, 21), cells(10, 9, 9), cells(23, 2, 2), cells(24, 40, 2)]
    together = locate(query, works, MatchOptions(per_work=2))
    for work, placements in zip(works, together, strict=True):
        (alone,) = locate(query, [work], MatchOptions(per_work=2))
        assert [p.score for p in placements] == pytest.approx([p.score for p in alone], abs=1e-5)
        assert [p.box for p in placements] == [p.box for p in alone]


def test_half_precision_grids_are_as_good() -> None:
    query, work = FeatureMap(cells(11, 6, 6)), cells(12, 21, 28)
    (full,), (half,) = locate(query, [work])[0], locate(query, [work.astype(np.float16)])[0]
    assert half.score == pytest.approx(full.score, abs=1e-2)


def test_no_works_no_placements() -> None:
    assert locate(FeatureMap(cells(13, 3, 3)), []) == []


@pytest.mark.parametrize("shape", [(2, 2), (2, 28), (28, 2), (1, 1)])
def test_a_work_of_hardly_any_cells_never_fails(shape: tuple[int, int]) -> None:
    for query in (cells(14, 8, 8), cells(15, 1, 8), cells(16, 8, 1), cells(17, 3, 3)):
        for placements in locate(FeatureMap(query), [cells(18, *shape), cells(19, 21, 28)], MatchOptions(per_work=2)):
            for placement in placements:
                assert placement.box.clipped() == placement.box
                assert -1.01 <= placement.score <= 1.01


@pytest.mark.parametrize("box", [
    Box.whole(), Box(0, 0, 0.01, 0.01), Box(0.99, 0.99, 1, 1), Box(0, 0, 1, 0.01), Box(0.2, 0, 0.21, 1),
    Box(0.3, 0.3, 0.6, 0.6),
])  # fmt: skip
def test_the_querys_grid_has_few_cells_and_the_boxs_shape(box: Box) -> None:
    grid = query_grid(FeatureMap(cells(20, 21, 28)), box)
    high, wide = box.height * 21, box.width * 28
    assert 3 <= max(grid.shape) <= QUERY_CELLS
    assert min(grid.shape) >= 1
    assert grid.shape[0] / grid.shape[1] == pytest.approx(high / wide, rel=0.5) or min(grid.shape) == 1
    np.testing.assert_allclose(np.linalg.norm(grid.vectors, axis=2), 1, atol=1e-4)


@pytest.mark.parametrize("shape", [(21, 28), (24, 32), (32, 32), (48, 64), (20, 45)])
def test_a_whole_picture_covers_itself_however_fine_the_grid(shape: tuple[int, int]) -> None:
    smooth = np.random.default_rng(22).normal(size=(4, 5, 16))
    rows, columns = (np.linspace(0, side - 1e-6, count) for side, count in zip(smooth.shape, shape, strict=False))
    work = unit_rows(smooth[rows.astype(int)][:, columns.astype(int)])
    (found,) = locate(query_grid(FeatureMap(work), Box.whole()), [work])[0]
    assert found.box.area > 0.8


def test_a_box_of_a_work_is_found_at_itself() -> None:
    work = cells(21, 21, 28)
    box = Box(8 / 28, 5 / 21, 16 / 28, 13 / 21)
    (found,) = locate(query_grid(FeatureMap(work), box), [work])[0]
    assert found.box.as_tuple() == pytest.approx(box.as_tuple(), abs=1e-6)
    assert found.score == pytest.approx(1, abs=1e-4)
