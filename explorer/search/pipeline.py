"""The stages of a search by picture: propose, look, lay, verify. Each takes what the one before found and says more.

1. *Propose*: the index names the works with the regions that are nearest to the detail's mean vector.
2. *Look*: a few cells of the detail are slid over coarse copies of those works' grids (``matching.coarse``).
3. *Lay*: its own grid is slid over the stored ones, at several sizes (``matching.dense``), only where the glance saw
   something. To lay it over all of every work takes more than twenty times as long.
4. *Verify*: cells and key points are heard as witnesses (``verification``); together they give every match the
   chance that it is a copy, by which matches are ranked.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.collection import open_picture
from explorer.collection.derivatives import THUMBNAIL_SIDE
from explorer.collection.pictures import file_hash, picture_size
from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap, mirror_vectors
from explorer.features.regions import pool
from explorer.geometry import Box, non_maximum_suppression
from explorer.index.exact import ExactIndex
from explorer.matching.coarse import QUERY_CELLS as COARSE_QUERY_CELLS
from explorer.matching.coarse import coarse_peaks
from explorer.matching.dense import QUERY_CELLS, SAME_PLACE, MatchOptions, default_sides, locate, query_grid
from explorer.parallel import map_in_threads
from explorer.progress import stage
from explorer.search.query import Evidence, PartMatch, PicturePart, RegionPart
from explorer.verification import (
    Detail,
    Hypothesis,
    KeyPoints,
    VerificationResult,
    compare_key_points,
    cue_vector,
    key_point_hypothesis,
    mean_cosine,
    score_match,
)
from explorer.verification.calibration_result import Calibration
from explorer.workspace import Workspace

SMALLEST_DETAIL = 8
"""Pixels of the original: a detail of less says nothing."""
BLANK = 1.5
"""Standard deviation of a detail's tones, 0 to 255, below which it is of one colour."""
PAIRS_KEPT = 24
"""Agreeing pairs that a match carries, key points first."""
_PART_OF_ALL = 0.2  # of the regions, from which on the index is not asked
_FURTHER = 5  # places of one work that are looked for where more than one is wanted
_COARSE_PLACES = (
    3  # places of a work that a glance brings up and the detail is laid on, or two more than are wanted of it
)
_WIDER = 0.35  # how far round such a place, as a fraction of its side, but a cell at least
_SIZES = (0.6, 1.7)  # long sides of the placements there, of that of the place


@dataclass(frozen=True)
class Found:
    """A place before ranking: ``row`` is the work's row in the tables."""

    row: int
    box: Box
    score: float
    mirrored: bool = False
    evidence: Evidence | None = None
    also: tuple[Box, ...] = ()
    parts: tuple[PartMatch, ...] = ()


@dataclass(frozen=True)
class VisualQuery:
    """A picture query made ready: its ``vectors`` for the index, ``(2, d)``, as it is and mirrored, or ``(1, d)`` where
    that is the same; its cells for a ``glance``; the ``detail`` for options and verifying; and the rows of the works
    that are the query itself."""

    vectors: np.ndarray
    coarse_cells: FeatureMap
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
    return visual_query(workspace, grid, box, size, points, own)


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


def retrieve_candidates(workspace: Workspace, query: VisualQuery, works: int) -> list[Found]:
    """The region nearest the query's of each of at least ``works`` works, best first (first stage).

    Neighbouring regions of a few works can fill a whole list of regions; then a longer one is asked for.
    """
    stage("looking for works that may have it")
    tables = workspace.tables
    wanted, count = min(works, len(tables.works)), workspace.config.candidate_regions
    while True:
        regions, scores = _nearest(workspace, query.vectors, count)
        rows, first = np.unique(tables.region_work[regions], return_index=True)
        if len(rows) >= wanted or count >= len(tables.region_work):
            break
        count *= 4
    order = np.argsort(first)[:wanted]  # works in the order of their nearest region
    return [
        Found(int(row), tables.region_box(regions[rank]), float(scores[rank]))
        for row, rank in zip(rows[order], first[order], strict=True)
    ]


def match_coarsely(
    workspace: Workspace, query: VisualQuery, rows: Sequence[int],
    options: MatchOptions | None = None, works: int | None = None,
) -> list[Found]:  # fmt: skip
    """Places where the detail may lie (second stage): a few of each of the works among ``rows``, or of so many
    ``works``, that look best at a glance; the best work first."""
    if not rows:
        return []
    stage(f"looking at {len(rows)} works")
    options = options or MatchOptions()
    seen = coarse_peaks(query.coarse_cells, [workspace.tables.coarse(row) for row in rows], options)
    several = max(_COARSE_PLACES, options.per_work + 2)
    return [
        Found(rows[one], place.box, place.score, place.mirrored)
        for one in np.argsort(-seen.scores.max(axis=1), kind="stable")[:works].tolist()
        for place in seen.best(one, several)
    ]


def shortlist(workspace: Workspace, query: VisualQuery, without: frozenset[int]) -> list[Found]:
    """The first two stages, as far as the collection's settings demand; the works in the rows ``without`` are left out.

    How many matches a user wants to see plays no part: what is found, and how sure it is, may not depend on it.
    """
    return match_coarsely(
        workspace, query, _candidate_rows(workspace, query, without), works=workspace.config.rerank_works
    )


def beyond_shortlist(workspace: Workspace, query: VisualQuery, seen: Sequence[Found], count: int) -> list[Found]:
    """The next ``count`` works after those that were ``seen`` on the shortlist, each with its places, in a fixed order:
    the other candidates as they look at a glance, then what the index proposes further on."""
    known = {one.row for one in seen}
    rows = [row for row in _candidate_rows(workspace, query, frozenset()) if row not in known]
    others = match_coarsely(workspace, query, rows, works=count)
    missing = count - len({one.row for one in others})
    if missing > 0:
        known |= set(rows) | query.own
        proposed = retrieve_candidates(workspace, query, len(known) + missing)
        further = [one.row for one in proposed if one.row not in known][:missing]
        places = match_coarsely(workspace, query, further)
        others += sorted(places, key=lambda one: further.index(one.row))
    return others


def _candidate_rows(workspace: Workspace, query: VisualQuery, without: frozenset[int]) -> list[int]:
    left_out = without | query.own
    proposed = retrieve_candidates(workspace, query, workspace.config.candidate_works + len(left_out))
    return [one.row for one in proposed if one.row not in left_out]


def best_places(
    workspace: Workspace, query: VisualQuery, seen: Sequence[Found], most: int | None = None
) -> list[Found]:
    """The last two stages: one verified place of every work that was seen, best first."""
    return best_of_each(verify(workspace, query, match_densely(workspace, query, seen), most), 1)


def further_places(
    workspace: Workspace, query: VisualQuery, taken: Mapping[int, Box], per_work: int = _FURTHER
) -> list[Found]:
    """More places of the works whose rows are ``taken``, none on the place that is taken; verified, best first.

    They come beside the places that were found before and never change those.
    """
    rows = list(taken)
    if not rows:
        return []
    most = max(per_work, _FURTHER)  # so that asking for fewer finds none of another kind
    laid = match_densely(workspace, query, match_coarsely(workspace, query, rows, MatchOptions(most)), most + 1)
    apart = [one for one in laid if not _upon(one.box, taken[one.row])]
    verified = [one for one in verify(workspace, query, apart) if not _upon(one.box, taken[one.row])]
    return best_of_each(verified, most)


def _upon(box: Box, taken: Box) -> bool:
    """Whether a place is another's, or lies inside it, or round it."""
    across = min(box.x1, taken.x1) - max(box.x0, taken.x0)
    down = min(box.y1, taken.y1) - max(box.y0, taken.y0)
    return across > 0 and down > 0 and across * down > SAME_PLACE * min(box.area, taken.area)


def match_densely(workspace: Workspace, query: VisualQuery, seen: Sequence[Found], per_work: int = 1) -> list[Found]:
    """The best places of works, the detail laid finely round those seen at a glance (third stage)."""
    stage(f"comparing {len({one.row for one in seen})} works")
    groups: dict[tuple[int, bool], list[tuple[int, Box, np.ndarray]]] = {}  # by long side, and which way round
    for one in seen:
        cells = _coarsest_grid(workspace, one)
        side = round(_cells_long(one.box, cells))
        groups.setdefault((side, one.mirrored), []).append((one.row, *_window(cells, one.box)))
    found: list[Found] = []
    for (side, mirrored), group in groups.items():
        asked = query.detail.cells.mirrored() if mirrored else query.detail.cells
        sides = [one for one in default_sides(2 * side) if _SIZES[0] * side <= one <= _SIZES[1] * side]
        placed = locate(asked, [part for _, _, part in group], MatchOptions(mirror=False, sides=sides or [side]))
        for (row, area, _), placements in zip(group, placed, strict=True):
            found += [Found(row, p.box.within(area), p.score, mirrored) for p in placements]
    return best_of_each(found, per_work)


def verify(workspace: Workspace, query: VisualQuery, found: Sequence[Found], most: int | None = None) -> list[Found]:
    """Places with their evidence, ranked by the chance that each is a copy (fourth stage).

    ``found`` comes best first; with ``most``, only so many are heard, and the others left out. A work may come back
    with one place more: where key points see the detail and the network did not.
    """
    sizes = workspace.picture_sizes()
    known = [one for one in found if workspace.tables.works[one.row] in sizes]
    if not known:
        return []
    stage(f"verifying {len(known[:most])} places")
    tables, detail = workspace.tables, query.detail

    def heard(one: Found) -> list[tuple[Found, VerificationResult]]:
        size = sizes[tables.works[one.row]]
        grid = FeatureMap(tables.cells(one.row), detail.cells.antisymmetric)
        here = Hypothesis(grid, size, tables.points(one.row), one.box, one.mirrored)
        compared = compare_key_points(detail.points, here.points)
        said = [(one, score_match(detail, here, compared))]
        if elsewhere := key_point_hypothesis(detail, here, compared):
            found = Found(one.row, elsewhere.box, mean_cosine(detail, elsewhere), elsewhere.mirrored)
            said.append((found, score_match(detail, elsewhere, compared)))
        return said

    pairs = [pair for pairs in map_in_threads(heard, known[:most]) for pair in pairs]
    calibration = workspace.calibration
    cues = np.array([cue_vector(one.score, said.cell_agreement, said.significance) for one, said in pairs])
    verified = [
        Found(one.row, said.box, float(p), said.mirrored, _evidence(one, said, float(p), calibration))
        for (one, said), p in zip(pairs, calibration.model.probability(cues), strict=True)
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
        best += [places[k] for k in non_maximum_suppression(boxes, scores, SAME_PLACE, per_work)]
    return sorted(best, key=lambda one: -one.score)


# -- plumbing ----------------------------------------------------------------------------------------------------------


def _of_work(workspace: Workspace, row: int, box: Box, own: frozenset[int]) -> VisualQuery:
    work = workspace.collection.work(workspace.tables.works[row])
    tables = workspace.tables
    return visual_query(workspace, tables.grid(row), box, (work.width, work.height), tables.points(row), own)


def _nearest(workspace: Workspace, vectors: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Regions nearest to any of the vectors, and how near, the nearest first, none twice.

    Where a good part of all is wanted, all are compared: a graph may not lead to every one of its vectors.
    """
    everything = workspace.tables.region_vectors
    index = workspace.index if count < _PART_OF_ALL * len(everything) else ExactIndex(everything)
    regions, scores = (found.ravel() for found in index.search(vectors, count))
    order = np.argsort(-scores, kind="stable")
    _, first = np.unique(regions[order], return_index=True)
    kept = order[np.sort(first)]
    return regions[kept], scores[kept]


def visual_query(
    workspace: Workspace, grid: FeatureMap, box: Box, size: tuple[int, int], points: KeyPoints, own: frozenset[int]
) -> VisualQuery:
    """A detail of an encoded picture, ready to be searched for."""
    vectors = pool(grid, np.array([box.as_tuple()]))
    if grid.antisymmetric:
        vectors = np.concatenate([vectors, mirror_vectors(vectors, grid.antisymmetric)])
    cells = query_grid(grid, box)
    distinctive = workspace.distinctiveness(cells.vectors.reshape(-1, cells.vectors.shape[2]))
    detail = Detail(cells, box, size, points.inside(box), distinctive)
    return VisualQuery(vectors, query_grid(grid, box, COARSE_QUERY_CELLS), detail, own)


def _coarsest_grid(workspace: Workspace, one: Found) -> np.ndarray:
    """The coarsest of a work's grids on which a place is still as long as the query; else the finest."""
    coarse = reversed(workspace.tables.coarse(one.row))
    long_enough = (cells for cells in coarse if _cells_long(one.box, cells) >= QUERY_CELLS)
    return next(long_enough, workspace.tables.cells(one.row))


def _cells_long(box: Box, cells: np.ndarray) -> float:
    return max(box.height * cells.shape[0], box.width * cells.shape[1])


def _window(cells: np.ndarray, box: Box) -> tuple[Box, np.ndarray]:
    """The whole cells round a place, and the box that they make."""
    rows, columns = cells.shape[:2]
    wide, high = (max(_WIDER * side, 1 / count) for side, count in ((box.width, columns), (box.height, rows)))
    left, right = max(int((box.x0 - wide) * columns), 0), min(int(np.ceil((box.x1 + wide) * columns)), columns)
    top, bottom = max(int((box.y0 - high) * rows), 0), min(int(np.ceil((box.y1 + high) * rows)), rows)
    return Box(left / columns, top / rows, right / columns, bottom / rows), cells[top:bottom, left:right]


def _evidence(one: Found, said: VerificationResult, probability: float, calibration: Calibration) -> Evidence:
    pairs = tuple(tuple(round(float(side), 5) for side in pair) for pair in said.pairs[:PAIRS_KEPT])
    return Evidence(
        probability, calibration.percentile(probability), one.score, said.cell_agreement, said.significance,
        said.cells + said.points, said.points, said.transform, pairs,
    )  # fmt: skip
