"""Dense matching of candidates: the detail's own grid is slid over the stored grids, round the places that coarse
matching found, at several sizes (:mod:`explorer.matching.dense`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.geometry import Box
from explorer.matching.dense import QUERY_CELLS, MatchOptions, default_sides, locate
from explorer.progress import stage
from explorer.search.candidates import Candidate, EncodedPictures, best_per_work
from explorer.search.visual_query import VisualQuery
from explorer.workspace.tables import Tables

_MARGIN = 0.35  # how far round a candidate is searched, as a fraction of its side; one cell at least
_SIDES = (0.6, 1.7)  # least and greatest long side of the placements there, of that of the candidate


@dataclass(frozen=True)
class _Window:
    """The cells ``(rows, columns, d)`` of a work round a candidate, and the ``area`` of the work that they cover."""

    row: int
    area: Box
    cells: np.ndarray


def match_densely(
    pictures: EncodedPictures, query: VisualQuery, candidates: Sequence[Candidate], per_work: int = 1
) -> list[Candidate]:
    """The best ``per_work`` places of every work among the candidates, placed cell by cell, by descending cosine."""
    stage(f"comparing {len({candidate.row for candidate in candidates})} works")
    groups: dict[tuple[int, bool], list[_Window]] = {}  # by long side in cells, and mirrored or not
    for candidate in candidates:
        cells = _coarsest_grid(pictures.tables, candidate)
        long_side = round(_long_side(candidate.box, cells))
        groups.setdefault((long_side, candidate.mirrored), []).append(_window(candidate, cells))
    found: list[Candidate] = []
    for (long_side, mirrored), windows in groups.items():
        query_cells = query.detail.cells.mirrored() if mirrored else query.detail.cells
        least, greatest = _SIDES[0] * long_side, _SIDES[1] * long_side
        sides = [side for side in default_sides(2 * long_side) if least <= side <= greatest] or [long_side]
        located = locate(query_cells, [window.cells for window in windows], MatchOptions(mirror=False, sides=sides))
        for window, placements in zip(windows, located, strict=True):
            found += [
                Candidate(window.row, placement.box.within(window.area), placement.score, mirrored)
                for placement in placements
            ]
    return best_per_work(found, per_work, lambda candidate: candidate.cosine)


def _coarsest_grid(tables: Tables, candidate: Candidate) -> np.ndarray:
    """The coarsest of a work's grids on which a candidate is at least as long as the query's grid; else the finest."""
    coarse = reversed(tables.coarse(candidate.row))
    long_enough = (cells for cells in coarse if _long_side(candidate.box, cells) >= QUERY_CELLS)
    return next(long_enough, tables.cells(candidate.row))


def _long_side(box: Box, cells: np.ndarray) -> float:
    """Of a box, in cells of a grid."""
    rows, columns = cells.shape[:2]
    return float(max(box.height * rows, box.width * columns))


def _window(candidate: Candidate, cells: np.ndarray) -> _Window:
    """The whole cells of a grid within the margin of a candidate."""
    box, (rows, columns) = candidate.box, cells.shape[:2]
    wide, high = (max(_MARGIN * side, 1 / count) for side, count in ((box.width, columns), (box.height, rows)))
    left, right = max(int((box.x0 - wide) * columns), 0), min(int(np.ceil((box.x1 + wide) * columns)), columns)
    top, bottom = max(int((box.y0 - high) * rows), 0), min(int(np.ceil((box.y1 + high) * rows)), rows)
    area = Box(left / columns, top / rows, right / columns, bottom / rows)
    return _Window(candidate.row, area, cells[top:bottom, left:right])
