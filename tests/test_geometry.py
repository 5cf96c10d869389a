"""Boxes and their algebra, against slow and obvious arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest

from explorer.errors import ExplorerError
from explorer.geometry import Box, intersection_over_union, non_maximum_suppression


def random_boxes(rng: np.random.Generator, count: int) -> np.ndarray:
    corners = np.sort(rng.random((count, 2, 2)), axis=1)
    return corners.reshape(count, 4)


@pytest.mark.parametrize("sides", [
    (math.nan, 0, 1, 1), (0, math.inf, 1, 1), (0, 0, -math.inf, 1),
    (0.5, 0, 0.5, 1), (0, 0.5, 1, 0.5), (0.6, 0, 0.5, 1), (0, 1, 1, 0),
])  # fmt: skip
def test_a_box_without_extent_or_number_is_refused(sides: tuple[float, ...]) -> None:
    with pytest.raises(ExplorerError):
        Box(*sides)


@pytest.mark.parametrize("sides", [(1, 0, 2, 1), (-1, 0, 0, 1), (0, 1, 1, 2), (0, -2, 1, -1), (5, 5, 6, 6)])
def test_a_box_that_does_not_meet_the_picture_is_refused(sides: tuple[float, ...]) -> None:
    with pytest.raises(ExplorerError, match="outside"):
        Box(*sides).clipped()


def test_clipping_keeps_what_lies_on_the_picture() -> None:
    assert Box(-0.5, 0.25, 0.5, 2.0).clipped() == Box(0, 0.25, 0.5, 1)
    inside = Box(0.1, 0.2, 0.3, 0.4)
    assert inside.clipped() == inside
    assert Box(-9, -9, 9, 9).clipped() == Box.whole()


def test_pixels_there_and_back() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        width, height = (int(v) for v in rng.integers(16, 9000, 2))
        x0, y0 = int(rng.integers(0, width - 1)), int(rng.integers(0, height - 1))
        x1, y1 = int(rng.integers(x0 + 1, width + 1)), int(rng.integers(y0 + 1, height + 1))
        assert Box.from_pixels((x0, y0, x1, y1), width, height).to_pixels(width, height) == (x0, y0, x1, y1)


def test_the_mirror_image_of_a_box_covers_the_mirrored_pixels() -> None:
    box = Box(0.125, 0.25, 0.5, 0.75)
    grid = np.zeros((8, 8))
    x0, y0, x1, y1 = box.to_pixels(8, 8)
    grid[y0:y1, x0:x1] = 1
    x0, y0, x1, y1 = box.mirrored().to_pixels(8, 8)
    assert grid[:, ::-1][y0:y1, x0:x1].all()
    assert box.mirrored().area == pytest.approx(box.area)
    assert box.mirrored().mirrored() == box


def test_overlap_agrees_with_counting_cells() -> None:
    rng = np.random.default_rng(1)
    boxes = np.sort(rng.integers(0, 20, (30, 2, 2)), axis=1).reshape(30, 4)

    def cells(box: np.ndarray) -> np.ndarray:
        mask = np.zeros((20, 20), bool)
        mask[box[1] : box[3], box[0] : box[2]] = True
        return mask

    expected = np.zeros((30, 30))
    for i, a in enumerate(boxes):
        for j, b in enumerate(boxes):
            union = (cells(a) | cells(b)).sum()
            expected[i, j] = (cells(a) & cells(b)).sum() / union if union else 0
    np.testing.assert_allclose(intersection_over_union(boxes, boxes), expected, atol=1e-6)


def test_overlap_of_nothing_has_the_right_shape() -> None:
    assert intersection_over_union(np.zeros((0, 4)), np.zeros((3, 4))).shape == (0, 3)
    assert intersection_over_union(np.zeros((3, 4)), np.zeros((3, 4))).max() == 0  # boxes of no area


def test_suppression_agrees_with_the_greedy_definition() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        boxes, scores = random_boxes(rng, 25), rng.integers(0, 6, 25) / 5  # many ties
        kept: list[int] = []
        for row in sorted(range(25), key=lambda r: (-scores[r], r)):
            if all(intersection_over_union(boxes[row], boxes[k])[0, 0] <= 0.3 for k in kept):
                kept.append(row)
        assert non_maximum_suppression(boxes, scores, 0.3).tolist() == kept
        assert non_maximum_suppression(boxes, scores, 0.3, most=3).tolist() == kept[:3]


def test_suppression_of_nothing_is_nothing() -> None:
    assert non_maximum_suppression(np.zeros((0, 4)), np.zeros(0), 0.3).tolist() == []
