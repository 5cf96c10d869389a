"""Objects in pictures: how well their works are found by words and by a picture, as whole pictures and by regions.

Every work of the collection is ranked for every class of a table of boxes, and the ranking is scored by its average
precision, as in the work of Crowley and Zisserman ("In search of art", ECCV 2014 workshops; "The art of detection",
ECCV 2016 workshops). A work without a box of a class counts as one that does not show it.

*By words*: the class's name; whole pictures by their cosine with it, regions by the search that users get. *By
picture*: boxes of the class as queries, their own works left out; vectors in the space of pictures and words on both
sides, since the search for a detail looks for copies, and not for another thing of the same kind.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import numpy as np

from explorer.errors import ExplorerError
from explorer.evaluate.object_boxes import ObjectBox, PlacedObject, placed
from explorer.evaluate.object_scores import (
    ALL,
    ClassPrecisions,
    ObjectScores,
    Precisions,
    mean_precisions,
    precisions,
    size_of,
)
from explorer.features.regions import pool
from explorer.progress import Progress, silent
from explorer.search import search
from explorer.search.query import Query, SearchOptions, WordsPart
from explorer.search.text_query import text_scores
from explorer.words.known import understood
from explorer.workspace import Workspace

QUERIES = 100
"""Boxes that are queries, at most, spread evenly over the classes."""
MOST_QUERIES = 10_000
WORDS_STAGE, PICTURES_STAGE = "Searching for the classes by words", "Searching with the boxes"

Sizes = Mapping[str, Mapping[str, str]]
"""By class, the works that show it, each with the size of its largest object."""


def evaluate(
    workspace: Workspace, boxes: Sequence[ObjectBox], queries: int = QUERIES, progress: Progress = silent
) -> ObjectScores:
    """Rank all works for every class and score what is found.

    ``queries`` boxes are drawn (seeded) as queries by picture; 0 leaves that protocol out. Raises
    :class:`ExplorerError` when a file could be several works, a box lies outside its picture, none of the files is in
    the collection, or the collection has no model.
    """
    if not 0 <= queries <= MOST_QUERIES:
        raise ExplorerError(f"The number of boxes that are queries is 0 to {MOST_QUERIES:,}.")
    works = [workspace.tables.works[row] for row in workspace.present_rows()]
    objects, missing = placed(boxes, works, workspace.picture_sizes())
    if not objects:
        raise ExplorerError(f"None of the files of the boxes is a work of the collection {workspace.name!r}.")
    sizes = _sizes(objects)
    words, unknown = _by_words(workspace, sizes, progress)
    picture, skipped = _by_picture(workspace, drawn(workspace, objects, queries), sizes, progress)
    classes = tuple(
        ClassPrecisions(name, _counts(having), words.get(name, {}), mean_precisions(picture.get(name, [])),
                        len(picture.get(name, [])))
        for name, having in sizes.items()
    )  # fmt: skip
    return ObjectScores(classes, len(works), len(objects), tuple(missing), tuple(unknown), tuple(skipped.items()))


def drawn(workspace: Workspace, objects: Sequence[PlacedObject], most: int) -> list[PlacedObject]:
    """As many objects as queries as are wanted, drawn from the classes in turn; each has another work to find."""
    by_class: dict[str, list[PlacedObject]] = {}
    for thing in sorted(objects, key=lambda thing: (thing.name, thing.work, thing.box.as_tuple())):
        by_class.setdefault(thing.name, []).append(thing)
    draw, piles = random.Random(0), list[list[PlacedObject]]()
    for pile in by_class.values():
        shown = {thing.work for thing in pile}
        usable = [thing for thing in pile if shown - set(_own(workspace, thing.work))]
        draw.shuffle(usable)
        piles.append(usable)
    turns = max(map(len, piles), default=0)
    return [pile[turn] for turn in range(turns) for pile in piles if turn < len(pile)][:most]


def _by_words(
    workspace: Workspace, sizes: Sizes, progress: Progress
) -> tuple[dict[str, dict[str, Precisions]], list[str]]:
    """By class the precisions of its name, and the classes of whose name the model knows no word."""
    found: dict[str, dict[str, Precisions]] = {}
    unknown, wholes, options = [], _Wholes(workspace), SearchOptions(top=len(workspace.tables.works), every_file=True)
    progress(WORDS_STAGE, 0, len(sizes))
    for done, (name, having) in enumerate(sizes.items(), start=1):
        if understood(name, workspace.encoder).is_known:
            regions = [match.work for match in search(workspace, Query((WordsPart(name),)), options)]
            found[name] = precisions(wholes.ranked(workspace.encoder.words([name])[0]), regions, having)
        else:
            unknown.append(name)
        progress(WORDS_STAGE, done, len(sizes))
    return found, unknown


def _by_picture(
    workspace: Workspace, queries: Sequence[PlacedObject], sizes: Sizes, progress: Progress
) -> tuple[dict[str, list[dict[str, Precisions]]], dict[str, str]]:
    """By class the precisions of each of its queries, and works that cannot be read, with the reason."""
    found: dict[str, list[dict[str, Precisions]]] = {}
    skipped: dict[str, str] = {}
    wholes = _Wholes(workspace)
    progress(PICTURES_STAGE, 0, len(queries))
    for done, thing in enumerate(queries, start=1):
        try:
            vector = _vector(workspace, thing)
        except ExplorerError as error:
            skipped[thing.work] = str(error)
        else:
            regions = wholes.order(text_scores(workspace, vector[None])[0])
            own = _own(workspace, thing.work)
            found.setdefault(thing.name, []).append(precisions(wholes.ranked(vector), regions, sizes[thing.name], own))
        progress(PICTURES_STAGE, done, len(queries))
    return found, skipped


class _Wholes:
    """Orders the works that are still in the collection."""

    def __init__(self, workspace: Workspace) -> None:
        self._vectors, self._works = workspace.tables.whole(), workspace.tables.works
        self._rows = workspace.present_rows()

    def order(self, scores: np.ndarray) -> list[str]:
        """The works by their scores ``(N,)``, a score for each row of the tables, best first."""
        rows = self._rows[np.argsort(-scores[self._rows], kind="stable")]
        return [self._works[row] for row in rows]

    def ranked(self, vector: np.ndarray) -> list[str]:
        """The works by the cosines of their whole pictures with a vector ``(P,)``."""
        return self.order(self._vectors @ vector)


def _vector(workspace: Workspace, thing: PlacedObject) -> np.ndarray:
    """An object in the joint space, ``(P,)``, of unit length: the mean of the cells in its box."""
    joint = workspace.joint(workspace.original(workspace.collection.work(thing.work)))
    return pool(joint, np.array([thing.box.as_tuple()], np.float32))[0]


def _own(workspace: Workspace, work: str) -> list[str]:
    """A work and those whose picture is the same file."""
    tables, row = workspace.tables, workspace.row(work)
    return [tables.works[equal] for equal in tables.equal_rows.get(row, (row,))]


def _sizes(objects: Sequence[PlacedObject]) -> dict[str, dict[str, str]]:
    largest: dict[str, dict[str, float]] = {}
    for thing in objects:
        of = largest.setdefault(thing.name, {})
        of[thing.work] = max(of.get(thing.work, 0.0), thing.box.area)
    return {name: {work: size_of(share) for work, share in largest[name].items()} for name in sorted(largest)}


def _counts(having: Mapping[str, str]) -> dict[str, int]:
    counts = {ALL: len(having)}
    for size in having.values():
        counts[size] = counts.get(size, 0) + 1
    return counts
