"""A map as it is printed: which thumbnails go where, dots for the rest, and what may be read from it.

:mod:`explorer.maps.picture` paints it, :mod:`explorer.maps.svg` writes it. On a grid every point has its cell (a
poster); elsewhere the most telling points are shown as large as they can be without overlapping, the others as dots.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.maps.atlas import fitted
from explorer.maps.drawn import DrawnMap
from explorer.maps.plane import Axis
from explorer.plates.origin import origin_of
from explorer.workspace import Workspace

SIDES = (400, 12_000)
"""Least and most pixels of the longer side."""
USUAL_SIDE = 4_000
_SHOWN = 150  # thumbnails that a map without a grid should have, where it has as many points
_SHARES = (0.25, 0.18, 0.13, 0.1, 0.075, 0.055, 0.045)  # of the plane's height, sides of thumbnails that are tried
_MOST_PICTURES = 20_000
_MARGIN, _FOOT, _TEXT = 0.03, 0.05, 0.011  # shares of the longer side
_SMALLEST = 8  # pixels of a thumbnail that is worth showing
_TICKS = 8


@dataclass(frozen=True)
class Thumbnail:
    """A picture that is shown: the point's number and its square, in pixels."""

    point: int
    left: float
    top: float
    side: float


@dataclass(frozen=True)
class Sheet:
    """A printed map, in pixels."""

    size: tuple[int, int]
    thumbnails: tuple[Thumbnail, ...]
    dots: np.ndarray
    """``(D, 2)``: points that are shown as dots."""
    dot: float
    """Radius of a dot."""
    ticks: tuple[tuple[float, float, str], ...]
    """Left, top and words of the numbers along the axes."""
    names: tuple[tuple[float, float, str], ...]
    """Middle and words of the names of the largest groups."""
    lines: tuple[str, ...]
    """What is written below."""
    text: float
    """Height of a letter."""


def sheet_of(workspace: Workspace, drawn: DrawnMap, longest: int = USUAL_SIDE, title: str = "") -> Sheet:
    """Set a map on a sheet whose longer side has ``longest`` pixels. Raises :class:`ExplorerError` for a size that will
    not do."""
    if not SIDES[0] <= longest <= SIDES[1]:
        raise ExplorerError(f"A picture of the map has {SIDES[0]:,} to {SIDES[1]:,} pixels on its longer side.")
    aspect = drawn.layout.aspect
    margin, text = longest * _MARGIN, longest * _TEXT
    inner = longest - 2 * margin
    wide, high = (inner, inner / aspect) if aspect >= 1 else (inner * aspect, inner)
    places = drawn.layout.xy * (wide, high) + margin
    pictures, side = _pictures(drawn, wide, high)
    thumbnails = tuple(
        Thumbnail(point, float(places[point, 0] - side / 2), float(places[point, 1] - side / 2), side)
        for point in pictures
    )
    rest = np.ones(len(places), dtype=bool)
    rest[list(pictures)] = False
    lines = _lines(workspace, drawn, title, columns=max(20, int((wide + margin) / (text * 0.55))))
    size = round(wide + 2 * margin), round(high + 2 * margin + (len(lines) + 1) * text * 1.5)
    ticks, names = _ticks(drawn.layout.axes, wide, high, margin), _names(drawn, (wide, high), margin)
    return Sheet(size, thumbnails, places[rest], max(longest / 1400, 1.0), ticks, names, lines, text)


def _pictures(drawn: DrawnMap, wide: float, high: float) -> tuple[list[int], float]:
    """The points that are shown as thumbnails, and the side of these in pixels."""
    order = np.argsort(drawn.ranks.rank)
    if drawn.layout.grid:
        side = wide / drawn.layout.grid[0] * 0.96
        return (order[:_MOST_PICTURES].tolist() if side >= _SMALLEST else []), side
    places = drawn.layout.xy * (wide, high)
    for share in _SHARES:
        found = spread_out(places[order], share * high)
        if len(found) >= min(_SHOWN, 0.9 * len(order)):
            break
    return order[found].tolist(), share * high * 0.96


def spread_out(places: np.ndarray, side: float) -> list[int]:
    """Which of the ``places (N, 2)``, one after another, lie at least a ``side`` from all taken before, across or
    down.

    >>> spread_out(np.array([[0.0, 0.0], [0.5, 0.5], [1.0, 0.0]]), 1.0)
    [0, 2]
    """
    taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
    found = []
    for number, (x, y) in enumerate(places.tolist()):
        column, row = int(x // side), int(y // side)
        around = [taken.get((column + right, row + down), []) for right in (-1, 0, 1) for down in (-1, 0, 1)]
        if all(abs(x - other) >= side or abs(y - beside) >= side for near in around for other, beside in near):
            taken.setdefault((column, row), []).append((x, y))
            found.append(number)
    return found


def _lines(workspace: Workspace, drawn: DrawnMap, title: str, columns: int) -> tuple[str, ...]:
    layout, origin = drawn.layout, origin_of(workspace)
    words = [
        title or f"{workspace.name}: {len(layout):,} {'works' if layout.points.kind == 'works' else 'details'}",
        f"{layout.caption} {drawn.kept.sentence}",
        f"Brueghel Explorer {origin.version} · model {origin.model} · settings {origin.settings} · {origin.date[:10]}",
    ]
    return tuple(line for part in words for line in textwrap.wrap(part, columns))


def _names(drawn: DrawnMap, extent: tuple[float, float], margin: float) -> tuple[tuple[float, float, str], ...]:
    if drawn.layout.settings.layout != "umap":
        return ()
    return tuple(
        (margin + cluster.xy[0] * extent[0], margin + cluster.xy[1] * extent[1], cluster.name)
        for cluster in drawn.clusters.clusters
        if cluster.level == 0
    )


def _ticks(axes: tuple[Axis, ...], wide: float, high: float, margin: float) -> tuple[tuple[float, float, str], ...]:
    found = []
    for number, axis in enumerate(axes):
        for value in round_numbers(axis.start, axis.end) if axis.title else ():
            at = (value - axis.start) / (axis.end - axis.start)
            place = (
                (margin + at * wide, margin * 0.4 + high + margin)
                if number == 0
                else (margin * 0.1, margin + at * high)
            )
            found.append((*place, f"{value:g}"))
    return tuple(found)


def round_numbers(start: float, end: float, most: int = _TICKS) -> list[float]:
    """At most ``most`` round numbers between two.

    >>> round_numbers(1567, 1645)
    [1570.0, 1580.0, 1590.0, 1600.0, 1610.0, 1620.0, 1630.0, 1640.0]
    """
    low, high = sorted((start, end))
    if high <= low:
        return [low]
    rough = (high - low) / most
    unit = 10.0 ** np.floor(np.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    first = np.ceil(low / step)
    return [float(round(step * count, 10)) for count in np.arange(first, np.floor(high / step) + 1)]


def pictures_of(workspace: Workspace, drawn: DrawnMap, sheet: Sheet) -> Iterator[tuple[Thumbnail, Image.Image]]:
    """The thumbnails with their pictures, fitted into their squares, in order of the works; those that cannot be read
    are left out."""
    points = drawn.layout.points

    @lru_cache(maxsize=1)
    def of_work(row: int) -> Image.Image | None:
        try:
            with Image.open(workspace.thumbnail(workspace.tables.works[row])) as opened:
                return opened.convert("RGB")
        except (ExplorerError, OSError):
            return None

    for thumbnail in sorted(sheet.thumbnails, key=lambda each: (points.works[each.point], each.point)):
        picture = of_work(int(points.works[thumbnail.point]))
        if picture is None:
            continue
        box = Box(*points.boxes[thumbnail.point].tolist()).to_pixels(*picture.size)
        cut = picture.crop((box[0], box[1], max(box[2], box[0] + 1), max(box[3], box[1] + 1)))
        _, _, *size = fitted(*cut.size, max(1, round(thumbnail.side)))
        yield thumbnail, cut.resize((size[0], size[1]), Image.Resampling.LANCZOS, reducing_gap=2.0)
