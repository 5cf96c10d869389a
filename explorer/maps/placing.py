"""New things on a map that is there: a picture, a detail or words are placed among what they are most like.

Nothing is fitted or stored: the true nearest points are found by comparing vectors, and the place is where these lie,
weighted by likeness. Where they lie far apart no single place is true; so the neighbours and how far apart they are
belong to the answer. ``benchmarks/map.py`` leaves works out and places them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.maps.layouts import Layout
from explorer.maps.neighbours import comparable
from explorer.workspace import Workspace

NEIGHBOURS = 15
_WEIGHED = 10  # of them, those that the place is made from
_ROUNDS = 50  # of Weiszfeld's algorithm
_APART = 0.15  # of the map's side: neighbours this far from the place, on average, are said to be scattered


@dataclass(frozen=True)
class Placed:
    """Where something new lies on a map."""

    xy: tuple[float, float]
    near: np.ndarray
    """``(K,) int64``: numbers of the points that it is most like, best first; for lines to them."""
    cosines: np.ndarray
    """``(K,) float32``: how like each is."""
    apart: float
    """How far its neighbours lie from its place, on average, as a share of the map's side."""

    @property
    def is_scattered(self) -> bool:
        """Whether what it is like lies in different parts of the map, so that its place says little."""
        return self.apart > _APART


def place(layout: Layout, vectors: np.ndarray, query: np.ndarray, count: int = NEIGHBOURS) -> Placed | None:
    """Place a ``query (D,)`` among the ``count`` points whose ``vectors (N, D)`` it is most like; None on a map without
    points. See :func:`likeness_vectors` for which vectors to give."""
    if not len(layout):
        return None
    ready = comparable(vectors, layout.settings.metric)
    cosines = ready @ comparable(query[None], layout.settings.metric)[0]
    near = np.lexsort((np.arange(len(cosines)), -cosines))[: min(count, len(cosines))]
    xy = between(layout.xy[near[:_WEIGHED]], cosines[near[:_WEIGHED]])
    apart = float(np.linalg.norm(layout.xy[near] - xy, axis=1).mean())
    return Placed((float(xy[0]), float(xy[1])), near, cosines[near], apart)


def likeness_vectors(workspace: Workspace, layout: Layout, *, joint: bool) -> np.ndarray:
    """The points' vectors that a query is compared with, ``(N, D)``: for words, and for whole pictures, those in the
    ``joint`` space; for a detail those that details are compared by."""
    tables = workspace.tables
    return np.asarray((tables.region_joint if joint else tables.region_vectors)[layout.points.regions], np.float32)


def between(places: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    """The weighted geometric median of ``places (K, 2)`` (Weiszfeld, 1937): where most of those most alike lie,
    whatever a few others do. A weight falls off from the best cosine by the others' mean distance from it.

    >>> between(np.array([[0.0, 0.0], [0.02, 0.0], [0.0, 0.02], [1.0, 1.0]]), np.full(4, 0.5)).round(1).tolist()
    [0.0, 0.0]
    """
    behind = cosines.max() - cosines
    weights = np.exp(-behind / max(float(behind.mean()), 1e-6))
    at = weights @ places / weights.sum()
    for _ in range(_ROUNDS):
        pull = weights / np.maximum(np.linalg.norm(places - at, axis=1), 1e-4)
        at = pull @ places / pull.sum()
    return np.asarray(at)
