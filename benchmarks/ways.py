"""The ways of searching that are compared: a collection with annotated queries, and each stage of a search on them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from matcher import Pixels, Query, average_precision, read_queries

from explorer.config import Config
from explorer.geometry import Box, intersection_over_union
from explorer.indexing import index_folder
from explorer.matching.dense import MatchOptions, locate
from explorer.search.candidates import Candidate, best_per_work, match_coarsely, retrieve_candidates, shortlist
from explorer.search.query import RegionPart
from explorer.search.rerank import match_densely
from explorer.search.verify import VerifiedPlace, probability_of, verify
from explorer.search.visual_query import VisualQuery, prepare
from explorer.verification import KeyPoints
from explorer.workspace import Workspace


@dataclass(frozen=True)
class AnnotatedQuery:
    """An annotated detail ready to be searched for, and the true boxes of its copies by work, in pixels."""

    query: Query
    work: str
    ready: VisualQuery
    truth: dict[str, list[Pixels]]


@dataclass(frozen=True)
class Detection:
    """A place that a way of searching found; ``score`` is a cosine or a match probability."""

    work: str
    box: Pixels
    score: float


@dataclass
class Measured:
    """One way of searching over all queries: what it found, and the seconds that each query took."""

    found: list[list[Detection]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


Way = Callable[[AnnotatedQuery], Sequence[Candidate | VerifiedPlace]]


class Bench:
    """A workspace with its queries; every way of searching is run on each query in turn."""

    def __init__(self, workspace: Workspace, annotations: Path, prefix: str) -> None:
        self.workspace, self.sizes = workspace, workspace.collection.picture_sizes()
        self.queries = [self._ready(query, prefix) for query in read_queries(annotations)]
        self.recall: list[float] = []

    def _ready(self, query: Query, prefix: str) -> AnnotatedQuery:
        work = prefix + query.work
        box = Box.from_pixels(query.box, *self.sizes[work]).clipped()
        truth = {prefix + name: boxes for name, boxes in query.truth.items()}
        return AnnotatedQuery(query, work, prepare(self.workspace, RegionPart(work, box)), truth)

    def run(self, ways: dict[str, Way]) -> dict[str, Measured]:
        measured = {name: Measured() for name in ways}
        for query in self.queries:
            self.recall.append(self._recall(query))
            for name, way in ways.items():
                started = time.perf_counter()
                found = way(query)
                measured[name].seconds.append(time.perf_counter() - started)
                measured[name].found.append(self.detections(found))
        return measured

    def detections(self, found: Sequence[Candidate | VerifiedPlace]) -> list[Detection]:
        """Places by descending score, boxes in pixels."""
        works = self.workspace.tables.works
        detections = [
            Detection(works[place.row], place.box.to_pixels(*self.sizes[works[place.row]]), _score(place))
            for place in found
        ]
        return sorted(detections, key=lambda detection: -detection.score)

    # -- ways of searching ---------------------------------------------------------------------------------------------

    def retrieved(self, query: AnnotatedQuery) -> list[Candidate]:
        works = self.workspace.config.candidate_works + len(query.ready.own)
        candidates = retrieve_candidates(self.workspace, query.ready, works)
        return [candidate for candidate in candidates if candidate.row not in query.ready.own]

    def regions(self, query: AnnotatedQuery) -> list[Candidate]:
        return best_per_work(self.retrieved(query), 1, _score)

    def dense(self, query: AnnotatedQuery, mirror: bool = True) -> list[Candidate]:
        return match_densely(self.workspace, query.ready, self.coarse(query, mirror))

    def coarse(self, query: AnnotatedQuery, mirror: bool = True) -> list[Candidate]:
        if mirror:
            return shortlist(self.workspace, query.ready, frozenset())
        rows = [candidate.row for candidate in self.retrieved(query)]
        works = self.workspace.config.rerank_works
        return match_coarsely(self.workspace, query.ready, rows, MatchOptions(mirror=False), works)

    def exhaustive(self, query: AnnotatedQuery) -> list[Candidate]:
        rows = [row for row in range(len(self.workspace.tables.works)) if row not in query.ready.own]
        located = locate(query.ready.detail.cells, [self.workspace.tables.cells(row) for row in rows])
        return [
            Candidate(row, placement.box, placement.score, placement.mirrored)
            for row, placements in zip(rows, located, strict=True)
            for placement in placements
        ]

    def verified_by_cells(self, query: AnnotatedQuery) -> list[VerifiedPlace]:
        without_points = replace(query.ready, detail=replace(query.ready.detail, points=KeyPoints.none()))
        return best_per_work(verify(self.workspace, without_points, self.dense(query)), 1, probability_of)

    def verified(self, query: AnnotatedQuery, mirror: bool = True) -> list[VerifiedPlace]:
        return best_per_work(verify(self.workspace, query.ready, self.dense(query, mirror)), 1, probability_of)

    # -- figures -------------------------------------------------------------------------------------------------------

    def mean_precision(
        self, found: Sequence[list[Detection]], wanted: Callable[[str, Pixels], bool] | None = None
    ) -> float:
        """ArtMiner's mAP; with ``wanted`` (work, box), of these copies only, the others neither right nor wrong."""
        precisions = []
        for query, detections in zip(self.queries, found, strict=True):
            truth = {
                work: kept for work, boxes in query.truth.items()
                if (kept := [box for box in boxes if wanted is None or wanted(work, box)])
            }  # fmt: skip
            if truth:
                counted = [(each.work, each.box) for each in detections
                           if each.work in truth or each.work not in query.truth]  # fmt: skip
                precisions.append(average_precision(counted, truth))
        return float(np.mean(precisions)) if precisions else float("nan")

    def overlap(self, query: AnnotatedQuery, work: str, box: Box | Pixels) -> float:
        """IoU of a box with the nearest true box of its work; 0 where there is none."""
        pixels = box.to_pixels(*self.sizes[work]) if isinstance(box, Box) else box
        boxes = query.truth.get(work)
        return float(intersection_over_union(np.array([pixels]), np.array(boxes)).max()) if boxes else 0.0

    def _recall(self, query: AnnotatedQuery) -> float:
        works = {self.workspace.tables.works[candidate.row] for candidate in self.retrieved(query)}
        return float(np.mean([work in works for work in query.truth]))


def _score(place: Candidate | VerifiedPlace) -> float:
    return place.cosine if isinstance(place, Candidate) else place.probability


def indexed(scratch: Path, name: str, folders: Sequence[Path], config: Config) -> Workspace:
    """The pictures of several folders as one collection; works are named ``0/...``, ``1/...`` by folder."""
    pictures = scratch / name
    if not pictures.exists():
        pictures.mkdir(parents=True)
        for number, source in enumerate(folders):
            (pictures / str(number)).symlink_to(source.resolve(), target_is_directory=True)
    index_folder(pictures, name, scratch / "cache", config, progress=_progress)
    return Workspace.open(name, scratch / "cache")


def _progress(stage: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{stage}: {done} of {total}   ", end="", file=sys.stderr)
