"""ArtMiner's one-shot detection: each annotated detail is searched for, and every match is compared with the truth.

Source: Shen, Efros and Aubry, "Discovering visual patterns in art collections with spatially-consistent feature
learning", CVPR 2019. The search is the one that users get, not one made for measuring; the query's own work is left
out, and the first 1,000 matches over the whole collection count (:mod:`explorer.evaluate.metrics` has the definitions).
Every file counts, whether or not another is equal to it, as in the authors' program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.errors import ExplorerError
from explorer.evaluate.annotations import AnnotatedBox, Annotation, Pixels, WorkNames, shown
from explorer.evaluate.metrics import (
    MOST_DETECTIONS,
    average_precision,
    image_average_precision,
    macro_mean,
    micro_mean,
)
from explorer.geometry import Box
from explorer.progress import Progress, silent
from explorer.search import search
from explorer.search.query import Query, RegionPart, SearchOptions
from explorer.workspace import Workspace

STAGE = "Searching for the annotated details"


@dataclass(frozen=True)
class QueryScore:
    """The measures of one query, 0 to 1; ``file`` and ``box`` (pixels) as the annotations give them."""

    category: str
    file: str
    box: Pixels
    average_precision: float
    image_level: float
    truth: int
    """How many true boxes there were to find."""

    def to_json(self) -> dict[str, Any]:
        return {
            "category": self.category, "file": self.file, "box": list(self.box),
            "average_precision": round(self.average_precision, 6), "image_level": round(self.image_level, 6),
            "truth": self.truth,
        }  # fmt: skip


@dataclass(frozen=True)
class Evaluation:
    """All queries' scores, in the annotations' order, and the ``missing`` files: true places that no search of this
    collection can find, because their works are not in it."""

    queries: tuple[QueryScore, ...]
    missing: tuple[str, ...]
    works: int
    """Works that were searched."""
    per_work: int

    @property
    def micro(self) -> float:
        """Mean of the average precisions over queries."""
        return micro_mean(self.by_category())

    @property
    def macro(self) -> float:
        """Mean over the categories' means."""
        return macro_mean(self.by_category())

    @property
    def image_level(self) -> float:
        """Mean over queries of the average precision of works, wherever in them the match lies."""
        return micro_mean(self.by_category("image_level"))

    @property
    def image_level_macro(self) -> float:
        """The same over categories: the mean that SegSwap's evaluator prints."""
        return macro_mean(self.by_category("image_level"))

    def by_category(self, measure: str = "average_precision") -> dict[str, list[float]]:
        """One measure of every query, by category."""
        groups: dict[str, list[float]] = {}
        for query in self.queries:
            groups.setdefault(query.category, []).append(getattr(query, measure))
        return groups

    def to_json(self) -> dict[str, Any]:
        means = ("micro", "macro", "image_level", "image_level_macro")
        return {
            **{name: round(getattr(self, name), 6) for name in means},
            "queries": [query.to_json() for query in self.queries],
            "missing": list(self.missing), "works": self.works, "per_work": self.per_work,
        }  # fmt: skip

    def lines(self) -> list[str]:
        """A table for people: one row per category, then the means, then what is missing."""
        images = self.by_category("image_level")
        rows = [f"{'category':<32} {'queries':>7} {'boxes':>7} {'works':>7}"]
        for category, values in self.by_category().items():
            means = (micro_mean({"": values}), micro_mean({"": images[category]}))
            rows.append(f"{_plain(category):<32} {len(values):>7} {means[0]:>7.3f} {means[1]:>7.3f}")
        rows.append(f"{'mean over queries (micro)':<32} {len(self.queries):>7} "
                    f"{self.micro:>7.3f} {self.image_level:>7.3f}")  # fmt: skip
        rows.append(f"{'mean over categories (macro)':<32} {'':>7} {self.macro:>7.3f} {self.image_level_macro:>7.3f}")
        rows.append(f"boxes: ArtMiner's average precision, IoU above 0.3; works: the right work, anywhere in it "
                    f"({self.works:,} works searched, {self.per_work} of each at most).")  # fmt: skip
        if self.missing:
            rows.append(f"{len(self.missing)} files of the truth are not in the collection and count as missed: "
                        f"{', '.join(map(_plain, self.missing))}")  # fmt: skip
        return rows


def _plain(text: str) -> str:
    return text if text.isprintable() and len(text) <= 120 else shown(text)


@dataclass(frozen=True)
class _Task:
    """A query made ready: its ``part`` of a work of the collection, and the truth by work."""

    annotation: Annotation
    part: RegionPart
    truth: Mapping[str, list[Pixels]]


def evaluate(
    workspace: Workspace, annotations: Sequence[Annotation], per_work: int = 1, progress: Progress = silent
) -> Evaluation:
    """Search for every annotated detail and score what is found.

    A true box in the query's own work, or in a work that is not in the collection, is not found and counts as missed.
    All annotations are checked against the collection before the first search. Raises :class:`ExplorerError` when a
    query's work is not in the collection, a name could mean several works, or a box lies outside its picture.
    """
    options = SearchOptions(top=MOST_DETECTIONS, per_work=per_work, every_file=True)
    works = [workspace.tables.works[row] for row in workspace.present_rows()]
    names, sizes = WorkNames(works), workspace.collection.picture_sizes()
    tasks = [_task(annotation, names, sizes, workspace.name) for annotation in annotations]
    scores = []
    progress(STAGE, 0, len(tasks))
    for done, task in enumerate(tasks, start=1):
        matches = search(workspace, Query((task.part,)), options)
        scores.append(_score(task, [(match.work, match.box.to_pixels(*sizes[match.work])) for match in matches]))
        progress(STAGE, done, len(tasks))
    files = [place.file for annotation in annotations for place in annotation.truth]
    absent = dict.fromkeys(file for file in files if names.find(file) is None)
    return Evaluation(tuple(scores), tuple(absent), len(works), per_work)


def _task(annotation: Annotation, names: WorkNames, sizes: Mapping[str, tuple[int, int]], collection: str) -> _Task:
    work = names.find(annotation.query.file)
    if work is None:
        raise ExplorerError(f"The collection {collection!r} has no work {shown(annotation.query.file)}, "
                            f"which {annotation.where} is a detail of.")  # fmt: skip
    part = RegionPart(work, _box(annotation.query, sizes[work], annotation.where))
    truth: dict[str, list[Pixels]] = {}
    for place in annotation.truth:
        true_work = names.find(place.file)
        if true_work is not None:
            _box(place, sizes[true_work], f"a true box of {annotation.where}")
        truth.setdefault(true_work or f"\0{place.file}", []).append(place.box)  # no work's id: it cannot be found
    return _Task(annotation, part, truth)


def _box(place: AnnotatedBox, size: tuple[int, int], where: str) -> Box:
    """The part of the box that lies on the picture of ``size`` (pixels)."""
    try:
        return Box.from_pixels(place.box, *size).clipped()
    except ExplorerError as error:
        raise ExplorerError(f"The box {shown(list(place.box))} of {where} lies outside {shown(place.file)}, which is "
                            f"{size[0]} by {size[1]} pixels in this collection.") from error  # fmt: skip


def _score(task: _Task, detections: Sequence[tuple[str, Pixels]]) -> QueryScore:
    query, own = task.annotation.query, task.part.work
    boxes = average_precision(detections, task.truth, own)
    works = image_average_precision((work for work, _ in detections), task.truth, own)
    return QueryScore(task.annotation.category, query.file, query.box, boxes, works, len(task.annotation.truth))
