"""Which points stand for the rest when there is no room for all: a rank for each, the most telling first.

A map is covered with squares, ever smaller; in each the most typical point that lies far enough from those chosen
before is chosen, fullest squares first. So the points up to any of the :attr:`Ranks.counts` lie apart by that level's
side, in x or in y: thumbnails of that size do not overlap, and every part of the map that has points has one.
(The idea of blue-noise sampling by priority: Yuksel, "Sample elimination for generating Poisson disk sample sets",
2015.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_FIRST, _SHRINK, _LAST = 0.5, 2**-0.5, 1e-4
"""The first side, by how much each is smaller than the one before, and the last."""


@dataclass(frozen=True)
class Ranks:
    """The order of a map's points."""

    rank: np.ndarray
    """``(N,) uint32``: 0 for the most telling; each occurs once."""
    sides: tuple[float, ...]
    """The sides of the levels' squares, as shares of the plane's height, falling."""
    counts: tuple[int, ...]
    """How many points there are up to the end of each level: those lie apart by its side."""


def ranks(xy: np.ndarray, typicality: np.ndarray, aspect: float = 1.0) -> Ranks:
    """Order the points ``xy (N, 2)`` of a plane ``aspect`` times as wide as high; ``typicality (N,)`` is higher for
    those that stand for more (:func:`typicality_of`)."""
    places = np.asarray(xy, dtype=np.float64) * (aspect, 1.0)
    rank = np.zeros(len(places), np.uint32)
    left = np.argsort(-typicality, kind="stable")
    sides: list[float] = []
    counts: list[int] = []
    chosen = np.zeros(0, np.int64)
    side = _FIRST
    while len(left) and side >= _LAST:
        found = _spread_out(places, left, chosen, side)
        chosen = np.concatenate([chosen, found])
        sides.append(side)
        counts.append(len(chosen))
        left = left[~np.isin(left, found)]
        side *= _SHRINK
    chosen = np.concatenate([chosen, left])  # those that lie on one another
    rank[chosen] = np.arange(len(chosen), dtype=np.uint32)
    return Ranks(rank, tuple(sides), tuple(counts))


def typicality_of(cosines: np.ndarray) -> np.ndarray:
    """How typical each point is: its mean cosine ``(N, K)`` with its nearest others, ``(N,)``."""
    if not cosines.shape[1]:
        return np.zeros(len(cosines), np.float32)
    return np.asarray(cosines.astype(np.float32).mean(axis=1))


def _spread_out(places: np.ndarray, candidates: np.ndarray, chosen: np.ndarray, side: float) -> np.ndarray:
    """Of the ``candidates`` (most typical first) at most one of each square, those that lie at least a ``side`` from
    all that are ``chosen`` and from each other; those of the fullest squares first."""
    from scipy.spatial import cKDTree

    cells = np.floor(places[candidates] / side).astype(np.int64)
    _, first, sizes = np.unique(cells[:, 0] * (1 << 32) + cells[:, 1], return_index=True, return_counts=True)
    best = candidates[first[np.lexsort((first, -sizes))]]
    within = side * (1 - 1e-9)
    if len(chosen):
        nearest, _ = cKDTree(places[chosen]).query(places[best], p=np.inf, distance_upper_bound=within)
        best = best[np.isinf(nearest)]
    if not len(best):
        return best
    pairs = cKDTree(places[best]).query_pairs(within, p=np.inf, output_type="ndarray")
    return best[_first_come(len(best), pairs.min(axis=1), pairs.max(axis=1))]


def _first_come(count: int, earlier: np.ndarray, later: np.ndarray) -> np.ndarray:
    """Which of ``count`` things in a row are taken, ``(count,) bool``, where a thing is not if one ``earlier`` that it
    is at odds with, pair by pair, is taken."""
    taken, open_ones = np.zeros(count, dtype=bool), np.ones(count, dtype=bool)
    while open_ones.any():
        live = open_ones[earlier] & open_ones[later]
        waiting = np.zeros(count, dtype=bool)
        waiting[later[live]] = True
        now = open_ones & ~waiting
        taken |= now
        open_ones &= ~now
        open_ones[later[now[earlier]]] = False
    return taken
