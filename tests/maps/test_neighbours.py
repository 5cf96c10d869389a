"""Nearest others, against sorting all cosines."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.features.grid import unit_rows
from explorer.maps.neighbours import comparable, distances, exact_others, indexed_others
from explorer.maps.regions import shared_ground


def vectors_of(count: int, dims: int = 12, seed: int = 0) -> np.ndarray:
    return unit_rows(np.random.default_rng(seed).normal(size=(count, dims)).astype(np.float32))


def sorted_cosines(vectors: np.ndarray) -> np.ndarray:
    cosines = (vectors @ vectors.T).astype(np.float64)
    np.fill_diagonal(cosines, -9)
    return cosines


@pytest.mark.parametrize("count", [2, 3, 17, 300, 4000])
def test_the_nearest_are_those_of_the_largest_cosines(count: int) -> None:
    vectors = vectors_of(count)
    rows, cosines = exact_others(vectors, 15)
    true = -np.sort(-sorted_cosines(vectors), axis=1)[:, :15]
    assert rows.shape == cosines.shape == (count, min(15, count - 1))
    np.testing.assert_allclose(cosines, true[:, : rows.shape[1]], atol=1e-5)
    assert (rows != np.arange(count)[:, None]).all()
    assert all(len(set(row)) == len(row) for row in rows.tolist())


@pytest.mark.parametrize("count", [0, 1])
def test_a_point_alone_has_no_others(count: int) -> None:
    assert exact_others(vectors_of(count), 15)[0].shape == (count, 0)


def test_the_index_finds_nearly_all_of_them_and_the_same_ones_every_time() -> None:
    vectors = vectors_of(3000, 16)
    exact, found, again = exact_others(vectors, 15)[0], indexed_others(vectors, 15), indexed_others(vectors, 15)
    shared = np.mean([len(set(a) & set(b)) / 15 for a, b in zip(exact.tolist(), found[0].tolist(), strict=True)])
    assert shared > 0.9
    np.testing.assert_array_equal(found[0], again[0])
    assert (found[0] != np.arange(3000)[:, None]).all()


def test_many_equal_points_are_neighbours_of_each_other() -> None:
    vectors = np.repeat(vectors_of(3), 600, axis=0)
    for find in (exact_others, indexed_others):
        rows, cosines = find(vectors, 15)
        assert (rows // 600 == np.arange(1800)[:, None] // 600).all()
        assert (rows != np.arange(1800)[:, None]).all()
        assert all(len(set(row)) == 15 for row in rows.tolist())
        np.testing.assert_allclose(cosines, 1, atol=1e-5)


def test_metrics_order_as_their_definitions_do() -> None:
    vectors = vectors_of(50, 9, seed=3)
    rows, cosines = exact_others(comparable(vectors, "correlation"), 1)
    true = np.corrcoef(vectors)
    np.fill_diagonal(true, -9)
    np.testing.assert_array_equal(rows[:, 0], true.argmax(axis=1))
    np.testing.assert_allclose(cosines[:, 0], true.max(axis=1), atol=1e-5)
    rows, cosines = exact_others(vectors, 1)
    apart = np.linalg.norm(vectors - vectors[rows[:, 0]], axis=1)
    np.testing.assert_allclose(distances(cosines[:, 0], "euclidean"), apart, atol=1e-4)


def test_ground_is_shared_as_areas_say() -> None:
    boxes = np.array([[0, 0, 0.5, 0.5], [0.25, 0.25, 0.75, 0.75], [0.1, 0.1, 0.2, 0.2], [0.5, 0.5, 1, 1]])
    assert shared_ground(boxes[:, None], boxes[None])[0].tolist() == [1.0, 0.25, pytest.approx(1.0), 0.0]
