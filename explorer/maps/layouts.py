"""Maps laid out: where each point lies, by settings, computed once for each state of the tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from explorer.errors import ExplorerError
from explorer.maps.apart import project_apart
from explorer.maps.grid import grid_shape, on_grid
from explorer.maps.neighbours import comparable, nearest_others
from explorer.maps.plane import YEAR, Axis, along, crossed, numbers, refuse_without_numbers, same_scale
from explorer.maps.points import Points
from explorer.maps.projection import Umap, project
from explorer.maps.regions import region_neighbours, region_points
from explorer.maps.settings import MapSettings
from explorer.maps.works import WorkMap, work_points
from explorer.progress import Progress, silent
from explorer.workspace import Workspace

COMPARING = "Looking for what is alike"
KEPT_NEIGHBOURS = 30
"""Neighbours of each work that are kept, as of each region."""
CAPTIONS = {
    "umap": "Those that look alike to the model lie together. How far two groups lie apart, how large a group is and "
            "which way is up mean nothing.",
    "grid": "The map moved to a grid: those that look alike are near each other; its rows and columns mean nothing.",
    "time": "Across: the year. Down: those that look alike to the model are near each other.",
    "columns": "Across and down: two columns of the catalogue.",
    "own": "Coordinates that were given.",
}  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """A map: where its ``points`` lie on a plane ``aspect`` times as wide as high."""

    settings: MapSettings
    points: Points
    xy: np.ndarray
    """``(N, 2) float32``, from 0 (left, top) to 1 (right, bottom) of the plane's width and height."""
    near: np.ndarray
    """``(N, K) int32``: numbers of each point's true nearest others by the vectors, best first; -1 for one that is not
    on this map."""
    axes: tuple[Axis, ...] = ()
    """What across and down mean, where they mean something."""
    aside: int = 0
    """Works that are not on the map since the catalogue has no date, or no number, for them."""
    grid: tuple[int, int] | None = None
    """Columns and rows of a grid."""

    def __len__(self) -> int:
        return len(self.xy)

    @property
    def aspect(self) -> float:
        return self.grid[0] / self.grid[1] if self.grid else 1.0

    @property
    def caption(self) -> str:
        """What may be read from the map, and what not, in a sentence or two."""
        aside = f" {self.aside:,} works have no number for it and are not shown." if self.aside else ""
        return f"{CAPTIONS[self.settings.layout]}{aside}"


def points_of(workspace: Workspace, kind: str) -> Points:
    """The points of a map of works or regions, those of all works of the tables."""
    return region_points(workspace) if kind == "regions" else work_points(workspace)


def lay_out(workspace: Workspace, settings: MapSettings, *, apart: bool = True, progress: Progress = silent) -> Layout:
    """The map that ``settings`` describe, of the works that are still in the collection.

    What is computed from the tables is kept beside them. ``apart`` computes UMAP in a process of its own, as servers
    should. A watcher (:mod:`explorer.progress`) may cancel it. Raises :class:`ExplorerError` where the catalogue has
    nothing to lay out by.
    """
    points = points_of(workspace, settings.kind)
    near = neighbours_of(workspace, points, settings.metric, progress)[0]
    if settings.layout in ("columns", "own"):
        return _by_columns(workspace, settings, points, near)
    project_2d = partial(_projected, workspace, settings, points, apart, progress)
    if settings.layout == "time":
        return _by_time(workspace, settings, points, near, project_2d(dims=1)[:, 0])
    xy = project_2d()
    if settings.layout == "grid":
        present = _present(workspace, points)
        name = f"map-{settings.key}-{present.sum()}"
        shape = grid_shape(int(present.sum()), settings.aspect)
        cells = workspace.cached(name, lambda: on_grid(xy[present], settings.aspect))
        return _only(Layout(settings, points, xy, near), present, xy=cells, grid=shape)
    return _only(Layout(settings, points, xy, near), _present(workspace, points))


def work_map(workspace: Workspace, *, apart: bool = False) -> WorkMap:
    """The works' usual map; computed once per state of the collection, then read from disk."""
    layout = lay_out(workspace, MapSettings(), apart=apart)
    return WorkMap(tuple(workspace.tables.works[row] for row in layout.points.works), layout.xy)


def neighbours_of(
    workspace: Workspace, points: Points, metric: str = "cosine", progress: Progress = silent
) -> tuple[np.ndarray, np.ndarray]:
    """The nearest others of all points of a kind, ``(N, K) int32``, best first, and their cosines, ``(N, K) float16``;
    kept beside the tables."""

    def found() -> tuple[np.ndarray, np.ndarray]:
        def done(count: int, total: int) -> None:
            progress(COMPARING, count, total)

        if points.kind == "regions":
            return region_neighbours(points, metric, done)
        return nearest_others(comparable(points.vectors, metric), KEPT_NEIGHBOURS, done)

    held: list[np.ndarray] = []

    def part(number: int) -> np.ndarray:
        if not held:
            held.extend(found())
        return held[number].astype((np.int32, np.float16)[number])

    name = f"map-{points.kind}-{metric}"
    rows = workspace.cached(f"{name}-near", lambda: part(0))
    return rows, workspace.cached(f"{name}-cosines", lambda: part(1))


def numbers_in(everything: np.ndarray, some: np.ndarray) -> np.ndarray:
    """Which numbers the regions ``some`` of a map have among ``everything``, ascending, of which they are."""
    return np.searchsorted(everything, some)


def _projected(
    workspace: Workspace, settings: MapSettings, points: Points, apart: bool, progress: Progress, dims: int = 2
) -> np.ndarray:
    """UMAP of all points, ``(N, dims)``, kept beside the tables."""
    how = Umap(settings.neighbours, settings.min_dist, settings.metric, dims)
    compute = project_apart if apart else project

    def made() -> np.ndarray:
        near, cosines = neighbours_of(workspace, points, settings.metric, progress)
        return compute(points.vectors, how, (near, cosines), progress)

    return workspace.cached(f"map-{settings.projected.key}{'' if dims == 2 else '-line'}", made)


def _present(workspace: Workspace, points: Points) -> np.ndarray:
    """Which points are of works that are still in the collection, ``(N,) bool``."""
    there = np.zeros(len(workspace.tables.works), dtype=bool)
    there[workspace.present_rows()] = True
    return np.asarray(there[points.works])


def _only(
    layout: Layout, kept: np.ndarray, *, xy: np.ndarray | None = None, grid: tuple[int, int] | None = None
) -> Layout:
    """The same with some of the points; ``xy`` are the places of those, where they are others."""
    numbers_now = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
    xy = layout.xy[kept] if xy is None else xy
    return Layout(layout.settings, layout.points.only(kept), xy, numbers_now[layout.near[kept]], grid=grid)


def _works_numbers(workspace: Workspace, points: Points, column: str) -> np.ndarray:
    """The number of each point's work in a column, ``(N,)``, NaN without one."""
    known = {work.id: work for work in workspace.collection.works()}
    listed = [known[work] for work in workspace.tables.works if work in known]
    by_id = dict(zip((work.id for work in listed), numbers(listed, column).tolist(), strict=True))
    of_rows = np.array([by_id.get(work, np.nan) for work in workspace.tables.works], dtype=np.float64)
    return np.asarray(of_rows[points.works])


def _by_columns(workspace: Workspace, settings: MapSettings, points: Points, near: np.ndarray) -> Layout:
    if points.kind != "works":
        raise ExplorerError("A map by columns of the catalogue is of works: its details would lie on one another.")
    across, down = (_works_numbers(workspace, points, column) for column in settings.columns)
    known = np.isfinite(across) & np.isfinite(down) & _present(workspace, points)
    refuse_without_numbers(known, settings.columns)
    place = same_scale if settings.layout == "own" else crossed
    xy, axes = place(across[known], down[known], settings.columns)
    return _set_aside(workspace, _only(Layout(settings, points, xy, near), known, xy=xy), axes)


def _by_time(
    workspace: Workspace, settings: MapSettings, points: Points, near: np.ndarray, likeness: np.ndarray
) -> Layout:
    years = _works_numbers(workspace, points, YEAR)
    known = np.isfinite(years) & _present(workspace, points)
    refuse_without_numbers(known, [YEAR])
    x, axis = along(years[known], YEAR)
    y, _ = along(likeness[known].astype(np.float64), "")
    xy = np.stack([x, y], axis=1)
    return _set_aside(workspace, _only(Layout(settings, points, xy, near), known, xy=xy), (axis, Axis("", 0, 1)))


def _set_aside(workspace: Workspace, layout: Layout, axes: tuple[Axis, ...]) -> Layout:
    shown = len(np.unique(layout.points.works))
    aside = len(workspace.present_rows()) - shown
    return Layout(layout.settings, layout.points, layout.xy, layout.near, axes, aside)
