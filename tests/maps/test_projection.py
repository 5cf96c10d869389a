"""UMAP: the same on every run, whatever it is given; in a process of its own it tells how far it is and can be
ended."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.errors import ExplorerError
from explorer.features.grid import unit_rows
from explorer.maps.apart import project_apart
from explorer.maps.neighbours import comparable, exact_others
from explorer.maps.projection import LAYING_OUT, Umap, into_square, project
from explorer.progress import Cancelled, watched


def groups(seed: int, count: int, of: int = 3, dims: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Vectors in a few tight groups, and the group of each."""
    rng = np.random.default_rng(seed)
    which = np.arange(count) % of
    return unit_rows(np.eye(dims)[which] + 0.05 * rng.normal(size=(count, dims))), which


def nearest(xy: np.ndarray, count: int) -> np.ndarray:
    distances = np.linalg.norm(xy[:, None] - xy[None], axis=2) + 9 * np.eye(len(xy))
    return distances.argsort(axis=1)[:, :count]


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "correlation"])
def test_those_that_look_alike_lie_together(metric: str) -> None:
    vectors, which = groups(0, 60)
    xy = project(vectors, Umap(metric=metric))
    assert xy.shape == (60, 2)
    assert xy.dtype == np.float32
    assert xy.min() >= 0
    assert xy.max() <= 1
    assert (which[nearest(xy, 5)] == which[:, None]).mean() > 0.95


def test_the_same_vectors_give_the_same_map() -> None:
    vectors, _ = groups(1, 30)
    np.testing.assert_array_equal(project(vectors), project(vectors.copy()))


def test_neighbours_that_are_known_are_taken() -> None:
    vectors, which = groups(1, 60)
    known = exact_others(comparable(vectors), 30)
    np.testing.assert_array_equal(project(vectors), project(vectors, found=known))
    strangers = np.array([np.flatnonzero(which != own)[:20] for own in which])  # as if they were the nearest
    led_astray = project(vectors, Umap(neighbours=10), (strangers, np.full(strangers.shape, 0.9, np.float32)))
    assert (which[nearest(led_astray, 5)] == which[:, None]).mean() < 0.8


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 6, 16, 50, 51, 52])
@pytest.mark.parametrize("dims", [1, 2])
def test_few_works_and_works_all_alike_have_a_map(count: int, dims: int) -> None:
    half = np.repeat(np.eye(20, dtype=np.float32)[:2], (count // 2, count - count // 2), axis=0)
    some = groups(2, count)[0] if count else np.zeros((0, 20), np.float32)
    for vectors in (some, np.ones((count, 20), np.float32), np.zeros((count, 20), np.float32), half):
        xy = project(vectors, Umap(dims=dims))
        assert xy.shape == (count, dims)
        assert np.isfinite(xy).all()
        assert xy.min(initial=0) >= 0
        assert xy.max(initial=1) <= 1


def test_vectors_of_one_number_have_a_map() -> None:
    assert np.isfinite(project(np.linspace(-1, 1, 60, dtype=np.float32)[:, None])).all()


def test_a_map_is_made_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # compiling takes ten seconds
    vectors, _ = groups(2, 6)
    steps: list[tuple[str, int, int]] = []
    xy = project_apart(vectors, progress=lambda *step: steps.append(step))
    assert (xy.shape, xy.dtype) == ((6, 2), np.float32)
    assert np.isfinite(xy).all()
    np.testing.assert_allclose((xy.min(), xy.max(), np.ptp(xy, axis=0).max()), (0, 1, 1), atol=1e-5)
    assert LAYING_OUT in {words for words, _, _ in steps}
    assert all(0 <= done <= total for _, done, total in steps)
    with pytest.raises(ExplorerError, match="map could not be computed"):
        project_apart(np.full((6, 4), "no number"))


def test_a_map_that_is_not_wanted_any_more_is_given_up() -> None:
    looks: list[str] = []

    def watcher(words: str) -> None:
        looks.append(words)
        if len(looks) > 1:
            raise Cancelled

    with watched(watcher), pytest.raises(Cancelled):
        project_apart(groups(3, 400)[0])
    assert len(looks) == 2  # and the process is ended: joining it would have taken seconds


def test_into_the_square_keeps_proportions() -> None:
    layout = np.random.default_rng(3).normal(size=(40, 2)) * (5, 2) + 7
    square = into_square(layout)
    assert square.min() >= 0
    assert square.max() <= 1 + 1e-6
    assert np.ptp(square, axis=0).max() == pytest.approx(1, abs=1e-5)
    before, after = (np.linalg.norm(points[:, None] - points[None], axis=2) for points in (layout, square))
    ratio = after[before > 0] / before[before > 0]
    assert ratio.std() / ratio.mean() < 1e-3


def test_points_all_in_one_place_stay_in_the_square() -> None:
    assert np.isfinite(into_square(np.full((3, 2), 4.0))).all()
