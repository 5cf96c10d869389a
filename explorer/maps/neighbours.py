"""Each point's nearest other points by cosine: what a map is made from, and what it is measured against.

Up to :data:`EXACT_UP_TO` points are compared with all others. Beyond that the collection's own index engine answers
(:mod:`explorer.index.hnsw`), built with one thread so that the same vectors have the same neighbours on every run;
``benchmarks/map.py`` says what it misses.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from explorer.features.grid import unit_rows
from explorer.index import build_index
from explorer.parallel import map_in_threads
from explorer.progress import stage

EXACT_UP_TO = 30_000
"""Points up to which all are compared with all."""
ENGINE = "hnsw?M=12&ef_construction=60&ef=64"
"""The index engine beyond that; neighbourhoods need fewer looks (``ef``) than a search does."""
METRICS = ("cosine", "euclidean", "correlation")
"""How two vectors are compared; each is a cosine of vectors made ready by :func:`comparable`."""

_BLOCK = 128  # points compared with all others at a time, by one thread
_STRIPE = 64  # cosines of which only the largest is looked at, to see which of them can be among the best
_MANY = 16  # times as many candidates as are wanted: then most are equal, and sorting all of them would take long
_ASKED = 4096  # points between two reports of progress, a multiple of the block

Done = Callable[[int, int], None]
"""Called with the number of points that are done, and of all, always by the thread that asked."""


def _silent(done: int, total: int) -> None:
    pass


def comparable(vectors: np.ndarray, metric: str = "cosine") -> np.ndarray:
    """Vectors ``(N, D)`` as ``float32`` unit rows whose cosine orders them as ``metric`` does: for the correlation each
    is first centred on its own mean; between unit rows the Euclidean distance orders as the cosine does."""
    rows = np.asarray(vectors, dtype=np.float32)
    return unit_rows(rows - rows.mean(axis=1, keepdims=True) if metric == "correlation" else rows)


def distances(cosines: np.ndarray, metric: str = "cosine") -> np.ndarray:
    """Cosines as distances from 0 on.

    >>> distances(np.array([1.0, 0.5]), "euclidean").tolist()
    [0.0, 1.0]
    """
    apart = np.maximum(1.0 - np.asarray(cosines, dtype=np.float32), 0.0)
    return np.sqrt(2.0 * apart) if metric == "euclidean" else apart


def nearest_others(vectors: np.ndarray, count: int, done: Done = _silent) -> tuple[np.ndarray, np.ndarray]:
    """The ``count`` nearest other points of each of ``vectors`` ``(N, D) float32``, unit rows, best first: rows
    ``(N, K) int64`` and cosines ``(N, K) float32``, ``K`` being ``count`` or ``N - 1``, whichever is less."""
    if len(vectors) <= EXACT_UP_TO:
        return exact_others(vectors, count, done)
    return indexed_others(vectors, count, done)


def exact_others(vectors: np.ndarray, count: int, done: Done = _silent) -> tuple[np.ndarray, np.ndarray]:
    """As :func:`nearest_others`, with every point compared with all others."""
    size = len(vectors)
    count = max(0, min(count, size - 1))
    rows, cosines = np.zeros((size, count), np.int64), np.zeros((size, count), np.float32)
    if not count:
        return rows, cosines

    def block(start: int) -> None:
        part = slice(start, min(start + _BLOCK, size))
        compared = vectors[part] @ vectors.T
        compared[np.arange(part.stop - start), np.arange(start, part.stop)] = -np.inf  # itself
        rows[part], cosines[part] = _best(compared, count)

    for start in range(0, size, _ASKED):
        end = min(start + _ASKED, size)
        map_in_threads(block, range(start, end, _BLOCK))
        done(end, size)
    return rows, cosines


def indexed_others(vectors: np.ndarray, count: int, done: Done = _silent) -> tuple[np.ndarray, np.ndarray]:
    """As :func:`nearest_others`, by the index: a few neighbours may be others than the nearest."""
    size = len(vectors)
    count = max(0, min(count, size - 1))
    index = build_index(ENGINE, vectors, threads=1)
    rows, cosines = np.zeros((size, count), np.int64), np.zeros((size, count), np.float32)
    for start in range(0, size, _ASKED):
        stage()
        part = slice(start, min(start + _ASKED, size))
        found, scores = index.search(vectors[part], count + 1)
        itself = found == np.arange(start, part.stop)[:, None]
        itself[~itself.any(axis=1), -1] = True  # one of many equal points may find only the others
        rows[part] = found[~itself].reshape(-1, count)
        cosines[part] = scores[~itself].reshape(-1, count)
        done(part.stop, size)
    return rows, cosines


def _best(compared: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The columns and values of the ``count`` largest of each row, best first; of equal values the lower column, unless
    very many are equal."""
    rows, size = compared.shape
    whole = size // _STRIPE * _STRIPE
    if size < _STRIPE * 4 * count:
        least = np.partition(compared, size - count, axis=1)[:, size - count]
    else:  # the count-th largest of the stripes' maxima is at most the count-th largest value
        tops = compared[:, :whole].reshape(rows, -1, _STRIPE).max(axis=2)
        least = np.partition(tops, tops.shape[1] - count, axis=1)[:, tops.shape[1] - count]
    among = compared >= least[:, None]
    if np.count_nonzero(among) > _MANY * rows * count:
        return _any_best(compared, count)
    row, column = np.nonzero(among)
    value = compared[row, column]
    order = np.lexsort((column, -value, row))
    row, column, value = row[order], column[order], value[order]
    place = np.arange(len(row)) - np.searchsorted(row, np.arange(rows))[row]
    kept = place < count
    return column[kept].reshape(rows, count), value[kept].reshape(rows, count)


def _any_best(compared: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """As :func:`_best`; which of equal values are taken is not said."""
    columns = np.argpartition(compared, compared.shape[1] - count, axis=1)[:, compared.shape[1] - count :]
    values = np.take_along_axis(compared, columns, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)
