"""What differs between two registered versions: left out of one, added in the other, or moved.

The second grid of cells is laid over the first under the map. Cells are first averaged with their neighbours, which
takes away the grain of the paint and of the reproduction; each is compared with the cell on it and those next to it,
both ways. Versions in other media agree less everywhere, so a cell differs where it agrees less than is usual for these
two pictures, by a share of what sets cells of this collection apart. A connected area of such cells is a difference; it
is on that picture where it resembles what surrounds it less. Areas in which neither picture has anything that its
surroundings have not are grain, and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from scipy import ndimage

from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap, unit_rows
from explorer.features.pyramid import coarser
from explorer.geometry import Box
from explorer.matching.dense import MatchOptions, locate, query_grid
from explorer.registration.cells_under_map import laid_over
from explorer.registration.match import moved_sides
from explorer.registration.pictures import find_picture, read_excerpt
from explorer.workspace import Workspace

Kind = Literal["first", "second", "moved"]
SEED, GROWN = 0.46, 0.32
"""How much less than usual the cells of a difference agree, and those that it is grown to; of the median distance at
which one cell in a hundred of the collection is from a cell."""
SPREAD = 0.8
"""So many times the usual distance is added to :data:`SEED`, and half of it to :data:`GROWN`: where versions are less
alike, how much they are varies more."""
LEAST_CELLS = 6
"""Cells of a difference."""
STANDS_OUT = 0.38
"""Least mean distance of a difference's cells from what surrounds them, in the same unit."""
TOO_UNLIKE = 0.65
"""Usual distance, as a share of that under wrong maps, from which differences cannot be told."""
COMMON = 0.25
"""Cells that are at less than this, in the same unit, from one in a hundred are ground that is everywhere."""
MOVED = 0.38
"""How much less than usual a thing may agree with itself where it moved to, in the same unit: its ground is another."""
CORE = 0.2
"""Share of a difference's sides that is left out at each edge when it is looked for elsewhere."""
SAME_PLACE = 0.2
"""IoU of where a thing was found with a difference of the second picture from which it moved there."""
MOST = 40
_RING = 5  # cells round an area that count as its surroundings
_SCALE = 1.5  # cells of one picture that are so much finer than the other's are halved
_EVERYWHERE = "The two pictures agree too little for their differences to be told."
_SQUARE = np.ones((3, 3))


@dataclass(frozen=True)
class Difference:
    """A place where two versions differ: something that is in the ``first`` only, in the ``second`` only, or ``moved``.

    Of what is in one only, the other box is where it would be on the other. ``strength`` is how much less than usual
    the place agrees, in the unit of :data:`SEED`, times its side in cells."""

    kind: Kind
    first: Box
    second: Box
    strength: float


@dataclass(frozen=True)
class Laid:
    """Two grids of averaged unit cells on the first's frame, ``(rows, columns, d)``; how far apart they are,
    ``(rows, columns)``; the cells that can be ``compared``, bool; the collection's ``unit`` of distance."""

    first: np.ndarray
    second: np.ndarray
    distance: np.ndarray
    compared: np.ndarray
    unit: float

    @property
    def usual(self) -> float:
        """The distance of half of the cells."""
        return float(np.median(self.distance[self.compared]))


def differences(workspace: Workspace, first: str | Path, second: str | Path, matrix: np.ndarray) -> list[Difference]:
    """What differs between two versions, strongest first, none where nothing does.

    ``matrix (3, 3)`` is the first picture's registration on the second, from fractions to fractions. Raises
    :class:`ExplorerError` where the two have too little in common, and for a collection without details.
    """
    if not workspace.has_details:
        raise ExplorerError("Differences need the model that sees details; this collection has vectors of whole works.")
    laid = lay(workspace, first, second, matrix)
    if laid.compared.sum() < LEAST_CELLS or laid.usual > TOO_UNLIKE * _by_chance(laid):
        raise ExplorerError(_EVERYWHERE)
    areas = _areas(laid)
    moved = dict(_moves(laid, areas))
    found = [
        _difference(area, areas[moved[number]] if number in moved else None, matrix)
        for number, area in enumerate(areas)
        if number not in moved.values()
    ]
    return sorted(found, key=lambda each: -each.strength)[:MOST]


def lay(workspace: Workspace, first: str | Path, second: str | Path, matrix: np.ndarray) -> Laid:
    """Two pictures' cells, the second's laid over the first's under the map ``(3, 3)`` between fractions."""
    cells = [read_excerpt(workspace, find_picture(workspace, each), Box.whole()).cells for each in (first, second)]
    antisymmetric = cells[0].antisymmetric
    a, b = _equally_fine(cells[0].vectors, cells[1].vectors, matrix)
    over, outside = laid_over(a, b, matrix, antisymmetric)
    plain = ~a.any(axis=2) & ~over.any(axis=2)  # one tone in both: nothing is there
    a, over = _averaged(a), _averaged(over)
    rare = np.minimum(*(_distinctive(workspace, each) for each in (a, over)))
    unit = float(np.median(rare))
    edge = ndimage.binary_dilation(outside, _SQUARE, border_value=1)
    compared = ~edge & ~plain & (rare > COMMON * unit)
    return Laid(a, over, _apart(a, over), compared, unit)


def _equally_fine(first: np.ndarray, second: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two grids, the finer halved until its cells are about as large on the pictures as the other's."""
    middle = moved_sides(matrix, Box(0.45, 0.45, 0.55, 0.55))
    across, down = (middle[2:] - middle[:2]) / 0.1
    scale = float(np.sqrt(abs(across * down * np.prod(second.shape[:2]) / np.prod(first.shape[:2]))))
    halvings = round(np.log2(scale) * 0.999) if not 1 / _SCALE < scale < _SCALE else 0
    if halvings > 0:
        return first, coarser(second)[halvings - 1]
    return (coarser(first)[-halvings - 1], second) if halvings else (first, second)


def _averaged(cells: np.ndarray) -> np.ndarray:
    return unit_rows(ndimage.uniform_filter(cells.astype(np.float32), (3, 3, 1), mode="nearest"))


def _distinctive(workspace: Workspace, cells: np.ndarray) -> np.ndarray:
    return workspace.distinctiveness(cells.reshape(-1, cells.shape[2])).reshape(cells.shape[:2])


def _by_chance(laid: Laid) -> float:
    """The usual distance if the second picture lay elsewhere: the mean of three wrong places."""
    rows, columns = laid.compared.shape
    wrong = (np.roll(laid.second, (rows // 3, columns * part // 6), (0, 1)) for part in (2, 3, 4))
    return float(np.mean([np.median(_apart(laid.first, cells)[laid.compared]) for cells in wrong]))


def _apart(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Of each cell how far two grids are apart there, seen from that which has more of its own."""
    distance: np.ndarray = 1 - np.minimum(_alike(first, second), _alike(second, first))
    return distance


def _alike(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Of each cell of a grid the highest cosine with the cell of the other there, and those next to it."""
    rows, columns = first.shape[:2]
    wide = np.pad(second, ((1, 1), (1, 1), (0, 0)), mode="edge")
    shifted = (wide[y : y + rows, x : x + columns] for y in range(3) for x in range(3))
    best: np.ndarray = np.max([np.einsum("rcd,rcd->rc", first, cells) for cells in shifted], axis=0)
    return best


@dataclass(frozen=True)
class _Area:
    """A connected area of cells that differ; ``cells (rows, columns) bool`` are those that do at least half as much as
    its most: averaging spreads a difference by a cell. How far it is from what surrounds it on either picture, and its
    strength."""

    cells: np.ndarray
    novelty: tuple[float, float]
    strength: float

    @property
    def on_second(self) -> bool:
        return self.novelty[1] > self.novelty[0]

    @property
    def box(self) -> Box:
        rows, columns = self.cells.shape
        y, x = (np.flatnonzero(self.cells.any(axis=axis)) for axis in (1, 0))
        sides = x[0] / columns, y[0] / rows, (x[-1] + 1) / columns, (y[-1] + 1) / rows
        return Box(*map(float, sides))


def _areas(laid: Laid) -> list[_Area]:
    more = (laid.distance - laid.usual) / laid.unit
    spread = laid.usual / laid.unit
    grown = laid.compared & (more > GROWN + SPREAD / 2 * spread)
    labels, count = ndimage.label(grown, _SQUARE)
    found = []
    for number in range(1, count + 1):
        cells = labels == number
        if cells.sum() < LEAST_CELLS or more[cells].max() < SEED + SPREAD * spread:
            continue
        ring = ndimage.binary_dilation(cells, _SQUARE, _RING) & laid.compared & ~grown
        novelty = tuple(_novelty(grid, cells, ring) for grid in (laid.first, laid.second))
        if max(novelty) > STANDS_OUT * laid.unit:
            strength = float(more[cells].max() * np.sqrt(cells.sum()))
            clearly = cells & (more > more[cells].max() / 2)
            found.append(_Area(clearly, (novelty[0], novelty[1]), strength))
    return found


def _novelty(grid: np.ndarray, cells: np.ndarray, ring: np.ndarray) -> float:
    """Mean distance of an area's cells from the likest of those round it."""
    if not ring.any():
        return 1.0
    return float(1 - (grid[cells] @ grid[ring].T).max(axis=1).mean())


def _moves(laid: Laid, areas: list[_Area]) -> Iterator[tuple[int, int]]:
    """Pairs of areas, one on the first and one on the second picture, that show the same: the first is looked for on
    the second by dense matching, and must lie on the other and agree there as the two pictures usually do."""
    there = {number: area for number, area in enumerate(areas) if area.on_second}
    for number, area in enumerate(areas):
        if area.on_second or not there:
            continue
        core = _core(area.box)
        side = max(core.height * laid.first.shape[0], core.width * laid.first.shape[1])
        options = MatchOptions(per_work=5, mirror=False, sides=[side * factor for factor in (0.8, 0.9, 1.0, 1.1, 1.25)])
        for place in locate(query_grid(FeatureMap(laid.first), core), [laid.second], options)[0]:
            likest = max(there, key=lambda each: place.box.iou(_core(there[each].box)))
            agrees = 1 - place.score < laid.usual + MOVED * laid.unit
            if agrees and place.box.iou(_core(there[likest].box)) > SAME_PLACE:
                del there[likest]
                yield number, likest
                break


def _core(box: Box) -> Box:
    across, down = CORE * box.width, CORE * box.height
    return Box(box.x0 + across, box.y0 + down, box.x1 - across, box.y1 - down)


def _difference(area: _Area, moved_to: _Area | None, matrix: np.ndarray) -> Difference:
    if moved_to is None:
        kind: Kind = "second" if area.on_second else "first"
        return Difference(kind, area.box, _on_second(matrix, area.box), area.strength)
    return Difference("moved", area.box, _on_second(matrix, moved_to.box), area.strength + moved_to.strength)


def _on_second(matrix: np.ndarray, box: Box) -> Box:
    x0, y0, x1, y1 = np.clip(moved_sides(matrix, box), 0, 1).tolist()
    return Box(x0, y0, x1, y1)
