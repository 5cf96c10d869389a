"""Approximate search on a navigable small-world graph. (hnswlib only here.)

Method: Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable
Small World graphs", 2016.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np

from explorer.errors import ExplorerError
from explorer.parallel import thread_count

_DEFAULTS = {"M": 16, "ef_construction": 120, "ef": 400}
_SEED = 1568
_CHUNK = 20_000


class HnswIndex:
    """A graph over unit vectors; inner product is the cosine."""

    def __init__(self, graph: Any, ef: int) -> None:
        self._graph = graph
        self._ef = ef

    @classmethod
    def build(cls, vectors: np.ndarray, options: dict[str, int], threads: int = 0) -> Self:
        """Insert all ``vectors`` ``(N, D)``. With one thread the same vectors give the same graph."""
        import hnswlib

        settings = {**_DEFAULTS, **options}
        graph = hnswlib.Index(space="ip", dim=vectors.shape[1])
        graph.init_index(
            max_elements=max(len(vectors), 1), M=settings["M"], ef_construction=settings["ef_construction"],
            random_seed=_SEED,
        )  # fmt: skip
        for start in range(0, len(vectors), _CHUNK):
            rows = np.asarray(vectors[start : start + _CHUNK], dtype=np.float32)
            graph.add_items(rows, np.arange(start, start + len(rows)), num_threads=threads or thread_count())
        return cls(graph, settings["ef"])

    @classmethod
    def load(cls, path: Path, shape: tuple[int, ...], options: dict[str, int]) -> Self:
        """Read a saved graph. hnswlib accepts a file of another dimension silently, so ``shape`` is checked.

        Raises :class:`ExplorerError` when the file is damaged or does not belong to vectors of that shape.
        """
        import hnswlib

        graph = hnswlib.Index(space="ip", dim=shape[1])
        try:
            graph.load_index(str(path))
        except RuntimeError as error:
            raise ExplorerError(f"The index {path} is damaged ({error}); index the collection again.") from error
        if graph.get_current_count() != shape[0]:
            raise ExplorerError(f"The index {path} does not belong to its vectors; index the collection again.")
        return cls(graph, {**_DEFAULTS, **options}["ef"])

    def search(self, queries: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        count = min(count, self._graph.get_current_count())
        queries = np.asarray(queries, dtype=np.float32)
        if queries.shape[1] != self._graph.dim:  # hnswlib itself would read beyond the end of them
            raise ValueError(f"queries of {queries.shape[1]} dimensions for vectors of {self._graph.dim}")
        if count == 0:
            return np.zeros((len(queries), 0), dtype=np.int64), np.zeros((len(queries), 0), dtype=np.float32)
        self._graph.set_ef(max(self._ef, count))  # not kept by the file, and never to be less than count
        rows, distances = self._graph.knn_query(queries, k=count, num_threads=thread_count())
        return rows.astype(np.int64), (1.0 - distances).astype(np.float32)

    def save(self, path: Path) -> None:
        self._graph.save_index(str(path))
