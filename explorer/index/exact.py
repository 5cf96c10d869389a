"""Exact search: every vector is compared. The engine of all but very large collections, and the others' oracle."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from explorer.features.grid import widened
from explorer.parallel import map_in_threads

_SHARE = 65_536  # rows that a thread compares at a time
_BLOCK = 2_048  # of these, how many are made float32 at a time: they stay in the processor's cache
_ROUNDING = 1e-5  # ten times as much as one cosine differs by when its terms are added in another order


class ExactIndex:
    """All of ``vectors`` ``(N, D)`` compared; of equal cosines the lower row comes first."""

    def __init__(self, vectors: np.ndarray) -> None:
        self._vectors = vectors

    def search(self, queries: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        queries = np.asarray(queries, dtype=np.float32)
        count = min(count, len(self._vectors))
        rows = np.zeros((len(queries), count), dtype=np.int64)
        scores = np.zeros((len(queries), count), dtype=np.float32)
        for number, approximate in enumerate(self.scores(queries)):
            rows[number], scores[number] = self._best(queries[number], approximate, count)
        return rows, scores

    def scores(self, queries: np.ndarray) -> np.ndarray:
        """The cosine of every query with every row, ``(Q, N) float32``, to some seven digits: those of equal rows may
        differ in the last."""
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        result = np.empty((len(queries), len(self._vectors)), dtype=np.float32)

        def share(start: int) -> None:
            _compare(queries, self._vectors[start : start + _SHARE], result[:, start : start + _SHARE])

        if queries.shape[1] != self._vectors.shape[1]:
            raise ValueError(f"queries of {queries.shape[1]} dimensions for vectors of {self._vectors.shape[1]}")
        map_in_threads(share, range(0, len(self._vectors), _SHARE))
        return result

    def save(self, path: Path) -> None:
        """Nothing to write: the vectors are stored already."""

    def _best(self, query: np.ndarray, approximate: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The best ``count`` rows and their cosines. Those that may be among them are computed again, each in the same
        way wherever it lies, so that equal rows have equal cosines."""
        if count == 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        last = np.partition(approximate, len(approximate) - count)[len(approximate) - count]
        rows = np.flatnonzero(approximate >= last - _ROUNDING)
        scores = np.concatenate([
            np.einsum("nd,d->n", np.ascontiguousarray(self._vectors[rows[start : start + _BLOCK]], np.float32), query)
            for start in range(0, len(rows), _BLOCK)
        ])  # fmt: skip
        order = np.lexsort((rows, -scores))[:count]
        return rows[order], scores[order]


def _compare(queries: np.ndarray, vectors: np.ndarray, result: np.ndarray) -> None:
    """Write the products of ``queries (Q, D) float32`` with ``vectors (N, D)`` into ``result (Q, N)``."""
    buffer = np.empty((min(_BLOCK, len(vectors)), vectors.shape[1]), dtype=np.float32)
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK]
        np.matmul(queries, widened(block, out=buffer[: len(block)]).T, out=result[:, start : start + len(block)])
