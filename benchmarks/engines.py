"""Up to how many regions is exact search quick enough, and what does an approximate index cost and save?

    python benchmarks/engines.py NAME [--sizes 10000 100000 ...] [--exact-only N ...] [--json FILE]

Vectors are drawn like the regions of the indexed collection NAME: works from the covariance of its works' means, their
regions round them from the covariance within works, most of it shared by a few regions that overlap, stored as the
program stores them (float16, in a file). The first line says how like the real ones they are. A search asks for the
regions nearest to two vectors, a region of one of the works and of one that is not there (the mirrored detail), as many
as the program asks for. Both engines answer the same queries in turn, so trust the ratios; times are those of the
processor, over all threads.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: click.py here is not the library of that name

from explorer.config import Config
from explorer.features.grid import unit_rows
from explorer.index import VectorIndex, build_index
from explorer.paths import DEFAULT_CACHE
from explorer.workspace import Workspace

REGIONS = 123  # of a work
OVERLAPPING, SHARED = 12, 0.7
"""Regions that overlap, and how much of their variance within the work they share."""
QUERIES = 40
_WORKS_AT_A_TIME = 500


@dataclass(frozen=True)
class Distribution:
    """Where vectors are drawn from: the mean of works, and how works, and regions within works, differ (``(d, d)``,
    square roots of covariances)."""

    mean: np.ndarray
    between: np.ndarray
    within: np.ndarray

    @classmethod
    def of(cls, vectors: np.ndarray, works: np.ndarray) -> Distribution:
        """Fitted to ``vectors (N, d)`` of ``works (N,)``."""
        counts = np.bincount(works)
        means = np.stack([np.bincount(works, column) / counts for column in vectors.T.astype(np.float64)], axis=1)
        return cls(means.mean(axis=0), _root(np.cov(means.T)), _root(np.cov((vectors - means[works]).T)))

    def works(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Means of ``count`` works."""
        return self.mean + rng.standard_normal((count, len(self.mean))) @ self.between

    def regions(self, means: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """One region of each of the works with these ``means``; neighbours overlap."""
        count, dims = means.shape
        shared = np.repeat(rng.standard_normal((-(-count // OVERLAPPING), dims)), OVERLAPPING, axis=0)[:count]
        own = rng.standard_normal((count, dims))
        return unit_rows((means + (SHARED**0.5 * shared + (1 - SHARED) ** 0.5 * own) @ self.within).astype(np.float32))


def _root(covariance: np.ndarray) -> np.ndarray:
    values, directions = np.linalg.eigh(covariance)
    root: np.ndarray = (directions * np.sqrt(np.maximum(values, 0))) @ directions.T
    return root


def drawn(source: Distribution, count: int, path: Path, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """``count`` vectors in a file, memory-mapped, and the queries ``(QUERIES, 2, d)``."""
    vectors = np.lib.format.open_memmap(path, "w+", np.float16, (count, len(source.mean)))
    some = np.zeros((0, len(source.mean)))
    for start in range(0, count, _WORKS_AT_A_TIME * REGIONS):
        size = min(_WORKS_AT_A_TIME * REGIONS, count - start)
        means = source.works(-(-size // REGIONS), rng)
        some = np.concatenate([some, means])[: 50 * QUERIES]
        vectors[start : start + size] = source.regions(np.repeat(means, REGIONS, axis=0)[:size], rng)
    vectors.flush()
    own = source.regions(some[rng.integers(len(some), size=QUERIES)], rng)
    foreign = source.regions(source.works(QUERIES, rng), rng)
    return np.asarray(np.load(path, mmap_mode="r")), np.stack([own, foreign], axis=1)


def neighbours(vectors: np.ndarray, rng: np.random.Generator) -> list[float]:
    """The mean cosine of a vector's 1st, 10th, 100th and 1000th neighbour."""
    sample = np.asarray(vectors[np.sort(rng.choice(len(vectors), 200, replace=False))], dtype=np.float32)
    _, scores = build_index("exact", vectors).search(sample, 1001)
    return [round(float(scores[:, place].mean()), 3) for place in (1, 10, 100, 1000)]


def seconds_of(work: Callable[[], VectorIndex]) -> tuple[float, VectorIndex]:
    start = time.process_time()
    made = work()
    return time.process_time() - start, made


def measure(vectors: np.ndarray, queries: np.ndarray, engines: list[str], scratch: Path) -> list[dict[str, object]]:
    """A row for each engine."""
    count = Config().candidate_regions
    built = {engine: seconds_of(lambda engine=engine: build_index(engine, vectors)) for engine in engines}  # type: ignore[misc]
    times: dict[str, list[float]] = {engine: [] for engine in engines}
    found: dict[str, list[np.ndarray]] = {engine: [] for engine in engines}
    for query in [queries[0], *queries]:  # the first one twice: it reads the file
        for engine, (_, index) in built.items():
            start = time.process_time()
            rows, _ = index.search(query, count)
            times[engine].append(time.process_time() - start)
            found[engine].append(rows)
    rows_of_engines = []
    for engine, (seconds, index) in built.items():
        path = scratch / "index"
        index.save(path)
        shares = [
            np.isin(mine, right).mean()
            for mines, rights in zip(found[engine], found["exact"], strict=True)
            for mine, right in zip(mines, rights, strict=True)
        ]
        middle, slow = (1000 * float(np.percentile(times[engine][1:], share)) for share in (50, 95))
        rows_of_engines.append({
            "vectors": len(vectors), "engine": engine, "build_s": round(seconds, 2),
            "file_mb": round(path.stat().st_size / 1e6, 1) if path.exists() else 0.0,
            "median_ms": round(middle, 2), "p95_ms": round(slow, 2), "recall": round(float(np.mean(shares)), 4),
        })  # fmt: skip
        path.unlink(missing_ok=True)
    return rows_of_engines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="an indexed collection, to draw vectors like its regions")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--exact-only", type=int, nargs="*", default=[], metavar="N", help="further sizes, no graph")
    parser.add_argument("--hnsw", default="hnsw", metavar="ADDRESS")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    tables, rng = Workspace.open(options.name, options.cache).tables, np.random.default_rng(1568)
    source = Distribution.of(tables.region_vectors.astype(np.float32), tables.region_work)
    records: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "vectors.npy"
        like, _ = drawn(source, len(tables.region_vectors), path, rng)
        print(
            "neighbours 1, 10, 100, 1000: real", neighbours(tables.region_vectors, rng), "drawn", neighbours(like, rng)
        )
        print("| vectors | engine | build, s | file, MB | search, ms: median | p95 | recall@1000 |")
        print("|---:|---|---:|---:|---:|---:|---:|")
        for size in [*options.sizes, *options.exact_only]:
            vectors, queries = drawn(source, size, path, rng)
            engines = ["exact"] if size in options.exact_only else ["exact", options.hnsw]
            for row in measure(vectors, queries, engines, Path(scratch)):
                records.append(row)
                cells = (f"{value:,}" if isinstance(value, int) else f"{value}" for value in row.values())
                print(f"| {' | '.join(cells)} |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(records, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
