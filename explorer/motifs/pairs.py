"""Pairs of works, verified: whether a candidate pair of places shows the same, and how far the works agree there.

A pair of places goes through the steps of a search, one place being the detail and the other the only candidate:
matched densely, verified by cells and key points, given the collection's match probability. What passes is grown to its
full extent (:mod:`explorer.motifs.grow`) and verified again, from either side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.features.grid import FeatureMap
from explorer.features.pyramid import coarse_shapes
from explorer.geometry import Box
from explorer.matching.dense import query_grid
from explorer.motifs.candidates import PairOfPlaces
from explorer.motifs.grow import LEAST_CELLS, agreement
from explorer.registration.match import map_of_match, moved_sides
from explorer.search.candidates import Candidate
from explorer.search.rerank import match_densely
from explorer.search.verify import VerifiedPlace, verify
from explorer.search.visual_query import VisualQuery
from explorer.verification import Detail, Transform
from explorer.verification.calibration_result import Calibration
from explorer.workspace import Workspace
from explorer.workspace.tables import Tables

SEED = 0.3
"""Match probability from which a pair of places is grown."""
_NOT_WORTH = 0.05  # match probability below which a place is not compared the other way round
_COVERED_FROM = 0.3  # match probability from which it is seen how much of a detail is there
_GRIDS_KEPT = 2000  # whose cells' commonness is held in memory
_SLIVER = 0.005  # of the picture: a box that is narrower or lower lies outside it


@dataclass(frozen=True)
class VerifiedPair:
    """A detail of one work and its copy on another, rows in the tables; ``probability`` is that of both
    directions, :func:`combined`."""

    rows: tuple[int, int]
    boxes: tuple[Box, Box]
    transform: Transform
    probability: float


@dataclass(frozen=True)
class Found:
    """A place (``row``, ``box``) with how a detail became it, the match probability, and the ``share`` of the detail
    that is there, 0 to 1."""

    row: int
    box: Box
    transform: Transform
    probability: float
    share: float = 1.0


@dataclass(frozen=True)
class _Pictures:
    """What matching and verification need of a workspace, read from its database once."""

    tables: Tables
    calibration: Calibration
    sizes: dict[str, tuple[int, int]]

    def picture_sizes(self) -> dict[str, tuple[int, int]]:
        return self.sizes


class PairVerifier:
    """Verifies pairs of places of one collection."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._sizes = workspace.picture_sizes()
        self._pictures = _Pictures(workspace.tables, workspace.calibration, self._sizes)
        self._common: dict[tuple[int, int], np.ndarray] = {}

    def verified(self, pair: PairOfPlaces) -> VerifiedPair | None:
        """A pair of places verified and grown; None where it is no copy."""
        first, second = pair.rows
        found = self.place(first, pair.boxes[0], second, pair.boxes[1], pair.mirrored)
        if found is None or found.probability < SEED or found.evidence.transform is None:
            return None
        return self._both_ways(first, pair.boxes[0], second, found)

    def compared(self, row: int, box: Box, pair: PairOfPlaces) -> Found | None:
        """The detail in ``box`` of the work in ``row``, searched for where a ``pair`` that overlaps it suggests, and
        back again; with the match probability of both directions. None where there is nothing."""
        near = carried(box, pair)
        if near is None:
            return None
        found = self.place(row, box, pair.rows[1], near, pair.mirrored)
        if found is None or found.probability < _NOT_WORTH or found.evidence.transform is None:
            return None
        back = self.place(pair.rows[1], found.box, row, box, found.mirrored)
        probability = combined(found.probability, back.probability if back else 0.0)
        extent = self.extent(row, box, pair.rows[1], found) if probability >= _COVERED_FROM else None
        share = covered(box, extent) if extent else 1.0
        return Found(pair.rows[1], found.box, found.evidence.transform, probability, share)

    def _both_ways(self, first: int, box: Box, second: int, found: VerifiedPlace) -> VerifiedPair | None:
        grown = self.extent(first, box, second, found) or box
        again = self.place(first, grown, second, self._carried(first, box, second, found, grown), found.mirrored)
        if again is None or again.probability < found.probability / 2:
            grown, again = box, found
        back = self.place(second, again.box, first, grown, again.mirrored)
        if back is None or again.evidence.transform is None:
            return None
        probability = combined(again.probability, back.probability)
        return VerifiedPair((first, second), (grown, again.box), again.evidence.transform, probability)

    def place(self, row: int, box: Box, other: int, near: Box, mirrored: bool) -> VerifiedPlace | None:
        """The detail in ``box`` of one work, searched for round ``near`` on another."""
        query = self._query(row, box)
        placed = match_densely(self._pictures, query, [Candidate(other, near, 0.0, mirrored)])
        verified = verify(self._pictures, query, placed)
        return verified[0] if verified else None

    def _query(self, row: int, box: Box) -> VisualQuery:
        """A detail as :func:`explorer.search.visual_query.prepare` makes it, without what only retrieval needs."""
        tables = self._workspace.tables
        cells = query_grid(FeatureMap(tables.cells(row), tables.reduction.antisymmetric), box)
        distinctive = self._workspace.distinctiveness(cells.vectors.reshape(-1, cells.vectors.shape[2]))
        size, points = self._sizes[tables.works[row]], tables.points(row).inside(box)
        detail = Detail(cells, box, size, points, distinctive)
        return VisualQuery(np.zeros((0, 0), np.float32), cells, detail, frozenset({row}))

    def extent(self, row: int, box: Box, other: int, found: VerifiedPlace) -> Box | None:
        """How far the work in ``row`` agrees with the other, round ``box``."""
        level, other_level = self._levels(row, box, other, found.box)
        common = self._common_cosines(row, level)
        tables = self._workspace.tables
        matrix = self._map(row, box, other, found)
        grid, other_grid = self._grid(row, level), self._grid(other, other_level)
        return agreement(grid, other_grid, matrix, common, tables.reduction.antisymmetric).extent(box)

    def _map(self, row: int, box: Box, other: int, found: VerifiedPlace) -> np.ndarray:
        works, evidence = self._workspace.tables.works, found.evidence
        transform = evidence.transform or Transform(1.0, 0.0, found.mirrored)
        sizes = self._sizes[works[row]], self._sizes[works[other]]
        return map_of_match(transform, evidence.pairs, (box, found.box), sizes)

    def _carried(self, row: int, box: Box, other: int, found: VerifiedPlace, grown: Box) -> Box:
        """Where a grown box lies on the other work, by the map that was found."""
        x0, y0, x1, y1 = np.clip(moved_sides(self._map(row, box, other, found), grown), 0, 1).tolist()
        return Box(x0, y0, x1, y1) if x1 - x0 > _SLIVER and y1 - y0 > _SLIVER else found.box

    def _grid(self, row: int, level: int) -> np.ndarray:
        tables = self._workspace.tables
        return tables.cells(row) if level == 0 else tables.coarse(row)[level - 1]

    def _levels(self, row: int, box: Box, other: int, found: Box) -> tuple[int, int]:
        """The grids to compare: the coarsest of the first on which the place has enough cells, and the grid of the
        other on which it has most nearly as many."""
        sides = self._long_sides(row, box)
        level = max((number for number, side in enumerate(sides) if side >= LEAST_CELLS), default=0)
        others = np.array(self._long_sides(other, found))
        return level, int(np.abs(np.log(others / sides[level])).argmin())

    def _long_sides(self, row: int, box: Box) -> list[float]:
        """Long side of a box in cells, on the grid and on each of its pyramid."""
        shape = tuple(self._workspace.tables.shapes[row].tolist())
        return [max(box.height * rows, box.width * columns) for rows, columns in (shape, *coarse_shapes(*shape))]

    def _common_cosines(self, row: int, level: int) -> np.ndarray:
        """Of each cell of a grid the cosine that a hundredth of the collection's cells have with it at least."""
        common = self._common.get((row, level))
        if common is None:
            grid = self._grid(row, level).astype(np.float32)
            rare = self._workspace.distinctiveness(grid.reshape(-1, grid.shape[2]))
            common = (1 - rare).reshape(grid.shape[:2])
            if len(self._common) >= _GRIDS_KEPT:
                self._common.clear()
            self._common[row, level] = common
        return common


def covered(box: Box, other: Box) -> float:
    """Share of a box that lies in another, 0 to 1.

    >>> covered(Box(0.0, 0.0, 0.5, 0.5), Box(0.25, 0.0, 1.0, 1.0))
    0.5
    """
    across = min(box.x1, other.x1) - max(box.x0, other.x0)
    down = min(box.y1, other.y1) - max(box.y0, other.y0)
    return max(across, 0.0) * max(down, 0.0) / box.area


def carried(box: Box, pair: PairOfPlaces) -> Box | None:
    """Where a box on the first work of a pair lies on the second, if all lies there as the pair's place does; None
    outside it.

    >>> pair = PairOfPlaces((0, 1), (Box(0.0, 0.0, 0.2, 0.2), Box(0.5, 0.5, 0.9, 0.9)), False, 0.0)
    >>> carried(Box(0.1, 0.0, 0.2, 0.1), pair)
    Box(x0=0.7, y0=0.5, x1=0.9, y1=0.7)
    """
    start, end = pair.boxes
    across, down = end.width / start.width, end.height / start.height
    left, right = box.x0 - start.x0, box.x1 - start.x0
    if pair.mirrored:
        left, right = start.x1 - box.x1, start.x1 - box.x0
    x0, x1 = (min(max(end.x0 + side * across, 0.0), 1.0) for side in (left, right))
    y0, y1 = (min(max(end.y0 + (side - start.y0) * down, 0.0), 1.0) for side in (box.y0, box.y1))
    return Box(x0, y0, x1, y1) if x1 - x0 > _SLIVER and y1 - y0 > _SLIVER else None


def combined(there: float, back: float) -> float:
    """One match probability from those of both directions: their geometric mean."""
    return math.sqrt(there * back)
