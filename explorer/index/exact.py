"""Exact search by brute force: slow on large collections; the reference for the recall of other engines."""

from __future__ import annotations

from pathlib import Path

import numpy as np

_CHUNK = 65_536  # rows at a time, so that a float16 file on disk is never copied whole into memory


class ExactIndex:
    """Brute force over ``vectors`` ``(N, D)``; ties keep the lower row."""

    def __init__(self, vectors: np.ndarray) -> None:
        self._vectors = vectors

    def search(self, queries: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        scores = self.scores(queries)
        rows = np.argsort(-scores, axis=1, kind="stable")[:, :count]
        return rows, np.take_along_axis(scores, rows, axis=1)

    def scores(self, queries: np.ndarray) -> np.ndarray:
        """The cosine of every query with every row, ``(Q, N) float32``."""
        queries = np.asarray(queries, dtype=np.float32)
        blocks = [
            queries @ np.asarray(self._vectors[start : start + _CHUNK], dtype=np.float32).T
            for start in range(0, len(self._vectors), _CHUNK)
        ]
        return np.concatenate(blocks, axis=1) if blocks else np.zeros((len(queries), 0), dtype=np.float32)

    def save(self, path: Path) -> None:
        """Nothing to write: the vectors are stored already."""
