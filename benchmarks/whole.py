"""Whole pictures: what each way of comparing them gives, alone and together, on a part of Oxford Buildings.

    python benchmarks/whole.py --data FOLDER [--cache FOLDER] [--only whole,box,search] [--json FILE]

FOLDER holds ``images/``, ``queries.csv`` (query, file, box in pixels) and ``gt-small/`` with the official lists (good,
ok, junk). Average precision is Oxford's: the trapezoid, junk removed before ranking; the query's own picture is junk
too. Ways were chosen on the queries of the landmarks in :data:`TUNED_ON`, and are judged on the others. Everything is
computed from what is stored of the works; of a query box, from those regions of its picture that lie in it.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])

from explorer.config import Config
from explorer.features.grid import unit_rows
from explorer.features.pca import Reduction, fit_reduction
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.search import search
from explorer.search.candidates import match_coarsely
from explorer.search.query import Query, RegionPart, SearchOptions
from explorer.search.verify import best_places
from explorer.search.visual_query import prepare
from explorer.search.whole_regions import DIMS, LEAST_AREA, WholeRegions
from explorer.search.whole_works import COPY, EXPANDED_BY, VERIFIED, expanded
from explorer.workspace import Workspace

TUNED_ON = frozenset({"all_souls", "balliol", "christ_church", "hertford", "magdalen", "radcliffe_camera"})


@dataclass(frozen=True)
class Asked:
    """A query: its landmark, the row of its picture, its box, and which pictures (stems) are right or do not count."""

    landmark: str
    row: int
    box: Box
    right: frozenset[str]
    junk: frozenset[str]


def average_precision(ranked: Sequence[str], right: frozenset[str], junk: frozenset[str]) -> float:
    """Oxford's: the area under precision by recall, by trapezoids, with junk left out of the ranking.

    With a half of recall at precision 1, and the other half at (1/2 + 2/3) / 2:

    >>> average_precision(["a", "junk", "x", "b"], frozenset("ab"), frozenset({"junk"}))
    0.7916666666666666
    """
    area, recall, precision, hits = 0.0, 0.0, 1.0, 0
    for seen, name in enumerate((name for name in ranked if name not in junk), start=1):
        hits += name in right
        area += (hits / len(right) - recall) * (precision + hits / seen) / 2
        recall, precision = hits / len(right), hits / seen
    return area


def queries(data: Path, rows: dict[str, int]) -> Iterator[Asked]:
    with (data / "queries.csv").open(encoding="utf-8", newline="") as lines:
        for record in csv.DictReader(lines):
            name, stem = record["query"], Path(record["file"]).stem
            lists = {
                kind: frozenset((data / "gt-small" / f"{name}_{kind}.txt").read_text("utf-8").split())
                for kind in ("good", "ok", "junk")
            }
            wide, high = float(record["width"]), float(record["height"])
            box = Box(
                *(float(record[side]) / by for side, by in zip(("x0", "y0", "x1", "y1"), (wide, high) * 2, strict=True))
            )
            right = (lists["good"] | lists["ok"]) - {stem}
            yield Asked(name.rsplit("_", 1)[0], rows[stem], box.clipped(), right, lists["junk"] | {stem})


class Bench:
    """The pictures with what is stored of them, and the queries."""

    def __init__(self, workspace: Workspace, data: Path) -> None:
        self.workspace, self.tables = workspace, workspace.tables
        self.names = [Path(work).stem for work in self.tables.works]
        self.asked = list(queries(data, {name: row for row, name in enumerate(self.names)}))
        self.joint, self.cells = (
            array.astype(np.float32) for array in (self.tables.region_joint, self.tables.region_vectors)
        )

    def inside(self, row: int, box: Box | None) -> np.ndarray:
        """Numbers of a work's regions of which three fifths lie in a box, or the one of which most does."""
        first, end = self.tables.first_region[row : row + 2]
        if box is None:
            return np.arange(first, end)
        x0, y0, x1, y1 = np.asarray(self.tables.region_boxes[first:end]).T
        across = np.clip(np.minimum(x1, box.x1) - np.maximum(x0, box.x0), 0, None)
        down = np.clip(np.minimum(y1, box.y1) - np.maximum(y0, box.y0), 0, None)
        share = across * down / ((x1 - x0) * (y1 - y0))
        return first + (np.flatnonzero(share >= 0.6) if (share >= 0.6).any() else [share.argmax()])

    def by_vector(self, vector: Callable[[int, Box | None], np.ndarray], boxes: bool) -> np.ndarray:
        """Cosines ``(Q, N)`` of one vector a picture; of a query of its box, with ``boxes``."""
        works = unit_rows(np.stack([vector(row, None) for row in range(len(self.names))]))
        asked = [vector(query.row, query.box if boxes else None) for query in self.asked]
        return unit_rows(np.stack(asked)) @ works.T

    def by_regions(self, regions: np.ndarray, kept: np.ndarray, boxes: bool) -> np.ndarray:
        """Similarities ``(Q, N)`` region by region, of the regions ``kept (R,) bool``."""
        numbers = np.flatnonzero(kept)
        works = WholeRegions(
            regions[kept], np.searchsorted(self.tables.region_work[kept], np.arange(len(self.names) + 1))
        )
        found = []
        for query in self.asked:
            inside = self.inside(query.row, query.box if boxes else None)
            rows = np.flatnonzero(np.isin(numbers, inside))
            found.append(
                works.similarities(works.vectors[rows if len(rows) else works.first[query.row : query.row + 1]])
            )
        return np.stack(found)

    def grid(self, row: int, box: Box | None) -> np.ndarray:
        cells = self.tables.grid(row).vectors
        rows, columns = cells.shape[:2]
        if box is not None:
            cells = cells[
                int(box.y0 * rows) : int(box.y1 * rows) + 1, int(box.x0 * columns) : int(box.x1 * columns) + 1
            ]
        return cells.reshape(-1, cells.shape[-1])

    def precision(self, similarities: np.ndarray) -> tuple[float, float, float]:
        """mAP on the landmarks that ways were chosen on, on the others, and on all."""
        found = [
            average_precision([self.names[row] for row in np.argsort(-each, kind="stable")], query.right, query.junk)
            for query, each in zip(self.asked, similarities, strict=True)
        ]
        return self.means(found)

    def means(self, found: Sequence[float]) -> tuple[float, float, float]:
        tuned = np.array([query.landmark in TUNED_ON for query in self.asked])
        values = np.array(found)
        return float(values[tuned].mean()), float(values[~tuned].mean()), float(values.mean())


def white(vectors: np.ndarray, power: float, dims: int = 0) -> np.ndarray:
    """Regions through PCA whitening fitted on themselves."""
    made: Reduction = fit_reduction(vectors, dims, whitening=power)
    return unit_rows((unit_rows(vectors) - made.mean) @ made.matrix)


def generalised_mean(cells: np.ndarray, power: float) -> np.ndarray:
    """GeM of signed cells: of their positive and of their negative parts."""
    parts = np.concatenate([np.maximum(cells, 0), np.maximum(-cells, 0)], axis=1)
    return (parts**power).mean(axis=0) ** (1 / power)


def reciprocal(similarities: np.ndarray, k1: int = 20, k2: int = 6, share: float = 0.3) -> np.ndarray:
    """k-reciprocal re-ranking (Zhong, Zheng, Cao and Li, CVPR 2017) of similarities ``(N, N)`` of all works to all."""
    distance = np.maximum(2 - similarities - similarities.T, 0)
    np.fill_diagonal(distance, 0)
    distance /= distance.max(axis=1, keepdims=True)
    ranked = np.argsort(distance, axis=1, kind="stable")

    def mutual(row: int, count: int) -> np.ndarray:
        near = ranked[row, : count + 1]
        return near[(ranked[near, : count + 1] == row).any(axis=1)]

    weights = np.zeros_like(distance)
    for row in range(len(distance)):
        near = mutual(row, k1)
        further = [other for other in (mutual(each, round(k1 / 2)) for each in near)
                   if len(np.intersect1d(other, near)) > 2 / 3 * len(other)]  # fmt: skip
        near = np.unique(np.concatenate([near, *further]))
        weights[row, near] = np.exp(-distance[row, near]) / np.exp(-distance[row, near]).sum()
    weights = np.stack([weights[near[:k2]].mean(axis=0) for near in ranked])
    shared = np.stack([np.minimum(row, weights).sum(axis=1) for row in weights])
    return -((1 - share) * (1 - shared / (2 - shared)) + share * distance)


def rows_of(bench: Bench, boxes: bool) -> Iterator[tuple[str, tuple[float, float, float]]]:
    """The ablation, way by way."""

    def shown(name: str, similarities: np.ndarray) -> tuple[str, tuple[float, float, float]]:
        return name, bench.precision(similarities)

    joint, cells = bench.joint, bench.cells
    x0, y0, x1, y1 = np.asarray(bench.tables.region_boxes).T
    everything, large = np.ones(len(joint), bool), (x1 - x0) * (y1 - y0) >= LEAST_AREA
    first = bench.tables.first_region

    def summed(regions: np.ndarray) -> np.ndarray:
        return bench.by_vector(lambda row, box: regions[bench.inside(row, box)].sum(axis=0), boxes)

    def plain(row: int, box: Box | None) -> np.ndarray:
        return joint[first[row]] if box is None else joint[bench.inside(row, box)].mean(axis=0)

    yield shown("plain: mean of the last layer", bench.by_vector(plain, boxes))
    yield shown(
        "mean of the cells for details", bench.by_vector(lambda row, box: bench.grid(row, box).mean(axis=0), boxes)
    )
    yield shown(
        "GeM of those cells, power 3",
        bench.by_vector(lambda row, box: generalised_mean(bench.grid(row, box), 3), boxes),
    )
    yield shown("R-MAC (four scales) of those cells", summed(cells))
    yield shown("the same, whitened by half", summed(white(cells, 0.5)))
    yield shown("R-MAC of the last layer", summed(joint))
    yield shown("the same, whitened by half", summed(white(joint, 0.5)))
    yield shown("the same, whitened", summed(white(joint, 1.0)))
    yield shown("region by region, cells for details", bench.by_regions(cells, everything, boxes))
    yield shown("region by region, last layer", bench.by_regions(joint, everything, boxes))
    yield shown("the same, whitened", bench.by_regions(white(joint, 1.0), everything, boxes))
    yield shown(f"the same, {DIMS} dimensions", bench.by_regions(white(joint, 1.0, DIMS), everything, boxes))
    kept = white(joint[large], 1.0, DIMS)
    spread = np.zeros((len(joint), kept.shape[1]), np.float32)
    spread[large] = kept
    base = bench.by_regions(spread, large, boxes)
    yield shown("the same, the three larger scales (a)", base)
    works = WholeRegions(kept, np.searchsorted(bench.tables.region_work[large], np.arange(len(bench.names) + 1)))
    for name, similarities in reranked(bench, works, base, boxes):
        yield shown(name, similarities)


def reranked(
    bench: Bench, works: WholeRegions, base: np.ndarray, boxes: bool
) -> Iterator[tuple[str, np.ndarray]]:  # fmt: skip
    """What re-ranking adds to similarities ``(Q, N)``."""
    own = [query.row for query in bench.asked]

    def grown(verified: np.ndarray) -> np.ndarray:
        """Similarities after query expansion by the works that are best when ``verified (Q, N)``."""
        helpers = [[int(row) for row in np.argsort(-each, kind="stable") if row != mine][:EXPANDED_BY]
                   for each, mine in zip(verified, own, strict=True)]  # fmt: skip
        return np.stack([
            expanded(works, each, {row: float(weights[row]) for row in rows})
            for each, weights, rows in zip(base, verified, helpers, strict=True)
        ])  # fmt: skip

    yield f"(a), query expansion by {EXPANDED_BY}", grown(base)
    if not boxes:
        everyone = np.stack([works.similarities(works.of(row)) for row in range(len(bench.names))])
        yield "(a), k-reciprocal re-ranking (20, 6)", reciprocal(everyone)[own]
    copies = np.stack([copied(bench, query, each, boxes) for query, each in zip(bench.asked, base, strict=True)])
    yield f"(a), the best {VERIFIED} verified (b)", base + COPY * copies
    yield f"(b), query expansion by {EXPANDED_BY}", grown(base + COPY * copies) + COPY * copies
    if not boxes:
        yield "(a), k-reciprocal, verified", reciprocal(everyone)[own] + COPY * copies


def copied(bench: Bench, query: Asked, similarities: np.ndarray, boxes: bool) -> np.ndarray:
    """The match probability of the best works, ``(N,)``."""
    part = RegionPart(bench.tables.works[query.row], query.box if boxes else Box.whole())
    best = [int(row) for row in np.argsort(-similarities, kind="stable") if row != query.row][:VERIFIED]
    ready, found = prepare(bench.workspace, part), np.zeros(len(similarities))
    for place in best_places(bench.workspace, ready, match_coarsely(bench.workspace, ready, best)):
        found[place.row] = place.probability
    return found


def searched(bench: Bench, boxes: bool, alike: bool) -> tuple[float, float, float]:
    """The search that users get, the first 100 works of it."""
    found = []
    for query in bench.asked:
        part = RegionPart(bench.tables.works[query.row], query.box if boxes else Box.whole())
        matches = search(bench.workspace, Query((part,), alike=alike), SearchOptions(top=100, every_file=True))
        found.append(average_precision([Path(match.work).stem for match in matches], query.right, query.junk))
    return bench.means(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="mini")
    parser.add_argument("--cache", type=Path, help="keep the index here, for the next run")
    parser.add_argument("--only", default="whole,search,box")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    record: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        cache = options.cache or Path(scratch)
        index_folder(options.data / "images", "oxford", cache, Config(model=options.model))
        bench = Bench(Workspace.open("oxford", cache), options.data)
        for table in options.only.split(","):
            print(f"\n{table:44}  chosen on  judged on    all", flush=True)
            rows: Iterator[tuple[str, tuple[float, float, float]]]
            if table == "search":
                ways = {"where it recurs, query box": (True, False), "works like this one": (False, True),
                        "where it recurs, whole picture": (False, False)}  # fmt: skip
                rows = ((name, searched(bench, *way)) for name, way in ways.items())
            else:
                rows = rows_of(bench, boxes=table == "box")
            for name, values in rows:
                print(f"{name:44}  {values[0]:9.3f}  {values[1]:9.3f}  {values[2]:5.3f}", flush=True)
                record.setdefault(table, {})[name] = [round(value, 4) for value in values]
                if options.json:
                    options.json.write_text(json.dumps(record, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
