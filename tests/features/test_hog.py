"""Gradient histograms of plain lines, of mirrored pictures, and of the same drawing at another size."""

from __future__ import annotations

import numpy as np
import pytest
from generated import work
from PIL import Image

from explorer.features.grid import FeatureMap
from explorer.features.hog import CELL_PIXELS, ORIENTATIONS, gradient_histograms, mirror_order
from explorer.features.pca import fit_reduction


def drawn(seed: int, rows: int = 12, columns: int = 16) -> np.ndarray:
    return np.asarray(work(seed, columns * CELL_PIXELS, rows * CELL_PIXELS).convert("RGB"))


def stripes(angle: float) -> np.ndarray:
    """Stripes whose tone changes in the direction ``angle``, degrees from the x axis towards the y axis."""
    y, x = np.mgrid[0 : 10 * CELL_PIXELS, 0 : 10 * CELL_PIXELS]
    along = x * np.cos(np.radians(angle)) + y * np.sin(np.radians(angle))
    return np.repeat((127 + 90 * np.sin(along / 2.5)).astype(np.uint8)[:, :, None], 3, axis=2)


@pytest.mark.parametrize("bin_", range(ORIENTATIONS))
def test_a_line_falls_into_the_bin_of_its_direction(bin_: int) -> None:
    described = gradient_histograms(stripes(180 * bin_ / ORIENTATIONS), 10, 10)[5, 5].reshape(9, ORIENTATIONS)
    assert (described.argmax(axis=1) == bin_).all()
    assert np.linalg.norm(described) == pytest.approx(1, abs=1e-5)


def test_a_mirrored_picture_is_described_by_the_same_numbers_in_another_order() -> None:
    picture = drawn(1)
    there = gradient_histograms(np.ascontiguousarray(picture[:, ::-1]), 12, 16)
    assert np.allclose(there[:, ::-1][:, :, mirror_order()], gradient_histograms(picture, 12, 16), atol=1e-3)
    assert np.array_equal(mirror_order()[mirror_order()], np.arange(72))


def test_light_and_dark_may_change_places() -> None:
    picture = drawn(2)
    assert np.allclose(gradient_histograms(255 - picture, 12, 16), gradient_histograms(picture, 12, 16), atol=1e-2)


def test_a_larger_picture_is_brought_to_the_grid_and_a_blank_one_has_short_vectors() -> None:
    picture = drawn(3)
    large = np.asarray(Image.fromarray(picture).resize((16 * 40, 12 * 40), Image.Resampling.BICUBIC))
    cosines = (gradient_histograms(large, 12, 16) * gradient_histograms(picture, 12, 16)).sum(axis=2)
    assert np.median(cosines) > 0.95
    assert np.linalg.norm(gradient_histograms(np.full((96, 96, 3), 90, np.uint8), 6, 6), axis=2).max() < 0.1


def test_mirrored_details_need_nothing_computed_anew() -> None:
    """Reduced with patch vectors that a mirror leaves alone, a mirrored picture's cells follow by a change of signs."""
    rng = np.random.default_rng(0)
    pictures = [drawn(seed) for seed in range(4)]
    patches = [rng.normal(size=(12, 16, 24)).astype(np.float32) for _ in pictures]
    lines = [gradient_histograms(picture, 12, 16) for picture in pictures]
    cells, all_lines = (np.concatenate([grid.reshape(192, -1) for grid in maps]) for maps in (patches, lines))
    reduction = fit_reduction(cells, 48, 0.5, all_lines, weight=2.0)
    assert 0 < reduction.antisymmetric < 48
    straight = reduction.apply(FeatureMap(patches[0]), lines[0])
    turned = gradient_histograms(np.ascontiguousarray(pictures[0][:, ::-1]), 12, 16)
    there = reduction.apply(FeatureMap(np.ascontiguousarray(patches[0][:, ::-1])), turned)
    assert np.allclose(straight.mirrored().vectors, there.vectors, atol=5e-3)
    assert not np.allclose(straight.vectors[:, ::-1], there.vectors, atol=0.1)


@pytest.mark.parametrize("weight", [0.5, 2.0])
def test_gradient_histograms_count_by_their_weight(weight: float) -> None:
    rng = np.random.default_rng(1)
    patches, lines = rng.normal(size=(3000, 10)), rng.normal(size=(3000, 72)).astype(np.float32) * 7
    reduction = fit_reduction(patches, 0, 0.0, lines, weight)
    none = np.zeros_like(lines)
    there = FeatureMap(patches.reshape(50, 60, 10).astype(np.float32))
    flat = there.vectors.reshape(3000, 10)
    flat = flat / np.linalg.norm(flat, axis=1, keepdims=True)

    def spread(own: np.ndarray, drawn_: np.ndarray) -> float:
        return ((np.concatenate([own, drawn_], axis=1) - reduction.mean) @ reduction.matrix).var(axis=0).sum()

    assert spread(0 * flat, lines) / spread(flat, none) == pytest.approx(weight**2, rel=0.01)
