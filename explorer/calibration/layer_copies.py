"""Copies of details on whole grid cells, set into other pictures: what the layers of a model are tried on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.calibration.copies import cropped, random_alteration, redrawn, room_for, set_into
from explorer.geometry import Box

if TYPE_CHECKING:
    from PIL.Image import Image

PER_HOST = 3
"""Copies that are set into one work."""
_SIDES = (0.12, 0.4)  # of a square of the picture's area
_FEWEST_CELLS = 3
_DETAIL_TRIES, _PLACE_TRIES = 3, 12


@dataclass(frozen=True)
class CellRegion:
    """A detail of whole cells: the ``rows`` and ``columns`` of the grid of the work number ``source``."""

    source: int
    rows: slice
    columns: slice

    def box(self, grid: tuple[int, int]) -> Box:
        """Where it lies on a picture whose grid has so many rows and columns."""
        rows, columns = grid
        return Box(
            self.columns.start / columns, self.rows.start / rows, self.columns.stop / columns, self.rows.stop / rows
        )


@dataclass(frozen=True)
class LayerCopy:
    """A copy of a ``detail``, at ``box`` in the work number ``host``."""

    detail: CellRegion
    host: int
    box: Box


def plant_copies(
    pictures: Sequence[Image], grids: Sequence[tuple[int, int]], rng: np.random.Generator
) -> tuple[list[Image], list[LayerCopy]]:
    """Every picture with altered copies of the others' details set into it, none over another; and these copies.

    ``grids`` are the rows and columns of the pictures' grids.
    """
    hosts: list[Image] = [picture.copy() for picture in pictures]
    copies: list[LayerCopy] = []
    for number, host in enumerate(hosts):
        taken: list[Box] = []
        for detail in _details(pictures, grids, number, rng):
            source, box = pictures[detail.source], detail.box(grids[detail.source])
            alteration = random_alteration(rng)
            copy = redrawn(cropped(source, box), alteration)
            size = room_for(box, source.size, host.size, alteration)
            corner = _free_corner(host.size, size, taken, rng)
            if corner is not None:
                taken.append(set_into(host, copy, corner, size, alteration.turn))
                copies.append(LayerCopy(detail, number, taken[-1]))
    return hosts, copies


def _details(
    pictures: Sequence[Image], grids: Sequence[tuple[int, int]], host: int, rng: np.random.Generator
) -> Iterator[CellRegion]:
    """Details of other works than the host: of a few tries each, the one with the highest contrast."""
    for _ in range(PER_HOST):
        source = int(rng.choice([number for number in range(len(pictures)) if number != host]))
        tried = [_random_region(source, *grids[source], rng) for _ in range(_DETAIL_TRIES)]
        grey = np.asarray(pictures[source].convert("L").resize(grids[source][::-1]), np.float32)
        contrast = [float(grey[region.rows, region.columns].std()) for region in tried]
        yield tried[int(np.argmax(contrast))]


def _random_region(source: int, rows: int, columns: int, rng: np.random.Generator) -> CellRegion:
    """A rectangle of a random size and proportion, anywhere in a grid."""
    side = math.sqrt(rows * columns) * math.exp(rng.uniform(*np.log(_SIDES)))
    stretch = math.exp(rng.uniform(-0.4, 0.4))
    high = min(max(round(side / stretch), _FEWEST_CELLS), rows)
    wide = min(max(round(side * stretch), _FEWEST_CELLS), columns)
    top, left = int(rng.integers(0, rows - high + 1)), int(rng.integers(0, columns - wide + 1))
    return CellRegion(source, slice(top, top + high), slice(left, left + wide))


def _free_corner(
    host: tuple[int, int], size: tuple[int, int], taken: Sequence[Box], rng: np.random.Generator
) -> tuple[int, int] | None:
    """The upper left corner, in pixels, of a place that covers none of those taken; None where a few tries find none.

    ``host`` and ``size`` are the width and height in pixels of the picture and of the place.
    """
    for _ in range(_PLACE_TRIES):
        left, top = (int(rng.integers(0, max(1, whole - side))) for whole, side in zip(host, size, strict=True))
        box = Box.from_pixels((left, top, left + size[0], top + size[1]), *host).clipped()
        if not any(box.x0 < b.x1 and b.x0 < box.x1 and box.y0 < b.y1 and b.y0 < box.y1 for b in taken):
            return left, top
    return None
