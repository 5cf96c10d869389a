"""Pooling against area-weighted means worked out cell by cell; the grid of regions against its promises."""

from __future__ import annotations

import math

import numpy as np
import pytest

from explorer.features.grid import FeatureMap, resample, unit_rows, widened
from explorer.features.regions import pool, region_boxes
from explorer.geometry import Box

SCALES = (1.0, 0.5, 0.3, 0.18)
SHAPES = [(400, 300), (300, 400), (1, 1), (5000, 400), (300, 4000), (1600, 900)]


def mean_by_area(vectors: np.ndarray, box: np.ndarray) -> np.ndarray:
    """The mean vector over a box, every cell weighed by the area of it that the box covers."""
    rows, columns = vectors.shape[:2]
    total = np.zeros(vectors.shape[2])
    for r in range(rows):
        for c in range(columns):
            wide = max(0.0, min(box[2], (c + 1) / columns) - max(box[0], c / columns))
            high = max(0.0, min(box[3], (r + 1) / rows) - max(box[1], r / rows))
            total += wide * high * vectors[r, c]
    return total / np.linalg.norm(total)


def test_pooling_is_the_area_weighted_mean() -> None:
    rng = np.random.default_rng(0)
    for _ in range(25):
        rows, columns, dims = (int(v) for v in rng.integers(1, 12, 3))
        vectors = (rng.normal(size=(rows, columns, dims)) + 0.4).astype(np.float32)
        boxes = np.sort(rng.random((12, 2, 2)), axis=1).reshape(12, 4)
        boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 0.02).clip(0, 1)
        boxes[0] = (0, 0, 1, 1)
        boxes = boxes[(boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])]
        expected = np.array([mean_by_area(vectors, box) for box in boxes])
        np.testing.assert_allclose(pool(FeatureMap(vectors), boxes), expected, atol=2e-3)


def test_pooling_a_single_cell_gives_that_cell() -> None:
    vectors = unit_rows(np.random.default_rng(1).normal(size=(28, 28, 64)))
    boxes = np.array([(c / 28, r / 28, (c + 1) / 28, (r + 1) / 28) for r in range(28) for c in range(28)])
    np.testing.assert_allclose(pool(FeatureMap(vectors), boxes), vectors.reshape(-1, 64), atol=2e-4)


def test_pooled_vectors_have_unit_length_and_emptiness_stays_zero() -> None:
    grid = FeatureMap(np.concatenate([np.zeros((4, 2, 3)), np.ones((4, 2, 3))], axis=1).astype(np.float32))
    lengths = np.linalg.norm(pool(grid, np.array([(0, 0, 0.5, 1), (0.5, 0, 1, 1), (0, 0, 1, 1)])), axis=1)
    np.testing.assert_allclose(lengths, [0, 1, 1], atol=1e-6)


@pytest.mark.parametrize("size", SHAPES)
@pytest.mark.parametrize("overlap", [0.0, 0.4, 0.6])
def test_regions_cover_the_picture_and_stay_on_it(size: tuple[int, int], overlap: float) -> None:
    boxes = region_boxes(*size, SCALES, overlap)
    assert boxes.dtype == np.float32
    assert boxes[0].tolist() == [0, 0, 1, 1]
    assert boxes.min() >= 0
    assert boxes.max() <= 1
    assert (boxes[:, 2:] > boxes[:, :2]).all()
    points = np.random.default_rng(0).random((500, 2))
    for scale in SCALES[1:]:
        mine = boxes_of_scale(boxes, size, scale)
        inside = (points[:, None] >= mine[None, :, :2] - 1e-6) & (points[:, None] <= mine[None, :, 2:] + 1e-6)
        assert inside.all(axis=2).any(axis=1).all(), f"scale {scale} leaves part of the picture out"


@pytest.mark.parametrize("size", SHAPES)
def test_neighbours_overlap_as_promised_and_windows_are_square(size: tuple[int, int]) -> None:
    boxes = region_boxes(*size, SCALES, 0.4)
    for scale in SCALES[1:]:
        mine = boxes_of_scale(boxes, size, scale)
        for low, high in ((0, 2), (1, 3)):
            starts, side = np.unique(mine[:, low].round(6)), float((mine[:, high] - mine[:, low])[0])
            assert np.diff(starts).max(initial=0) <= 0.6 * side + 1e-5
        wide, high = (mine[0, 2] - mine[0, 0]) * size[0], (mine[0, 3] - mine[0, 1]) * size[1]
        expected = scale * math.sqrt(size[0] * size[1])
        assert wide == pytest.approx(min(expected, size[0]), rel=1e-4)
        assert high == pytest.approx(min(expected, size[1]), rel=1e-4)


def boxes_of_scale(boxes: np.ndarray, size: tuple[int, int], scale: float) -> np.ndarray:
    unit = math.sqrt(size[0] * size[1])
    across, down = min(scale * unit / size[0], 1), min(scale * unit / size[1], 1)
    sides = boxes[1:, 2:] - boxes[1:, :2]
    mine = boxes[1:][np.abs(sides - (across, down)).max(axis=1) < 1e-5]
    assert len(mine)
    return mine


def test_only_the_shape_of_a_picture_matters() -> None:
    np.testing.assert_array_equal(region_boxes(400, 300, SCALES, 0.4), region_boxes(4, 3, SCALES, 0.4))


def test_resampling_the_whole_onto_its_own_grid_changes_nothing() -> None:
    vectors = unit_rows(np.random.default_rng(2).normal(size=(6, 9, 5)))
    np.testing.assert_allclose(resample(FeatureMap(vectors), Box.whole(), 6, 9).vectors, vectors, atol=1e-4)


def test_resampling_a_part_takes_that_part() -> None:
    vectors = unit_rows(np.random.default_rng(3).normal(size=(8, 8, 5)))
    part = resample(FeatureMap(vectors), Box(0.25, 0.5, 0.75, 1.0), 4, 4)
    np.testing.assert_allclose(part.vectors, vectors[4:8, 2:6], atol=1e-4)


def test_mirroring_turns_the_cells_round() -> None:
    vectors = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    assert FeatureMap(vectors).mirrored().vectors[:, 0].tolist() == vectors[:, 2].tolist()
    assert FeatureMap(vectors).shape == (2, 3)


def test_halves_are_widened_exactly() -> None:
    """All finite ones, the smallest among them, also from part of an array into part of one."""
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)].reshape(-1, 8)
    np.testing.assert_array_equal(widened(halves), halves.astype(np.float32))
    out = np.zeros((len(halves), 12), np.float32)
    widened(halves[::2, 1:5], out=out[: len(halves[::2]), 2:6])
    np.testing.assert_array_equal(out[: len(halves[::2]), 2:6], halves[::2, 1:5].astype(np.float32))
    assert not out[:, :2].any() and not out[:, 6:].any()
