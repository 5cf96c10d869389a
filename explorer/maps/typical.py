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
    """Order the points ``xy (N, 2)`` of a plane ``aspect`` times as wide as high; ``typicality (N,)`` is higher for those
    that stand for more (:func:`typicality_of`)."""
    places = np.asarray(xy, dtype=np.float64) * (aspect, 1.0)
    rank = np.zeros(len(places), np.uint32)
    left = np.argsort(-typicality, kind="stable")
    sides: list[float] = []
    counts: list[int] = []
    chosen: list[int] = []
    side = _FIRST
    while len(left) and side >= _LAST:
        found = _spread_out(places, left, chosen, side)
        chosen += found
        sides.append(side)
        counts.append(len(chosen))
        left = left[~np.isin(left, found)]
        side *= _SHRINK
    chosen += left.tolist()  # those that lie on one another
    rank[chosen] = np.arange(len(chosen), dtype=np.uint32)
    return Ranks(rank, tuple(sides), tuple(counts))


def typicality_of(cosines: np.ndarray) -> np.ndarray:
    """How typical each point is: its mean cosine ``(N, K)`` with its nearest others, ``(N,)``."""
    if not cosines.shape[1]:
        return np.zeros(len(cosines), np.float32)
    return np.asarray(cosines.astype(np.float32).mean(axis=1))


def _spread_out(places: np.ndarray, candidates: np.ndarray, chosen: list[int], side: float) -> list[int]:
    """Of the ``candidates`` (most typical first) at most one of each square, those that lie at least a ``side`` from all
    that are ``chosen`` and from each other."""
    cells = np.floor(places[candidates] / side).astype(np.int64)
    keys = cells[:, 0] * (1 << 32) + cells[:, 1]
    _, first, sizes = np.unique(keys, return_index=True, return_counts=True)
    order = first[np.lexsort((first, -sizes))]
    taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for x, y in places[chosen].tolist():
        taken.setdefault((int(x // side), int(y // side)), []).append((x, y))
    found: list[int] = []
    for at in order.tolist():
        x, y = places[candidates[at]].tolist()
        column, row = int(x // side), int(y // side)
        around = (taken.get((column + right, row + down), ()) for right in (-1, 0, 1) for down in (-1, 0, 1))
        if all(abs(x - other) >= side or abs(y - beside) >= side for near in around for other, beside in near):
            taken.setdefault((column, row), []).append((x, y))
            found.append(int(candidates[at]))
    return found
