"""The stages of a search by picture: propose, lay, verify. Each takes what the one before found and says more of it.

1. *Propose*: the index names the regions of any work that are nearest to the detail's mean vector.
2. *Lay*: the detail's own grid is slid over the stored grids round the proposed regions, at several sizes and both
   ways round (:mod:`explorer.dense`). Only there: to lay it over all of every work takes twenty times as long.
3. *Verify*: cells and key points are heard as witnesses (:mod:`explorer.verify`); together they give every match the
   chance that it is a copy, by which matches are ranked.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.collection import open_picture
from explorer.collection.pictures import file_hash, picture_size
from explorer.collection.renditions import THUMBNAIL_SIDE
from explorer.dense import Laying, in_threads, place, query_grid
from explorer.errors import ExplorerError
from explorer.geometry import Box, non_maximum_suppression
from explorer.query import Evidence, PicturePart, RegionPart
from explorer.regions import FeatureMap, in_mirror, pool
from explorer.verify import Detail, KeyPoints, Place, Testimony, chance, hear, likeness, seen_elsewhere, standings
from explorer.workspace import Workspace

SAME_PLACE = 0.3
"""IoU above which two places in one work count as one."""
SMALLEST_DETAIL = 8
"""Pixels of the original: a detail of less says nothing."""
BLANK = 1.5
"""Standard deviation of a detail's tones, 0 to 255, below which it is of one colour."""
PAIRS_KEPT = 24
"""Agreeing pairs that a match carries, key points first."""
_SAME_REGION = 0.5  # IoU above which two proposed regions count as one
_WIDER = 0.5  # how far round a proposed region the detail is laid, as a fraction of its side
_SIZES = (0.6, 1.8)  # long sides of the placements there, of the region's side
_REGIONS_PER_WORK = 4
_MOST_LOOKED_AT = 24  # regions of one work among which these are chosen


@dataclass(frozen=True)
class Found:
    """A place before ranking: ``row`` is the work's row in the tables."""

    row: int
    box: Box
    score: float
    mirrored: bool = False
    evidence: Evidence | None = None
    also: tuple[Box, ...] = ()


@dataclass(frozen=True)
class VisualQuery:
    """A picture query made ready: its ``vectors`` for the index, ``(2, d)``, as it is and mirrored, or ``(1, d)`` where
    that is the same; the ``detail`` for laying and verifying; and the rows of the works that are the query itself."""

    vectors: np.ndarray
    detail: Detail
    own: frozenset[int]


def prepare(workspace: Workspace, part: RegionPart | PicturePart) -> VisualQuery:
    """Find or compute the query's grid. Works of the collection need no model: their grids are stored."""
    if isinstance(part, RegionPart):
        row = workspace.row(part.work)
        return _of_work(workspace, row, part.box.clipped(), frozenset({row}))
    own = own_rows(workspace, part.path)
    box = (part.box or Box.whole()).clipped()
    if own:
        return _of_work(workspace, min(own), box, own)
    grid, points, size = workspace.encode(part.path)
    return _visual(grid, box, size, points, own)


def refuse_nothing_to_see(workspace: Workspace, part: RegionPart | PicturePart) -> None:
    """Raises :class:`ExplorerError` where a detail is too small, or of one colour: anything would look like it."""
    box = (part.box or Box.whole()).clipped()
    if isinstance(part, RegionPart):
        work = workspace.collection.work(part.work)
        width, height = work.width, work.height
    else:
        width, height = picture_size(part.path)
    wide, high = round(box.width * width), round(box.height * height)
    if min(wide, high) < SMALLEST_DETAIL:
        raise ExplorerError(
            f"The detail is only {wide} by {high} pixels; choose one of at least {SMALLEST_DETAIL} pixels on each side."
        )
    try:
        own = isinstance(part, RegionPart)
        small = open_picture(workspace.thumbnail(part.work) if own else part.path, long_side=THUMBNAIL_SIDE).image
    except (ExplorerError, OSError):
        return  # the picture is gone since it was indexed; what was computed of it can still be searched
    x0, y0, x1, y1 = box.to_pixels(*small.size)
    tones = np.asarray(small.crop((x0, y0, max(x1, x0 + 2), max(y1, y0 + 2))), dtype=np.float32)
    if float(tones.std(axis=(0, 1)).max()) < BLANK:
        raise ExplorerError("There is nothing to recognise here: the detail is all of one colour. Choose another.")


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


def propose(workspace: Workspace, query: VisualQuery, works: int) -> list[Found]:
    """The regions nearest the query's, a few of each of at least ``works`` works, best first (first stage).

    Neighbouring regions of a few works can fill a whole list of regions; then a longer one is asked for.
    """
    tables = workspace.tables
    wanted, count = min(works, len(tables.works)), workspace.config.candidate_regions
    while True:
        regions, scores = _nearest(workspace, query.vectors, count)
        rows = tables.region_work[regions]
        if len(np.unique(rows)) >= wanted or count >= len(tables.region_work):
            break
        count *= 4
    boxes = np.asarray(tables.region_boxes[regions])
    of_work: dict[int, list[int]] = {}
    for rank, row in enumerate(rows.tolist()):  # works in the order of their nearest region
        of_work.setdefault(row, []).append(rank)
    kept: list[int] = []
    for ranks in list(of_work.values())[:wanted]:
        mine = np.array(ranks[:_MOST_LOOKED_AT])
        kept += mine[non_maximum_suppression(boxes[mine], scores[mine], _SAME_REGION)[:_REGIONS_PER_WORK]].tolist()
    return [Found(int(rows[k]), Box(*map(float, boxes[k])), float(scores[k])) for k in sorted(kept)]


def lay(
    workspace: Workspace, query: VisualQuery, proposed: Sequence[Found], per_work: int, mirror: bool = True
) -> list[Found]:
    """The best places of the proposed works, the detail laid round the proposed regions only (second stage)."""
    tables = workspace.tables
    by_side: dict[float, list[tuple[Found, Box, np.ndarray]]] = {}
    for one in proposed:
        cells = tables.cells(one.row)
        area, part = _window(cells, one.box)
        side = max(one.box.width * cells.shape[1], one.box.height * cells.shape[0])
        by_side.setdefault(round(side), []).append((one, area, part))
    found: list[Found] = []
    for side, group in by_side.items():
        laying = Laying(per_work, mirror, least=_SIZES[0] * side, most=_SIZES[1] * side)
        placed = place(query.detail.cells, [part for _, _, part in group], laying)
        for (one, area, _), placements in zip(group, placed, strict=True):
            found += [Found(one.row, p.box.within(area), p.score, p.mirrored) for p in placements]
    return best_of_each(found, per_work)


def lay_over(workspace: Workspace, query: VisualQuery, rows: Sequence[int], per_work: int) -> list[Found]:
    """The best places of whole works: exhaustive, for few works or for comparison."""
    placed = place(query.detail.cells, [workspace.tables.cells(row) for row in rows], Laying(per_work))
    pairs = zip(rows, placed, strict=True)
    return [Found(int(row), p.box, p.score, p.mirrored) for row, placements in pairs for p in placements]


def verify(workspace: Workspace, query: VisualQuery, found: Sequence[Found], most: int | None = None) -> list[Found]:
    """Places with their evidence, ranked by the chance that each is a copy (third stage).

    ``found`` comes best first; with ``most``, only so many are heard, and the others left out. A work may come back
    with one place more: where key points see the detail and the network did not.
    """
    sizes = workspace.collection.sizes()
    known = [one for one in found if workspace.tables.works[one.row] in sizes]
    if not known:
        return []
    tables, detail = workspace.tables, query.detail

    def heard(one: Found) -> list[tuple[Found, Testimony]]:
        size = sizes[tables.works[one.row]]
        here = Place(tables.grid(one.row), size, tables.points(one.row), one.box, one.mirrored)
        said = [(one, hear(detail, here))]
        if elsewhere := seen_elsewhere(detail, here):
            score = likeness(detail, elsewhere)
            said.append((Found(one.row, elsewhere.box, score, elsewhere.mirrored), hear(detail, elsewhere)))
        return said

    pairs = [pair for pairs in in_threads(heard, known[:most]) for pair in pairs]
    standing = standings(np.array([one.score for one, _ in pairs]), np.array([one.score for one in known]))
    chances = chance(standing, np.array([t.cell_share for _, t in pairs]), np.array([t.points for _, t in pairs]))
    verified = [
        Found(one.row, said.box, float(p), said.mirrored, _evidence(one, said, float(p)))
        for (one, said), p in zip(pairs, chances, strict=True)
    ]
    return sorted(verified, key=lambda one: -one.score)


def best_of_each(found: Sequence[Found], per_work: int) -> list[Found]:
    """At most ``per_work`` places of every work, none over another, best first."""
    of_work: dict[int, list[Found]] = {}
    for one in found:
        of_work.setdefault(one.row, []).append(one)
    best: list[Found] = []
    for places in of_work.values():
        scores = np.array([one.score for one in places])
        if per_work == 1:
            best.append(places[int(scores.argmax())])
            continue
        boxes = np.array([one.box.as_tuple() for one in places])
        best += [places[k] for k in non_maximum_suppression(boxes, scores, SAME_PLACE)[:per_work]]
    return sorted(best, key=lambda one: -one.score)


# -- plumbing ----------------------------------------------------------------------------------------------------------


def _of_work(workspace: Workspace, row: int, box: Box, own: frozenset[int]) -> VisualQuery:
    work = workspace.collection.work(workspace.tables.works[row])
    tables = workspace.tables
    return _visual(tables.grid(row), box, (work.width, work.height), tables.points(row), own)


def _nearest(workspace: Workspace, vectors: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Regions nearest to any of the vectors, and how near, the nearest first, none twice."""
    regions, scores = (found.ravel() for found in workspace.index.search(vectors, count))
    order = np.argsort(-scores, kind="stable")
    _, first = np.unique(regions[order], return_index=True)
    kept = order[np.sort(first)]
    return regions[kept], scores[kept]


def _visual(
    grid: FeatureMap, box: Box, size: tuple[int, int], points: KeyPoints, own: frozenset[int]
) -> VisualQuery:
    vectors = pool(grid, np.array([box.as_tuple()]))
    if grid.odd:
        vectors = np.concatenate([vectors, in_mirror(vectors, grid.odd)])
    return VisualQuery(vectors, Detail(query_grid(grid, box), box, size, points.inside(box)), own)


def _window(cells: np.ndarray, box: Box) -> tuple[Box, np.ndarray]:
    """The whole cells round a region, and the box that they make."""
    rows, columns = cells.shape[:2]
    wide, high = _WIDER * box.width, _WIDER * box.height
    left, right = max(int((box.x0 - wide) * columns), 0), min(int(np.ceil((box.x1 + wide) * columns)), columns)
    top, bottom = max(int((box.y0 - high) * rows), 0), min(int(np.ceil((box.y1 + high) * rows)), rows)
    return Box(left / columns, top / rows, right / columns, bottom / rows), cells[top:bottom, left:right]


def _evidence(one: Found, said: Testimony, probability: float) -> Evidence:
    pairs = tuple(tuple(round(float(side), 5) for side in pair) for pair in said.pairs[:PAIRS_KEPT])
    return Evidence(probability, 0.0, one.score, said.cells + said.points, said.points, said.transform, pairs)
