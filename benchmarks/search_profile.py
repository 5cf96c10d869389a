"""Where the time of a verified search goes, on a collection that is indexed already.

    python benchmarks/search_profile.py NAME [--cache CACHE] [--queries N] [--whole] [--functions N]

Searches with boxes drawn from the collection's own works (or with whole works) in one thread, and prints the processor
time of each stage, the least of three runs of each query, and the functions that take most of it, by cProfile. Times
of one run compare with each other, not with those of another machine.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: click.py here is not the library of that name

from explorer.geometry import Box
from explorer.matching.dense import locate
from explorer.parallel import limit_threads
from explorer.paths import DEFAULT_CACHE
from explorer.search.candidates import retrieve_candidates, shortlist
from explorer.search.query import RegionPart
from explorer.search.rerank import match_densely
from explorer.search.verify import verify
from explorer.search.visual_query import VisualQuery, prepare
from explorer.workspace import Workspace

BOX = (0.12, 0.3)  # sides of query boxes, as fractions of the picture's sides
RUNS = 3
STAGES = ("prepare", "retrieve", "retrieve and match coarsely", "match densely", "verify", "match densely, exhaustive")

Value = TypeVar("Value")


def least(work: Callable[[], Value], runs: int = RUNS) -> tuple[Value, float]:
    """The value, and the least processor time in milliseconds."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        value = work()
        times.append(time.process_time() - start)
    return value, 1000 * min(times)


def stages(workspace: Workspace, part: RegionPart, exhaustive: bool) -> list[float]:
    """Milliseconds of each of :data:`STAGES`."""
    query, preparing = least(lambda: prepare(workspace, part))
    _, retrieving = least(lambda: retrieve_candidates(workspace, query, workspace.config.candidate_works))
    listed, shortlisting = least(lambda: shortlist(workspace, query, frozenset()))
    dense, matching = least(lambda: match_densely(workspace, query, listed))
    _, verifying = least(lambda: verify(workspace, query, dense))
    everywhere = least(lambda: every_work(workspace, query), 1)[1] if exhaustive else float("nan")
    return [preparing, retrieving, shortlisting, matching, verifying, everywhere]


def every_work(workspace: Workspace, query: VisualQuery) -> None:
    """Dense matching with all of every work: what the other stages save."""
    locate(query.detail.cells, [workspace.tables.cells(row) for row in range(len(workspace.tables.works))])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE)
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--whole", action="store_true", help="whole works as queries")
    parser.add_argument("--functions", type=int, default=14)
    options = parser.parse_args()
    limit_threads(1)
    workspace, generator = Workspace.open(options.name, options.cache), np.random.default_rng(1568)
    parts = []
    for row in generator.choice(len(workspace.tables.works), size=options.queries):
        sides = generator.uniform(*BOX, size=2)
        corner = generator.uniform(0, 1 - sides)
        box = Box.whole() if options.whole else Box(*corner, *(corner + sides))
        parts.append(RegionPart(workspace.tables.works[row], box))
    measured = np.array([stages(workspace, part, number < 5) for number, part in enumerate(parts)])
    print(f"{len(workspace.tables.works)} works, {len(parts)} queries, one thread\n")
    print("| stage | ms, median | p95 |\n|---|---:|---:|")
    for number, stage in enumerate(STAGES):
        known = measured[~np.isnan(measured[:, number]), number]
        print(f"| {stage} | {np.median(known):.1f} | {np.percentile(known, 95):.1f} |")
    whole = measured[:, [0, 2, 3, 4]].sum(axis=1)
    print(f"| all of a verified search | {np.median(whole):.1f} | {np.percentile(whole, 95):.1f} |\n")
    profile = cProfile.Profile()
    queries = [prepare(workspace, part) for part in parts]
    profile.enable()
    for query in queries:
        verify(workspace, query, match_densely(workspace, query, shortlist(workspace, query, frozenset())))
    profile.disable()
    pstats.Stats(profile).strip_dirs().sort_stats("tottime").print_stats(options.functions)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
