"""Rows that are one and the same vector, as those of equal pictures are, and of blank margins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

_CHUNK = 65_536  # rows at a time


@dataclass(frozen=True)
class EqualVectors:
    """The distinct vectors among ``N``, each by the first row that holds it, and all rows that hold it.

    A graph of nearest neighbours gets the distinct ones only: many equal vectors are one another's nearest neighbours,
    link to each other alone, and cut the graph into pieces that do not lead to each other.
    """

    first: np.ndarray
    """``(U,) int64``: the first row of each distinct vector, ascending."""
    rows: np.ndarray
    """``(N,) int64``: all rows, by distinct vector in the order of ``first``, and ascending within each."""
    starts: np.ndarray
    """``(U + 1,) int64``: where each distinct vector's rows begin in ``rows``."""

    @classmethod
    def of(cls, vectors: np.ndarray) -> Self:
        """The groups of ``vectors`` ``(N, D)``, compared byte by byte.

        >>> EqualVectors.of(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])).rows.tolist()
        [0, 2, 1]
        """
        first_of_each = first_equal_rows(vectors)
        rows = np.argsort(first_of_each, kind="stable")
        first, counts = np.unique(first_of_each, return_counts=True)
        return cls(first, rows, np.concatenate([[0], np.cumsum(counts)]))

    @property
    def most(self) -> int:
        """How many rows the most frequent vector has; 0 where there are no vectors."""
        return int(np.diff(self.starts).max(initial=0))

    def expanded(self, first: np.ndarray, scores: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The ``count`` best rows, and their scores, of distinct vectors that are given by their ``first`` rows
        ``(K,)`` with their ``scores`` ``(K,)``: by descending score, then ascending row."""
        numbers = np.searchsorted(self.first, first)
        sizes = self.starts[numbers + 1] - self.starts[numbers]
        before = np.cumsum(sizes) - sizes
        places = np.arange(sizes.sum()) + np.repeat(self.starts[numbers] - before, sizes)
        rows, row_scores = self.rows[places], np.repeat(scores, sizes)
        order = np.lexsort((rows, -row_scores))[:count]
        return rows[order], row_scores[order]


def first_equal_rows(vectors: np.ndarray) -> np.ndarray:
    """Of each of ``vectors`` ``(N, D)``, the first row that is the same byte by byte, ``(N,) int64``."""
    count = len(vectors)
    _, first, number = np.unique(_digests(vectors), return_index=True, return_inverse=True)
    found: np.ndarray = first[number].astype(np.int64)
    own = np.arange(count)
    suspects = np.flatnonzero(found != own)
    for start in range(0, len(suspects), _CHUNK):  # two vectors may have one digest
        rows = suspects[start : start + _CHUNK]
        differ = rows[(_bytes(vectors[rows]) != _bytes(vectors[found[rows]])).any(axis=1)]
        found[differ] = differ
    return found


def _digests(vectors: np.ndarray) -> np.ndarray:
    """A number for each row, ``(N,) int64``; the same for equal rows, and nearly always another for others."""
    wide = vectors.shape[1] * vectors.itemsize
    digests = np.empty(len(vectors), dtype=np.int64)
    for start in range(0, len(vectors), _CHUNK):
        data = np.ascontiguousarray(vectors[start : start + _CHUNK]).tobytes()
        digests[start : start + _CHUNK] = [hash(data[at : at + wide]) for at in range(0, len(data), wide)]
    return digests


def _bytes(vectors: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(vectors).view(np.uint8)
