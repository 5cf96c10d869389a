"""How honest a map is: which of each point's true neighbours are still its neighbours on the plane.

Trustworthiness and continuity: Venna and Kaski, "Neighborhood preservation in nonlinear projection methods: an
experimental study", ICANN 2001.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

NEIGHBOURS = 15
"""How many neighbours are looked at."""
_SAMPLE = 2_000
"""Points, evenly chosen, that trustworthiness and continuity are measured at where there are more."""
_ABSENT = -1
_BLOCK = 64


@dataclass(frozen=True)
class Faithfulness:
    """How well a map keeps neighbours."""

    kept: np.ndarray
    """``(N,) float32``, 0 to 1: the share of each point's true nearest that are among its nearest on the map."""

    @property
    def mean(self) -> float:
        """Of all points, 0 to 1; 1 for a map without any."""
        return float(self.kept.mean()) if len(self.kept) else 1.0

    @property
    def sentence(self) -> str:
        return f"On average {self.mean:.0%} of the {NEIGHBOURS} most alike are among the {NEIGHBOURS} nearest here."


def faithfulness(xy: np.ndarray, near: np.ndarray, aspect: float = 1.0) -> Faithfulness:
    """Compare the places ``xy (N, 2)`` with the true nearest others ``near (N, K)``, best first (-1: not on the map).
    ``aspect`` is the plane's width over its height."""
    count = min(NEIGHBOURS, len(xy) - 1)
    if count < 1:
        return Faithfulness(np.ones(len(xy), np.float32))
    true = first_present(near, count)
    on_map = nearest_on_map(xy, count, aspect)
    found = np.zeros(len(xy), np.int64)
    for column in range(true.shape[1]):
        wanted = true[:, column, None]
        found += ((on_map == wanted) & (wanted != _ABSENT)).any(axis=1)
    there = np.maximum((true != _ABSENT).sum(axis=1), 1)
    return Faithfulness((found / there).astype(np.float32))


def first_present(near: np.ndarray, count: int) -> np.ndarray:
    """The first ``count`` of each row that are on the map, followed by -1 where there are fewer."""
    order = np.argsort(near == _ABSENT, axis=1, kind="stable")[:, :count]
    return np.take_along_axis(near, order, axis=1)


def nearest_on_map(xy: np.ndarray, count: int, aspect: float = 1.0) -> np.ndarray:
    """The ``count`` nearest others of each point on the plane, ``(N, count) int64``, best first."""
    from scipy.spatial import cKDTree

    places = np.asarray(xy, dtype=np.float64) * (aspect, 1.0)
    _, found = cKDTree(places).query(places, k=count + 1)
    found = np.asarray(found).reshape(len(xy), count + 1)
    itself = found == np.arange(len(xy))[:, None]
    itself[~itself.any(axis=1), -1] = True  # of many points in one place it may find only others
    return np.asarray(found[~itself].reshape(len(xy), count))


def trustworthiness(vectors: np.ndarray, xy: np.ndarray, count: int = NEIGHBOURS) -> float:
    """1 where no point is among the ``count`` nearest on the map that is not among the nearest by the ``vectors
    (N, D)``, unit rows; less by how far down the order of likeness such strangers are. At most half the points may be
    neighbours."""
    return _rank_error(_by_cosine(vectors), _by_place(xy), count)


def continuity(vectors: np.ndarray, xy: np.ndarray, count: int = NEIGHBOURS) -> float:
    """The same the other way round: less by how far off on the map those are that are among the nearest by the
    vectors."""
    return _rank_error(_by_place(xy), _by_cosine(vectors), count)


Apart = Callable[[np.ndarray], np.ndarray]
"""Distances of some points, by their numbers ``(B,)``, from all: ``(B, N)``, itself infinitely far."""


def _by_cosine(vectors: np.ndarray) -> Apart:
    ready = np.asarray(vectors, dtype=np.float32)
    return lambda numbers: _without_itself(1.0 - ready[numbers] @ ready.T, numbers)


def _by_place(xy: np.ndarray) -> Apart:
    places = np.asarray(xy, dtype=np.float64)

    def apart(numbers: np.ndarray) -> np.ndarray:
        squares = sum((places[numbers, axis, None] - places[None, :, axis]) ** 2 for axis in range(places.shape[1]))
        return _without_itself(np.asarray(squares), numbers)

    return apart


def _without_itself(distances: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    distances[np.arange(len(numbers)), numbers] = np.inf
    return distances


def _rank_error(truth: Apart, shown: Apart, count: int) -> float:
    """1 minus the penalty of Venna and Kaski for those near by ``shown`` that are not near by ``truth``."""
    size = truth(np.zeros(1, np.int64)).shape[1]
    if size <= count + 1 or 2 * size - 3 * count - 1 <= 0:
        return 1.0
    sample = np.unique(np.linspace(0, size - 1, min(size, _SAMPLE)).astype(np.int64))
    penalty = 0.0
    for start in range(0, len(sample), _BLOCK):
        numbers = sample[start : start + _BLOCK]
        true = truth(numbers)
        near = np.argpartition(shown(numbers), count, axis=1)[:, :count]
        for row in range(len(numbers)):
            order = np.sort(true[row])
            ranks = np.searchsorted(order, true[row][near[row]]) + 1
            penalty += float(np.maximum(ranks - count, 0).sum())
    return 1.0 - penalty * 2.0 / (len(sample) * count * (2 * size - 3 * count - 1))
