"""Maps: the same on every run, kept, inside the square, and neighbours stay neighbours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from generated import folder_of

from explorer.errors import ExplorerError
from explorer.features.grid import unit_rows
from explorer.maps import work_map
from explorer.maps.projection import into_square, project, project_apart
from explorer.workspace import Workspace


def groups(seed: int, count: int, of: int = 3, dims: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Vectors in a few tight groups, and the group of each."""
    rng = np.random.default_rng(seed)
    which = np.arange(count) % of
    return unit_rows(np.eye(dims)[which] + 0.05 * rng.normal(size=(count, dims))), which


def test_those_that_look_alike_lie_together() -> None:
    vectors, which = groups(0, 60)
    xy = project(vectors)
    assert xy.shape == (60, 2)
    assert xy.dtype == np.float32
    assert xy.min() >= 0
    assert xy.max() <= 1
    distances = np.linalg.norm(xy[:, None] - xy[None], axis=2) + 9 * np.eye(60)
    nearest = distances.argsort(axis=1)[:, :5]
    assert (which[nearest] == which[:, None]).mean() > 0.95


def test_the_same_vectors_give_the_same_map() -> None:
    vectors, _ = groups(1, 30)
    np.testing.assert_array_equal(project(vectors), project(vectors.copy()))


@pytest.mark.parametrize("count", [0, 1, 2, 4, 5, 6, 16])
def test_few_works_and_works_all_alike_have_a_map(count: int) -> None:
    for vectors in (groups(2, count)[0] if count else np.zeros((0, 20), np.float32), np.ones((count, 20), np.float32)):
        xy = project(vectors)
        assert xy.shape == (count, 2)
        assert np.isfinite(xy).all()
        assert xy.min(initial=0) >= 0
        assert xy.max(initial=1) <= 1


def test_a_map_is_made_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # compiling takes ten seconds
    vectors, _ = groups(2, 6)
    xy = project_apart(vectors)
    assert (xy.shape, xy.dtype) == ((6, 2), np.float32)
    assert np.isfinite(xy).all()
    np.testing.assert_allclose((xy.min(), xy.max(), np.ptp(xy, axis=0).max()), (0, 1, 1), atol=1e-5)
    with pytest.raises(ExplorerError, match="map could not be computed"):
        project_apart(np.full((6, 4), "no number"))


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


def test_the_map_of_a_collection_is_computed_once(demo_workspace: Workspace, demo_cache: Path, monkeypatch) -> None:
    first = work_map(demo_workspace)
    assert first.works == demo_workspace.tables.works
    assert first.xy.shape == (len(first.works), 2)
    monkeypatch.setattr("explorer.maps.works.project", None)  # nothing is computed any more
    again = work_map(Workspace.open("demo", demo_cache))
    np.testing.assert_array_equal(first.xy, again.xy)


def test_a_damaged_map_is_computed_again_and_a_changed_collection_has_its_own(
    tmp_path: Path, cache: Path, index
) -> None:
    folder = folder_of(tmp_path / "pictures", 6, size=(120, 90))
    index(folder)
    workspace = Workspace.open("c", cache)
    first = work_map(workspace)
    (kept,) = cache.rglob("work-map.npy")
    kept.write_bytes(b"damaged")
    np.testing.assert_array_equal(work_map(workspace).xy, first.xy)
    folder_of(folder, 1, first=9, size=(120, 90))
    index(folder)
    assert work_map(Workspace.open("c", cache)).xy.shape == (7, 2)
