"""A projection of high-dimensional vectors onto the plane that keeps neighbours together. (umap only here.)

Method: McInnes, Healy and Melville, "UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction",
2018. The neighbours are ours (:mod:`explorer.maps.neighbours`); UMAP weighs them and lays them out.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.maps.neighbours import comparable, distances, nearest_others
from explorer.progress import Progress, silent

_SEED = 1568
FEWEST = 5
"""Points from which on there is a neighbourhood to keep."""
_SPECTRAL = (51, 20_000)  # points from which, and up to which, a spectral start is worth its time
_SPREAD = 10.0  # sides of the square that a layout starts in

Neighbours = tuple[np.ndarray, np.ndarray]
"""Rows ``(N, K)`` of each point's nearest others, best first, and their cosines ``(N, K)``."""
LAYING_OUT, COMPARING = "Laying out the map", "Looking for what is alike"


@dataclass(frozen=True)
class Umap:
    """UMAP's parameters: ``n_neighbors``, ``min_dist``, ``metric`` and ``n_components`` (2, or 1 for an axis)."""

    neighbours: int = 15
    min_dist: float = 0.1
    metric: str = "cosine"
    dims: int = 2


USUAL = Umap()


def project(
    vectors: np.ndarray, how: Umap = USUAL, found: Neighbours | None = None, progress: Progress = silent
) -> np.ndarray:
    """Project ``(N, D)`` unit rows by UMAP into the unit square, ``(N, how.dims) float32``; the same on every run.

    ``found`` are the nearest others of each, at least ``how.neighbours - 1`` of them, where they are known. With fewer
    than five vectors there is no neighbourhood to keep: they are set along a line.
    """
    count = len(vectors)
    if count < FEWEST:
        line = (np.arange(count) + 0.5) / max(count, 1)
        return np.stack([line, np.full(count, 0.5)], axis=1)[:, : how.dims].astype(np.float32)
    ready = comparable(vectors, how.metric)
    wanted = min(how.neighbours, count - 1) - 1  # UMAP counts the point itself
    if found is None or found[0].shape[1] < wanted:
        found = nearest_others(ready, max(wanted, 1), lambda done, total: progress(COMPARING, done, total))
    graph = _graph(ready, found[0][:, : max(wanted, 1)], found[1][:, : max(wanted, 1)], how)
    return into_square(_embedding(ready, graph, how, progress))


def _graph(ready: np.ndarray, rows: np.ndarray, cosines: np.ndarray, how: Umap) -> Any:
    """The weighted graph of neighbours, symmetric, as a sparse matrix."""
    from umap.umap_ import fuzzy_simplicial_set

    count = len(ready)
    own = np.arange(count)[:, None]
    rows = np.concatenate([own, rows], axis=1).astype(np.int32)
    apart = np.concatenate([np.zeros((count, 1), np.float32), distances(cosines, how.metric)], axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = fuzzy_simplicial_set(ready, rows.shape[1], np.random.RandomState(_SEED), how.metric,
                                     knn_indices=rows, knn_dists=apart.astype(np.float32))  # fmt: skip
    return found[0]


def _embedding(ready: np.ndarray, graph: Any, how: Umap, progress: Progress) -> np.ndarray:
    from umap.umap_ import find_ab_params, simplicial_set_embedding

    a, b = find_ab_params(1.0, how.min_dist)
    bar = {"disable": False, "file": _Bar(progress), "bar_format": "{n_fmt}/{total_fmt}", "mininterval": 0.3}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layout, _ = simplicial_set_embedding(
            ready, graph, how.dims, 1.0, a, b, 1.0, 5, None, _start(ready, graph, how.dims),
            np.random.RandomState(_SEED), how.metric, {}, False, {}, False, parallel=False, tqdm_kwds=bar,
        )  # fmt: skip
    return np.asarray(layout)


class _Bar:
    """What UMAP's progress bar writes to: hands on how many of its rounds are done."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def write(self, text: str) -> None:
        done, _, total = text.strip().partition("/")
        if done.isdigit() and total.isdigit():
            self._progress(LAYING_OUT, int(done), int(total))

    def flush(self) -> None:
        pass


def _start(ready: np.ndarray, graph: Any, dims: int) -> np.ndarray:
    """Where the points are before UMAP moves them, ``(N, dims) float32``, no two in one place: eigenvectors of the
    graph; where those cannot be had, or are too many, principal axes; where the vectors are all alike, anywhere."""
    rng = np.random.RandomState(_SEED)
    found = _spectral(ready, graph, dims) if _SPECTRAL[0] <= len(ready) <= _SPECTRAL[1] else None
    if found is None and len(ready) >= _SPECTRAL[0]:
        found = _principal(ready, dims)
    noise = rng.normal(scale=1e-4 * _SPREAD, size=(len(ready), dims))
    if found is None:
        return rng.uniform(0, _SPREAD, size=noise.shape).astype(np.float32)
    return (found / np.abs(found).max() * _SPREAD + noise).astype(np.float32)


def _spectral(ready: np.ndarray, graph: Any, dims: int) -> np.ndarray | None:
    from umap.spectral import spectral_layout

    try:
        found = np.asarray(spectral_layout(ready, graph, dims, np.random.RandomState(_SEED), metric="cosine"))
    except Exception:  # whatever an eigensolver says of a graph that it cannot take
        return None
    return found if _usable(found) else None


def _principal(ready: np.ndarray, dims: int) -> np.ndarray | None:
    centred = ready - ready.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    found = centred @ vectors[:, : -dims - 1 : -1]
    signs = np.sign(found[np.abs(found).argmax(axis=0), np.arange(found.shape[1])])
    found = found * np.where(signs == 0, 1, signs)
    return found if found.shape[1] == dims and _usable(found) else None


def _usable(start: np.ndarray) -> bool:
    return bool(np.isfinite(start).all() and (np.ptp(start, axis=0) > 1e-6).all())


def into_square(layout: np.ndarray) -> np.ndarray:
    """Points ``(N, D)`` moved and scaled, proportions kept, so that all lie in 0 to 1.

    >>> into_square(np.array([[0.0, 0.0], [4.0, 2.0]])).tolist()
    [[0.0, 0.25], [1.0, 0.75]]
    """
    if not len(layout):
        return np.zeros(layout.shape, np.float32)
    low, high = layout.min(axis=0), layout.max(axis=0)
    span = max(float((high - low).max()), 1e-9)
    return np.clip((layout - (low + high) / 2) / span + 0.5, 0.0, 1.0).astype(np.float32)
