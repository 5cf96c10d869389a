"""Groups of a map, found where points lie dense, at several zoom levels, each named (:mod:`explorer.maps.naming`).

Method: Campello, Moulavi and Sander, "Density-based clustering based on hierarchical density estimates" (HDBSCAN),
PAKDD 2013. It is run on the places of the UMAP, not on the vectors: among vectors of many dimensions it calls nine
works in ten outliers (``benchmarks/map.py``). The most lasting groups are taken of those at most fifteen times as
large as the least: on a map without gaps the most lasting of all is nearly everything. Other
layouts of the same likeness show the same groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.maps.layouts import Layout, lay_out, numbers_in, points_of
from explorer.maps.naming import Names, names_of
from explorer.workspace import Workspace

LEVELS = (30, 80, 200)
"""A group of each level, from far out to near, has at least a 30th (80th, 200th) of all points, and five."""
USUAL_LEVEL = 1
"""The level that colours the map and stands in tables."""
NOTHING = -1
"""The group of a point that is in none."""

_FEWEST = 5
_SAMPLE = 20_000  # points that are clustered; of more, each belongs where the nearest of these does
_RANGE = 15  # the largest group of a level to the least
_DENSE = 5  # HDBSCAN's min_samples
_FEWEST_POINTS = 20  # on a map of fewer there are no groups


@dataclass(frozen=True)
class Cluster:
    """A group of points on one level."""

    level: int
    number: int
    """What its points have in :attr:`Clusters.levels`, from 0."""
    count: int
    xy: tuple[float, float]
    """Where its name goes: the middle (median) of its points on this layout."""
    names: Names

    @property
    def name(self) -> str:
        """What it is called, or "group 3"."""
        return self.names.name or f"group {self.number + 1}"


@dataclass(frozen=True)
class Clusters:
    """The groups of a map at all levels."""

    levels: np.ndarray
    """``(L, N) int16``: the group of each point at each level, :data:`NOTHING` for none."""
    clusters: tuple[Cluster, ...]

    def at(self, level: int) -> dict[int, Cluster]:
        """The groups of a level by their numbers."""
        return {cluster.number: cluster for cluster in self.clusters if cluster.level == level}


def clusters_of(workspace: Workspace, layout: Layout, *, apart: bool = True) -> Clusters:
    """The groups of a map and their names; computed once for each likeness, and kept. The vocabulary's first use loads
    the model."""
    settings = layout.settings.projected

    def found() -> np.ndarray:
        full = lay_out(workspace, settings, apart=apart)
        everything = points_of(workspace, settings.kind)
        levels = np.full((len(LEVELS), len(everything)), NOTHING, np.int16)
        levels[:, numbers_in(everything.regions, full.points.regions)] = dense_places(full.xy)
        return levels

    kept = workspace.cached(f"map-{settings.key}-groups", found)
    everything = points_of(workspace, settings.kind)
    levels = np.asarray(kept[:, numbers_in(everything.regions, layout.points.regions)])
    named = names_of(workspace, layout.points, levels)
    clusters = [
        Cluster(level, number, int(members.sum()), _middle(layout.xy[members]), names)
        for (level, number), names in named.items()
        for members in [levels[level] == number]
    ]
    return Clusters(levels, tuple(clusters))


def dense_places(xy: np.ndarray) -> np.ndarray:
    """Groups of the points ``xy (N, 2)`` at each of the :data:`LEVELS`, ``(L, N) int16``; the largest first."""
    count = len(xy)
    levels = np.full((len(LEVELS), count), NOTHING, np.int16)
    if count < _FEWEST_POINTS or np.ptp(xy, axis=0).max() < 1e-6:
        return levels
    from scipy.spatial import cKDTree
    from sklearn.cluster import HDBSCAN

    sample = np.unique(np.linspace(0, count - 1, min(count, _SAMPLE)).astype(np.int64))
    places = np.asarray(xy[sample], dtype=np.float64)
    nearest = np.asarray(cKDTree(places).query(np.asarray(xy, dtype=np.float64))[1])
    for level, share in enumerate(LEVELS):
        least = max(_FEWEST, len(sample) // share)
        method = HDBSCAN(
            min_cluster_size=least, min_samples=min(_DENSE, least), max_cluster_size=_RANGE * least, copy=True
        )
        levels[level] = _largest_first(np.asarray(method.fit(places).labels_)[nearest])
    return levels


def _largest_first(found: np.ndarray) -> np.ndarray:
    """The same groups numbered from the largest."""
    numbers, counts = np.unique(found[found >= 0], return_counts=True)
    order = numbers[np.argsort(-counts, kind="stable")]
    renumbered = np.full(int(found.max(initial=-1)) + 2, NOTHING, np.int16)
    renumbered[order] = np.arange(len(order), dtype=np.int16)
    return np.asarray(np.where(found < 0, NOTHING, renumbered[found]), dtype=np.int16)


def _middle(xy: np.ndarray) -> tuple[float, float]:
    x, y = np.median(xy, axis=0).tolist()
    return float(x), float(y)
