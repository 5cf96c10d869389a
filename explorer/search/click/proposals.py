"""The regions that a click may mean: what agrees round it in the copies that a first search finds, then plain squares.

A square of middle size round the click is searched for first, among few works. If copies are found, their transforms
map the square's surroundings onto them, cell by cell (:mod:`.agreement`); the box of the cells that agree in the copies
together is proposed (:mod:`.extent`). Where the middle square finds no copy, or none that agrees at the click, the
squares of :data:`FURTHER` are tried. Where nothing recurs, plain squares are proposed, the middle one first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from explorer.features.grid import FeatureMap
from explorer.geometry import Box, intersection_over_union
from explorer.parallel import map_in_threads
from explorer.progress import stage
from explorer.search import search
from explorer.search.click.agreement import Surroundings, agreement, surroundings, transform_to
from explorer.search.click.extent import largest_sum
from explorer.search.click.squares import MIDDLE, SIZES, square
from explorer.search.own_works import own_rows
from explorer.search.query import Match, Query, RegionPart, SearchOptions, VisualPart, Within, part_box
from explorer.search.visual_query import encoded
from explorer.workspace import Workspace

LEVELS = (1.25, 2.0, 0.8)
"""Agreement (see :func:`agreement`) from which a cell belongs to the thing: the level of the first proposal, then a
tighter and a looser one."""
ENOUGH = 20.0
"""Summed agreement above its level that the first extent must have; with less, the copies are none, or not of what was
clicked. (Of true copies, 2 in 100 have less than 38.)"""
FURTHER = (0.13, 0.36)
"""Sides of the squares that are searched for where the middle one finds no copy."""
LIGHT = {"candidate_works": 200, "rerank_works": 40}
"""Settings of the searches that only look for copies to learn the extent from."""
_COPY = 0.2  # match probability from which a match counts as a copy
_COPIES = 8  # that the extent is learnt from, at most
_CEILING = 4.0  # of a cell's agreement: a few that agree perfectly shall not make up for many that do not
_OFF = -1.0  # agreement of cells that a copy's picture does not show
_SAME = 0.7  # boxes that overlap by more (IoU) are one proposal
_LEAST_CELLS = 2  # along each side of a proposal


@dataclass(frozen=True)
class Proposal:
    """A region that a click may mean, and its ``support``: the expected number of copies, times how well the region
    fits what agrees in them, 1 for the one that fits best. Where nothing recurs it is 0."""

    box: Box
    support: float


@dataclass(frozen=True)
class FirstSearch:
    """What a light search for a square found: the square, its matches, best first, and the works it was limited to."""

    part: VisualPart
    matches: list[Match]
    within: Within | None = None

    @property
    def copies(self) -> list[Match]:
        """The matches that are likely to be copies."""
        return [match for match in self.matches if _probability(match) >= _COPY][:_COPIES]


def click_proposals(workspace: Workspace, work_id: str, x: float, y: float) -> list[Proposal]:
    """The regions that a click at ``x``, ``y`` (fractions) on a work may mean, the best-supported first."""
    part = RegionPart(work_id, Box.whole())
    return proposals(workspace, first_search(workspace, part, (x, y)), x, y)


def first_search(
    workspace: Workspace, picture: VisualPart, point: tuple[float, float], side: float = MIDDLE,
    within: Within | None = None,
) -> FirstSearch:  # fmt: skip
    """A light search for the square round a ``point`` (x, y) of a work or picture file (its own box, if any, does not
    count); ``side`` as :func:`explorer.search.click.square` has it."""
    _, size = _grid(workspace, picture)
    part = replace(picture, box=square(size, *point, side))
    light, limits = workspace.with_lookup_settings(**LIGHT), SearchOptions(top=20, within=within)
    return FirstSearch(part, search(light, Query((part,)), limits), within)


def proposals(workspace: Workspace, first: FirstSearch, x: float, y: float) -> list[Proposal]:
    """The regions that a click may mean, best first, after a first search for the square of middle size."""
    grid, size = _grid(workspace, first.part)
    here = surroundings(grid, size, x, y)
    squares = [square(size, x, y, side) for side in sorted(SIZES, key=lambda side: abs(side - MIDDLE))]
    further = (first_search(workspace, first.part, (x, y), side, first.within) for side in FURTHER)
    found = (_agreement_with_copies(workspace, here, searched) for searched in chain([first], further))
    agreed = next(filter(None, found), None)
    if agreed is None:
        return [Proposal(box, 0.0) for box in squares]
    boxes = _distinct([*(_extent(here, agreed.mean, level)[0] for level in LEVELS), *squares])
    sums = np.array([(agreed.mean - LEVELS[0])[here.inside(box)].sum() for box in boxes])
    support = agreed.copies * np.clip(sums / sums.max(), 0, 1)
    order = np.argsort(-support, kind="stable")
    return [Proposal(boxes[k], round(float(support[k]), 3)) for k in order]


@dataclass(frozen=True)
class _CopyAgreement:
    """The ``mean (h, w)`` agreement of the cells round a click with all copies, weighted by their probabilities, and
    the expected number of ``copies`` among them."""

    mean: np.ndarray
    copies: float


def _agreement_with_copies(workspace: Workspace, here: Surroundings, searched: FirstSearch) -> _CopyAgreement | None:
    """How the surroundings agree with the copies that a search found; None where they do not."""
    copies, box = searched.copies, part_box(searched.part)
    if not copies:
        return None
    stage(f"finding how much of it agrees in {len(copies)} {'copy' if len(copies) == 1 else 'copies'}")
    probabilities = np.array([_probability(copy) for copy in copies])
    maps = np.stack(map_in_threads(lambda copy: _agreement(workspace, here, box, copy), copies))
    mean = np.tensordot(probabilities / probabilities.sum(), maps, 1)
    return _CopyAgreement(mean, float(probabilities.sum())) if _extent(here, mean, LEVELS[0])[1] >= ENOUGH else None


def _probability(match: Match) -> float:
    return match.evidence.probability if match.evidence else 0.0


def _grid(workspace: Workspace, picture: VisualPart) -> tuple[FeatureMap, tuple[int, int]]:
    """A picture's grid, and its size (width, height) in pixels."""
    grid, _, size = encoded(workspace, picture, own_rows(workspace, picture))
    return grid, size


def _agreement(workspace: Workspace, here: Surroundings, box: Box, copy: Match) -> np.ndarray:
    """The agreement ``(h, w)`` of the surroundings with one copy of what was searched for in ``box``, bounded."""
    work, row = workspace.collection.work(copy.work), workspace.row(copy.work)
    size = work.width, work.height
    grids = [workspace.tables.cells(row), *workspace.tables.coarse(row)]
    agreed = agreement(here, grids, size, transform_to(copy, box, here.size, size))
    bounded: np.ndarray = np.clip(np.nan_to_num(agreed, nan=_OFF), -_CEILING, _CEILING)
    return bounded


def _extent(here: Surroundings, agreed: np.ndarray, level: float) -> tuple[Box, float]:
    """The box round the point in which cells agree by more than ``level``, and by how much, summed."""
    (top, bottom, left, right), total = largest_sum(agreed - level, *here.point)
    rows, columns = here.cells.shape
    top, bottom = _at_least(top, bottom, min(_LEAST_CELLS, rows), rows)
    left, right = _at_least(left, right, min(_LEAST_CELLS, columns), columns)
    return here.box((top, bottom, left, right)), total


def _at_least(start: int, end: int, least: int, most: int) -> tuple[int, int]:
    """A stretch of cells made ``least`` long, within 0 to ``most``.

    >>> _at_least(4, 5, 2, 5)
    (3, 5)
    """
    end = min(max(end, start + least), most)
    return min(start, end - least), end


def _distinct(boxes: Sequence[Box]) -> list[Box]:
    """The boxes in their order, without those that nearly equal one before them."""
    kept: list[Box] = []
    for box in boxes:
        earlier = np.array([before.as_tuple() for before in kept]).reshape(-1, 4)
        if (intersection_over_union(np.array(box.as_tuple()), earlier) <= _SAME).all():
            kept.append(box)
    return kept
