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
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from scipy import ndimage

from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap
from explorer.geometry import Box
from explorer.matching.dense import MatchOptions, locate, query_grid
from explorer.registration.judged import Outlines, judged, on_second, outlines
from explorer.registration.laid import SQUARE, Laid, lay
from explorer.registration.match import moved_sides
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
MOVED = 0.38
"""How much less than usual a thing may agree with itself where it moved to, in the same unit: its ground is another."""
CORE = 0.2
"""Share of a difference's sides that is left out at each edge when it is looked for elsewhere."""
SAME_PLACE = 0.2
"""IoU of where a thing was found with a difference of the second picture from which it moved there."""
LEAST_COMPARED = 0.15
"""Share of the first picture, 0 to 1, below which nothing is told of it."""
CLEARLY = 0.1
"""How much more than the other a picture has of its own in a cell, in the same unit, for it to be on that picture."""
EDGE = 0.5
"""Share of the strength of the strongest part of an area up to which another part of it is only its edge."""
MOST = 40
_RING = 5  # cells round an area that count as its surroundings
_TOO_LITTLE = (
    "Too little of the two can be laid over each other to compare them: {} % of the first. Set points by hand, or "
    "choose versions that are more alike."
)
_EVERYWHERE = "The two pictures agree too little for their differences to be told."


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
class Differences:
    """What differs, strongest first, and of which part of the first picture that was told: its ``compared`` share, 0 to
    1, and the outlines of what is ``not_compared`` on either."""

    found: tuple[Difference, ...]
    compared: float
    not_compared: tuple[Outlines, Outlines]


def differences(workspace: Workspace, first: str | Path, second: str | Path, matrix: np.ndarray) -> Differences:
    """What differs between two versions.

    ``matrix (3, 3)`` is the first picture's registration on the second, from fractions to fractions. Raises
    :class:`ExplorerError` where the two have too little in common, and for a collection without details.
    """
    if not workspace.has_details:
        raise ExplorerError("Differences need the model that sees details; this collection has vectors of whole works.")
    laid = lay(workspace, first, second, matrix)
    if laid.compared.sum() < LEAST_CELLS or laid.usual > TOO_UNLIKE * laid.by_chance:
        raise ExplorerError(_EVERYWHERE)
    areas = _areas(laid)
    known = judged(laid, np.any([area.cells for area in areas], axis=0) if areas else np.zeros_like(laid.compared))
    share = float(known.mean())
    if share < LEAST_COMPARED:
        raise ExplorerError(_TOO_LITTLE.format(round(100 * share)))
    moved = dict(_moves(laid, areas))
    found = [
        _difference(area, areas[moved[number]] if number in moved else None, matrix)
        for number, area in enumerate(areas)
        if number not in moved.values()
    ]
    strongest = sorted(found, key=lambda each: -each.strength)[:MOST]
    return Differences(tuple(strongest), share, (outlines(~known), outlines(~on_second(known, matrix))))


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
    labels, count = ndimage.label(grown, SQUARE)
    found: list[_Area] = []
    for number in range(1, count + 1):
        cells = labels == number
        ring = ndimage.binary_dilation(cells, SQUARE, _RING) & laid.compared & ~grown
        area = partial(_area, laid, more, ring)
        parts, whole = [part for half in _by_picture(laid, cells, ring) if (part := area(half))], area(cells)
        strongest = max((part.strength for part in parts), default=0.0)
        parts = [part for part in parts if part.strength > EDGE * strongest]
        found += parts if len({part.on_second for part in parts}) > 1 else [whole] if whole else []
    return found


def _by_picture(laid: Laid, cells: np.ndarray, ring: np.ndarray) -> list[np.ndarray]:
    """The connected parts of an area in which the one picture, or the other, has what its surroundings have not: two
    things that touch are two differences."""
    if not ring.any():
        return []
    own = [1 - np.einsum("rcd,kd->rck", grid, grid[ring]).max(axis=2) for grid in (laid.first, laid.second)]
    lead = ndimage.uniform_filter(np.where(cells, own[1] - own[0], 0), 3)
    parts = []
    for side in (lead > CLEARLY * laid.unit, lead < -CLEARLY * laid.unit):
        labels, count = ndimage.label(cells & side, SQUARE)
        parts += [labels == number for number in range(1, count + 1)]
    return parts


def _area(laid: Laid, more: np.ndarray, ring: np.ndarray, cells: np.ndarray) -> _Area | None:
    """The difference that some cells are, ``more`` apart than usual in the collection's unit; None where it is too
    small, too weak, or does not stand out from what surrounds it."""
    if cells.sum() < LEAST_CELLS or more[cells].max() < SEED + SPREAD * laid.usual / laid.unit:
        return None
    novelty = tuple(_novelty(grid, cells, ring) for grid in (laid.first, laid.second))
    if max(novelty) <= STANDS_OUT * laid.unit:
        return None
    strength = float(more[cells].max() * np.sqrt(cells.sum()))
    return _Area(cells & (more > more[cells].max() / 2), (novelty[0], novelty[1]), strength)


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
