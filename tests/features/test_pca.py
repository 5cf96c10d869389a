"""PCA against the singular value decomposition, and what is kept on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.features.grid import FeatureMap, unit_rows
from explorer.features.hog import mirror_order
from explorer.features.pca import Reduction, fit_reduction


def sample(seed: int = 0, count: int = 400, dims: int = 12) -> np.ndarray:
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(dims, dims)) * np.linspace(2.0, 0.1, dims)
    return rng.normal(size=(count, dims)) @ mixing + 1.5


@pytest.mark.parametrize("dims", [1, 5, 12])
def test_the_kept_directions_are_the_leading_singular_vectors(dims: int) -> None:
    cells = unit_rows(sample())
    _, _, directions = np.linalg.svd(cells - cells.mean(axis=0), full_matrices=False)
    matrix = fit_reduction(sample(), dims, 0.0).matrix
    assert matrix.shape == (12, dims)
    np.testing.assert_allclose(np.abs((matrix * directions[:dims].T).sum(axis=0)), 1.0, atol=1e-3)


def test_zero_dimensions_or_too_many_keep_all() -> None:
    assert fit_reduction(sample(), 0, 0.0).dims == 12
    assert fit_reduction(sample(), 500, 0.0).dims == 12


def test_keeping_all_directions_keeps_all_angles_round_the_mean() -> None:
    reduction = fit_reduction(sample(), 0, 0.0)
    new_cells = sample(7, count=30)
    centred = unit_rows(unit_rows(new_cells) - unit_rows(sample()).mean(axis=0))
    reduced = reduction.apply(FeatureMap(new_cells.reshape(5, 6, 12))).vectors.reshape(30, 12)
    np.testing.assert_allclose(reduced @ reduced.T, centred @ centred.T, atol=1e-4)


def test_full_whitening_gives_every_direction_the_same_variance() -> None:
    reduction = fit_reduction(sample(), 8, 1.0)
    projected = (unit_rows(sample()) - reduction.mean) @ reduction.matrix
    np.testing.assert_allclose(projected.var(axis=0), 1.0, rtol=1e-2)


def test_the_same_sample_gives_the_same_reduction() -> None:
    first, second = fit_reduction(sample(), 6, 0.5), fit_reduction(sample().copy(), 6, 0.5)
    np.testing.assert_array_equal(first.matrix, second.matrix)
    np.testing.assert_array_equal(first.mean, second.mean)


def test_rounding_turns_no_direction_round() -> None:
    """An antisymmetric one has its greatest component twice, with both signs: which is greater is chance."""
    rng = np.random.default_rng(3)
    cells, histograms = sample(count=300), rng.gamma(2.0, size=(300, len(mirror_order())))
    exact = fit_reduction(cells, 0, 0.5, histograms)
    assert exact.antisymmetric > 10
    for _ in range(5):
        rounded = histograms * (1 + 1e-7 * rng.normal(size=histograms.shape))
        np.testing.assert_allclose(fit_reduction(cells, 0, 0.5, rounded).matrix, exact.matrix, rtol=0.05, atol=0.02)


@pytest.mark.parametrize("whitening", [0.0, 1.0])
def test_cells_that_are_all_the_same_give_finite_vectors(whitening: float) -> None:
    """A collection of one blank picture: nothing to tell apart, and no NaN for that."""
    cells = np.ones((50, 6))
    reduction = fit_reduction(cells, 4, whitening)
    assert np.isfinite(reduction.apply(FeatureMap(np.ones((2, 2, 6), np.float32))).vectors).all()
    assert np.isfinite(reduction.apply(FeatureMap(np.zeros((2, 2, 6), np.float32))).vectors).all()


def test_saved_and_loaded_it_is_the_same(tmp_path: Path) -> None:
    reduction = fit_reduction(sample(), 6, 0.5)
    reduction.save(tmp_path / "reduction.npz")
    loaded = Reduction.load(tmp_path / "reduction.npz")
    np.testing.assert_array_equal(loaded.matrix, reduction.matrix)
    np.testing.assert_array_equal(loaded.mean, reduction.mean)
    assert [path.name for path in tmp_path.iterdir()] == ["reduction.npz"]


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "half"])
def test_a_damaged_file_is_a_miss(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "reduction.npz"
    fit_reduction(sample(), 6, 0.5).save(path)
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "text": b"x" * 99, "half": whole[: len(whole) // 2]}[damage])
    assert Reduction.load(path) is None


def test_a_flipped_byte_anywhere_is_noticed_or_harmless(tmp_path: Path) -> None:
    path = tmp_path / "reduction.npz"
    reduction = fit_reduction(sample(dims=6), 4, 0.0)
    reduction.save(path)
    whole = path.read_bytes()
    misses = 0
    for offset in range(0, len(whole), 5):
        path.write_bytes(whole[:offset] + bytes([whole[offset] ^ 0xFF]) + whole[offset + 1 :])
        loaded = Reduction.load(path)
        misses += loaded is None
        assert loaded is None or np.array_equal(loaded.matrix, reduction.matrix)
        assert loaded is None or np.array_equal(loaded.mean, reduction.mean)
    assert misses > 50
