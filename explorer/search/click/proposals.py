"""The regions that a click may mean: what agrees round it in the copies that a first look finds, then plain squares.

A square of middle size round the click is searched first, over few works. If copies are found, their transforms carry
the square's surroundings onto them, cell by cell (``agreement``); what agrees in the copies together
is the thing, and a box is laid round it (``extent``). Where a middle-sized square finds no copy, or
none that agrees at the click, a smaller and a larger one are tried. Where nothing recurs, the middle square is all that
can be said.
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
from explorer.search.pipeline import own_rows
from explorer.search.query import Match, PicturePart, Query, RegionPart, SearchOptions
from explorer.workspace import Workspace

LEVELS = (1.25, 2.0, 0.8)
"""Agreement (see :func:`agreement`) from which a cell belongs to the thing: as it is proposed
first, then tighter, then looser."""
ENOUGH = 20.0
"""What cells of the first extent agree by above its level, summed; of less, the copies are none, or not of what was
clicked. (Of true copies, 2 in 100 have less than 38.)"""
FURTHER = (0.13, 0.36)
"""Sides of the squares that are searched where the middle one finds no copy."""
LIGHT = {"candidate_works": 200, "rerank_works": 40}
"""Settings of the searches that only look for copies to learn the extent from."""
_COPY = 0.2  # probability from which a match counts as a copy
_COPIES = 8  # that the extent is learnt from, at most
_CEILING = 4.0  # no cell agrees by more: a few that agree perfectly shall not make up for many that do not
_OFF = -1.0  # agreement of cells that a copy's picture does not show
_SAME = 0.7  # boxes that overlap by more (IoU) are one proposal
_LEAST_CELLS = 2  # along each side of a proposal


@dataclass(frozen=True)
class Proposal:
    """A region that a click may mean, and its ``support``: how many copies of the thing may be expected, times how well
    the region fits what agrees in them, 1 for the one that fits best. Where nothing recurs it is 0."""

    box: Box
    support: float


@dataclass(frozen=True)
class FirstLook:
    """What a light search of a square found: the detail, and its matches, best first."""

    part: RegionPart | PicturePart
    matches: list[Match]

    @property
    def copies(self) -> list[Match]:
        """The matches that are likely to be copies."""
        return [one for one in self.matches if one.evidence and one.evidence.probability >= _COPY][:_COPIES]


Picture = RegionPart | PicturePart
"""A work or a picture file; its box, if any, is not looked at."""


def click_proposals(workspace: Workspace, work_id: str, x: float, y: float) -> list[Proposal]:
    """The regions that a click at ``x``, ``y`` (fractions) on a work may mean, the best-supported first."""
    part = RegionPart(work_id, Box.whole())
    return proposals(workspace, first_look(workspace, part, x, y), x, y)


def first_look(workspace: Workspace, picture: Picture, x: float, y: float, side: float = MIDDLE) -> FirstLook:
    """A light search of the square of a size round a point; ``side`` as :func:`explorer.search.click.square` has it."""
    _, size = _grid(workspace, picture)
    part = replace(picture, box=square(size, x, y, side))
    return FirstLook(part, search(workspace.with_lookup_settings(**LIGHT), Query((part,)), SearchOptions(top=20)))


def proposals(workspace: Workspace, look: FirstLook, x: float, y: float) -> list[Proposal]:
    """The regions that a click may mean, best first, after a first look at the middle size."""
    grid, size = _grid(workspace, look.part)
    here = surroundings(grid, size, x, y)
    squares = [square(size, x, y, side) for side in sorted(SIZES, key=lambda side: abs(side - MIDDLE))]
    further = (first_look(workspace, look.part, x, y, side) for side in FURTHER)
    learnt = next(filter(None, (_learnt(workspace, here, one) for one in chain([look], further))), None)
    if learnt is None:
        return [Proposal(box, 0.0) for box in squares]
    boxes = _distinct([*(_extent(here, learnt.together, level)[0] for level in LEVELS), *squares])
    worth = np.array([(learnt.together - LEVELS[0])[here.inside(box)].sum() for box in boxes])
    support = learnt.copies * np.clip(worth / worth.max(), 0, 1)
    order = np.argsort(-support, kind="stable")
    return [Proposal(boxes[k], round(float(support[k]), 3)) for k in order]


@dataclass(frozen=True)
class _Learnt:
    """How far the cells round a click agree in all copies ``together (h, w)``, and how many ``copies`` may be expected
    among them."""

    together: np.ndarray
    copies: float


def _learnt(workspace: Workspace, here: Surroundings, look: FirstLook) -> _Learnt | None:
    """What the copies that a look found say of the surroundings; None where they say nothing."""
    copies = look.copies
    if not copies:
        return None
    stage(f"finding how much of it agrees in {len(copies)} {'copy' if len(copies) == 1 else 'copies'}")
    chances = np.array([one.evidence.probability for one in copies])
    maps = np.stack(map_in_threads(lambda one: _agreement(workspace, here, look.part.box, one), copies))
    together = np.tensordot(chances / chances.sum(), maps, 1)
    return _Learnt(together, float(chances.sum())) if _extent(here, together, LEVELS[0])[1] >= ENOUGH else None


def _grid(workspace: Workspace, picture: Picture) -> tuple[FeatureMap, tuple[int, int]]:
    """A picture's grid, and its size in pixels; of a work of the collection it is stored."""
    if isinstance(picture, RegionPart):
        row = workspace.row(picture.work)
    else:
        row = min(own_rows(workspace, picture.path), default=None)
    if row is None:
        grid, _, size = workspace.encode(picture.path)
        return grid, size
    work = workspace.collection.work(workspace.tables.works[row])
    return workspace.tables.grid(row), (work.width, work.height)


def _agreement(workspace: Workspace, here: Surroundings, box: Box, copy: Match) -> np.ndarray:
    work, row = workspace.collection.work(copy.work), workspace.row(copy.work)
    size = work.width, work.height
    grids = [workspace.tables.cells(row), *workspace.tables.coarse(row)]
    seen = agreement(here, grids, size, transform_to(copy, box, here.size, size))
    return np.clip(np.nan_to_num(seen, nan=_OFF), -_CEILING, _CEILING)


def _extent(here: Surroundings, together: np.ndarray, level: float) -> tuple[Box, float]:
    """The box round the point in which cells agree by more than ``level``, and by how much, summed."""
    (top, bottom, left, right), total = largest_sum(together - level, *here.point)
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
    """The boxes in their order, without those that are nearly one before them."""
    kept: list[Box] = []
    for box in boxes:
        others = np.array([one.as_tuple() for one in kept]).reshape(-1, 4)
        if (intersection_over_union(np.array(box.as_tuple()), others) <= _SAME).all():
            kept.append(box)
    return kept
