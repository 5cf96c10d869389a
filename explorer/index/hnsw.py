"""Approximate search on a navigable small-world graph. (hnswlib only here.)

Method: Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable
Small World graphs", 2016.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Self

import numpy as np

from explorer.errors import ExplorerError
from explorer.index.equal_vectors import EqualVectors
from explorer.index.exact import ExactIndex
from explorer.parallel import thread_count

_DEFAULTS = {"M": 12, "ef_construction": 60, "ef": 400}
_SEED = 1568
_CHUNK = 20_000
_FEW = 4  # equal vectors that do a graph no harm

log = logging.getLogger(__name__)


class HnswIndex:
    """A graph over the distinct ones of some ``vectors``, which are unit rows; inner product is the cosine.

    What the graph does not lead to is found by exact search: a search never fails.
    """

    def __init__(self, graph: Any, ef: int, vectors: np.ndarray, equal: EqualVectors | None) -> None:
        self._graph = graph
        self._ef = ef
        self._vectors = vectors
        self._equal = equal
        """None for a graph that holds every row."""

    @classmethod
    def build(cls, vectors: np.ndarray, options: dict[str, int], threads: int = 0) -> Self:
        """Insert the distinct ones of ``vectors`` ``(N, D)``. With one thread the same give the same graph."""
        import hnswlib

        settings = {**_DEFAULTS, **options}
        equal = EqualVectors.of(vectors)
        graph = hnswlib.Index(space="ip", dim=vectors.shape[1])
        graph.init_index(
            max_elements=max(len(equal.first), 1), M=settings["M"], ef_construction=settings["ef_construction"],
            random_seed=_SEED,
        )  # fmt: skip
        for start in range(0, len(equal.first), _CHUNK):
            rows = equal.first[start : start + _CHUNK]
            inserted = np.asarray(vectors[rows], dtype=np.float32)
            graph.add_items(inserted, rows, num_threads=threads or thread_count())
        return cls(graph, settings["ef"], vectors, equal)

    @classmethod
    def load(cls, path: Path, vectors: np.ndarray, options: dict[str, int]) -> Self | ExactIndex:
        """Read a saved graph of ``vectors``. hnswlib accepts a file of another dimension silently, so it is checked.

        The graphs of earlier versions hold every row. Where many are equal, such a graph finds little, and exact search
        takes its place. Raises :class:`ExplorerError` when the file is damaged or does not belong to the vectors.
        """
        import hnswlib

        graph = hnswlib.Index(space="ip", dim=vectors.shape[1])
        try:
            graph.load_index(str(path))
        except RuntimeError as error:
            raise ExplorerError(f"The index {path} is damaged ({error}); index the collection again.") from error
        equal, count = EqualVectors.of(vectors), graph.get_current_count()
        if count not in {len(equal.first), len(vectors)}:
            raise ExplorerError(f"The index {path} does not belong to its vectors; index the collection again.")
        if count == len(equal.first):
            return cls(graph, {**_DEFAULTS, **options}["ef"], vectors, equal)
        if equal.most > _FEW:
            log.warning("%s is of an earlier version, which fails at equal pictures; it is searched without", path)
            return ExactIndex(vectors)
        return cls(graph, {**_DEFAULTS, **options}["ef"], vectors, None)

    def search(self, queries: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        count, size = min(count, len(self._vectors)), self._graph.get_current_count()
        queries = np.asarray(queries, dtype=np.float32)
        if queries.shape[1] != self._graph.dim:  # hnswlib itself would read beyond the end of them
            raise ValueError(f"queries of {queries.shape[1]} dimensions for vectors of {self._graph.dim}")
        if count == 0 or len(queries) == 0:
            shape = (len(queries), count)
            return np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.float32)
        wanted = min(count, size)
        self._graph.set_ef(max(self._ef, wanted))  # not kept by the file, and never to be less than wanted
        try:
            found, distances = self._graph.knn_query(queries, k=wanted, num_threads=thread_count())
        except RuntimeError:  # it leads to fewer vectors than are wanted, and would with any other ef
            return ExactIndex(self._vectors).search(queries, count)
        rows, scores = found.astype(np.int64), (1.0 - distances).astype(np.float32)
        if self._equal is None or self._equal.most <= 1:
            return rows, scores
        expanded = [self._equal.expanded(*pair, count) for pair in zip(rows, scores, strict=True)]
        return np.stack([each for each, _ in expanded]), np.stack([each for _, each in expanded])

    def save(self, path: Path) -> None:
        self._graph.save_index(str(path))
