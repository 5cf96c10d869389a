"""From a query to matches: the index proposes regions, stored grids decide which works and exactly where."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer import labels as zero_shot
from explorer.collection.pictures import file_hash
from explorer.dense import place, query_grid
from explorer.errors import ExplorerError
from explorer.geometry import Box, non_maximum_suppression
from explorer.index.exact import ExactIndex
from explorer.query import Match, Part, PicturePart, Query, RegionPart, SearchOptions, WordsPart
from explorer.regions import FeatureMap, pool
from explorer.workspace import Workspace

SAME_PLACE = 0.3
"""IoU above which two places in one work count as one."""
_MOST_WORKS_COMBINED = 3000  # works whose grids are compared when a query has several parts


@dataclass(frozen=True)
class Found:
    """A place before ranking: ``row`` is the work's row in the tables."""

    row: int
    box: Box
    score: float
    mirrored: bool = False


@dataclass(frozen=True)
class VisualQuery:
    """A picture query made ready: its ``vector`` ``(d,)`` for the index, its ``grid`` for laying over works,
    and the rows of the works that are the query itself."""

    vector: np.ndarray
    grid: FeatureMap
    own: frozenset[int]


def search(workspace: Workspace, query: Query, options: SearchOptions | None = None) -> list[Match]:
    """Where in the collection the query is found, best first.

    Raises :class:`ExplorerError` for an empty query, an unknown work, an unreadable picture, or a box outside it.
    """
    options = options or SearchOptions()
    if not query.parts:
        raise ExplorerError("There is nothing to search for: give a picture, a detail, or words.")
    if len(query.parts) == 1:
        found = _find(workspace, query.parts[0], options, max(workspace.config.candidate_works, options.top))
    else:
        found = _combined(workspace, query, options)
    present = workspace.collection.ids()  # a file may have gone since the tables were made
    found = [one for one in found if workspace.tables.works[one.row] in present]
    best = sorted(found, key=lambda one: -one.score)[: options.top]
    return [
        Match(workspace.tables.works[one.row], one.box, one.score, rank, one.mirrored)
        for rank, one in enumerate(best, start=1)
    ]


def click_box(workspace: Workspace, work_id: str, x: float, y: float, scale: float) -> Box:
    """The square region of a work round a point, kept inside the picture.

    ``x``, ``y`` are fractions; ``scale`` is the side as a fraction of that of a square of the picture's area.
    """
    work = workspace.collection.work(work_id)
    if not all(map(math.isfinite, (x, y, scale))) or scale <= 0:
        raise ExplorerError("A click needs a place on the picture and a size above zero.")
    unit = math.sqrt(work.width * work.height)
    wide, high = min(scale * unit / work.width, 1.0), min(scale * unit / work.height, 1.0)
    left = min(max(x - wide / 2, 0.0), 1.0 - wide)
    top = min(max(y - high / 2, 0.0), 1.0 - high)
    return Box(left, top, left + wide, top + high)


# -- queries by picture ----------------------------------------------------------------------------------------------


def prepare(workspace: Workspace, part: RegionPart | PicturePart) -> VisualQuery:
    """Find or compute the query's grid. Works of the collection need no model: their grids are stored."""
    if isinstance(part, RegionPart):
        row = workspace.row(part.work)
        return _visual(workspace.tables.grid(row), part.box.clipped(), frozenset({row}))
    own = own_rows(workspace, part.path)
    box = (part.box or Box.whole()).clipped()
    if own:
        return _visual(workspace.tables.grid(min(own)), box, own)
    encoding, _ = workspace.encode(part.path)
    return _visual(workspace.reduction.apply(encoding.match), box, own)


def propose(workspace: Workspace, query: VisualQuery, works: int) -> list[Found]:
    """The works whose regions lie nearest the query's, each with its nearest region, best first (first stage)."""
    tables = workspace.tables
    regions, scores = workspace.index.search(query.vector[None], workspace.config.candidate_regions)
    nearest: dict[int, Found] = {}
    for region, score in zip(regions[0], scores[0], strict=True):
        row = int(tables.region_work[region])
        if row not in nearest:
            nearest[row] = Found(row, tables.region_box(region), float(score))
            if len(nearest) == works:
                break
    return list(nearest.values())


def rerank(workspace: Workspace, query: VisualQuery, proposed: Sequence[Found], per_work: int) -> list[Found]:
    """Lay the query over each proposed work, and take the best places found (second stage)."""
    grids = [workspace.tables.cells(one.row) for one in proposed]
    placed = place(query.grid, grids, per_work)
    found = []
    for one, placements in zip(proposed, placed, strict=True):
        found += [Found(one.row, p.box, p.score, p.mirrored) for p in placements] or [one]
    return found


def own_rows(workspace: Workspace, path: Path) -> frozenset[int]:
    """The works that a picture file is: the one at the same indexed path, else all with the same content."""
    rows = workspace.tables.rows
    absolute = Path(os.path.normpath(path.absolute()))
    for candidate in (absolute, path.resolve()):
        if candidate.is_relative_to(workspace.folder):
            row = rows.get(candidate.relative_to(workspace.folder).as_posix())
            if row is not None and candidate.is_file() and file_hash(candidate) == workspace.tables.contents[row]:
                return frozenset({row})
    if not path.is_file():
        raise ExplorerError(f"There is no file {path}.")
    return frozenset(rows[work] for work in workspace.collection.with_content(file_hash(path)) if work in rows)


def _visual(grid: FeatureMap, box: Box, own: frozenset[int]) -> VisualQuery:
    vector = pool(grid, np.array([box.as_tuple()]))[0]
    return VisualQuery(vector, query_grid(grid, box), own)


# -- queries by words --------------------------------------------------------------------------------------------------


def find_words(workspace: Workspace, text: str, per_work: int) -> list[Found]:
    """Every work's best places for some words.

    A place scores the mean of its own cosine and the whole work's: the parts say where, the whole says whether.
    """
    if not text.strip():
        raise ExplorerError("Type what you are looking for, such as: a windmill on a hill.")
    tables = workspace.tables
    cosines = ExactIndex(tables.region_joint).scores(workspace.encoder.words([text.strip()]))[0]
    found = []
    for row in range(len(tables.works)):
        regions = slice(tables.first_region[row], tables.first_region[row + 1])
        scores, boxes = cosines[regions], tables.region_boxes[regions]
        mixed = (scores + scores[0]) / 2
        if per_work == 1:
            kept = [int(mixed.argmax())]
        else:
            kept = [int(k) for k in non_maximum_suppression(boxes, mixed, SAME_PLACE)[:per_work]]
        found += [Found(row, tables.region_box(tables.first_region[row] + k), float(mixed[k])) for k in kept]
    return found


# -- queries of several parts ------------------------------------------------------------------------------------------


def _find(workspace: Workspace, part: Part, options: SearchOptions, works: int) -> list[Found]:
    if isinstance(part, WordsPart):
        return find_words(workspace, part.text, options.per_work)
    query = prepare(workspace, part)
    proposed = propose(workspace, query, works + len(query.own))
    if not options.own:
        proposed = [one for one in proposed if one.row not in query.own]
    return rerank(workspace, query, proposed, options.per_work)


def _combined(workspace: Workspace, query: Query, options: SearchOptions) -> list[Found]:
    """Weighted sum of each part's best score per work; the place is that of the first wanted part that points at one.

    A work that a part did not propose gets the lowest score that part gave.
    """
    single = SearchOptions(options.top, 1, own=True)
    results = [
        {one.row: one for one in _find(workspace, part, single, _MOST_WORKS_COMBINED)} for part in query.parts
    ]
    visual = [part for part in query.parts if not isinstance(part, WordsPart)]
    own = frozenset().union(*(prepare(workspace, part).own for part in visual)) if not options.own else frozenset()
    wanted = [(part, result) for part, result in zip(query.parts, results, strict=True) if part.weight > 0]
    pointing = [result for part, result in wanted if not isinstance(part, WordsPart)]
    lead = [*pointing, *(result for _, result in wanted), *results][0]
    floors = [min((one.score for one in result.values()), default=0.0) for result in results]
    total = sum(abs(part.weight) for part in query.parts) or 1.0
    combined = []
    for row, one in lead.items():
        if row in own:
            continue
        scores = [result[row].score if row in result else floor for result, floor in zip(results, floors, strict=True)]
        score = sum(part.weight * value for part, value in zip(query.parts, scores, strict=True)) / total
        combined.append(Found(row, one.box, score, one.mirrored))
    return combined


# -- zero-shot labels ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LabelTable:
    """Every work's probability for every label: ``scores`` is ``(N, L)``; ``best`` is a label's number or None."""

    labels: tuple[str, ...]
    works: tuple[str, ...]
    scores: np.ndarray
    best: tuple[int | None, ...]


def label_works(workspace: Workspace, prompts: Sequence[str]) -> LabelTable:
    """Weigh each work against labels in plain words. A single label is weighed against "a painting"."""
    names = list(prompts)
    if not names:
        raise ExplorerError("Write at least one label, each on a line of its own (such as: a ship at sea).")
    weighed = names if len(names) > 1 else [*names, zero_shot.BACKGROUND]
    vectors = zero_shot.class_vectors(weighed, workspace.encoder.words)
    scores = zero_shot.probabilities(workspace.tables.whole() @ vectors.T, workspace.manifest.logit_scale)
    best = tuple(choice if choice is not None and choice < len(names) else None for choice in zero_shot.choose(scores))
    return LabelTable(tuple(names), workspace.tables.works, scores[:, : len(names)], best)
