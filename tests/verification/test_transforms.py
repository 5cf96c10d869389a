"""Similarity transforms: they are found as they were applied, among wrong pairs too."""

from __future__ import annotations

import math

import numpy as np
import pytest

from explorer.verification.transforms import Transform, fit_similarity, moved_box, transform_of


def similarity(scale: float, turn: float, mirror: bool, shift: tuple[float, float] = (40.0, -25.0)) -> np.ndarray:
    """Mirrored first, then scaled, then turned by degrees counter-clockwise as one sees it (y points down)."""
    angle = math.radians(turn)
    turned = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return np.column_stack([scale * turned @ np.diag([-1.0 if mirror else 1.0, 1.0]), shift])


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("turn", [0.0, 12.0, -95.0, 170.0])
@pytest.mark.parametrize("scale", [0.4, 1.0, 2.5])
def test_a_similarity_is_fitted_to_pairs_of_which_half_are_wrong(scale: float, turn: float, mirror: bool) -> None:
    rng = np.random.default_rng(3)
    truth = similarity(scale, turn, mirror)
    query = rng.uniform(0, 200, (40, 2))
    work = query @ truth[:, :2].T + truth[:, 2] + rng.normal(0, 0.3, (40, 2))
    work[20:] = rng.uniform(0, 200, (20, 2))
    fit = fit_similarity(query, work, tolerance=3.0, mirror=mirror)
    assert fit.inliers[:20].all() and fit.count < 26
    found = fit.transform
    assert found.mirror is mirror
    assert found.scale == pytest.approx(scale, rel=0.03)
    assert (found.turn - turn + 180) % 360 - 180 == pytest.approx(0, abs=2)
    assert transform_of(truth).mirror is mirror


def test_the_wrong_orientation_has_hardly_any_support() -> None:
    rng = np.random.default_rng(4)
    truth = similarity(1.2, 5, mirror=True)
    query = rng.uniform(0, 200, (40, 2))
    straight = fit_similarity(query, query @ truth[:, :2].T + truth[:, 2], tolerance=3.0, mirror=False)
    assert straight is None or straight.count < 8


@pytest.mark.parametrize("count", [0, 1, 3])
def test_too_few_pairs_give_no_fit(count: int) -> None:
    points = np.random.default_rng(1).uniform(0, 9, (count, 2))
    assert fit_similarity(points, points, 1.0, False) is None


def test_pairs_of_a_single_point_give_no_fit_or_a_finite_one() -> None:
    same = np.ones((10, 2))
    fit = fit_similarity(same, same, 1.0, False)
    assert fit is None or np.isfinite(fit.matrix).all()


def test_a_turned_box_holds_the_ellipse_that_was_in_it() -> None:
    matrix = similarity(2.0, 30, mirror=True)
    angles = np.linspace(0, 2 * np.pi, 2000)
    ellipse = np.column_stack([50 + 30 * np.cos(angles), 40 + 10 * np.sin(angles)]) @ matrix[:, :2].T + matrix[:, 2]
    found = moved_box(matrix, (20, 30, 80, 50))
    np.testing.assert_allclose(found, [*ellipse.min(axis=0), *ellipse.max(axis=0)], atol=0.05)


@pytest.mark.parametrize("second", [(0.5, 100.0, True), (2.0, -170.0, False), (1.0, 0.0, False)])
@pytest.mark.parametrize("first", [(3.0, 120.0, False), (0.7, -45.0, True), (1.5, 179.0, True)])
def test_transforms_one_after_the_other_are_the_product_of_their_matrices(first: tuple, second: tuple) -> None:
    product = similarity(*second, shift=(0, 0))[:, :2] @ similarity(*first, shift=(0, 0))[:, :2]
    expected, found = transform_of(product), Transform(*first).then(Transform(*second))
    assert (found.scale, found.mirror) == (pytest.approx(expected.scale), expected.mirror)
    assert (found.turn - expected.turn + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)
    back = Transform(*first).then(Transform(*first).inverse())
    assert (back.scale, back.turn, back.mirror) == (pytest.approx(1), pytest.approx(0), False)
