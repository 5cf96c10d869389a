"""Two pictures laid over one another: places of both that agree, whichever of several witnesses finds them.

Either is a work of the collection, by its id, or a file that is none, by its path. Key points tell exactly where, but
only where the same brush or block made the same marks; cells of the stored grids see the same thing in another medium,
but coarsely. So each is asked alone and both together, both ways round, and the agreement least likely to be chance is
kept. A match that a search found brings its own transform, and needs none of this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from explorer.collection import open_picture
from explorer.collection.pictures import file_hash, picture_size
from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap
from explorer.geometry import Box, intersection_over_union
from explorer.registration import fit as registration
from explorer.registration.fit import KINDS, Kind, Registration, Size, register_places, register_points
from explorer.registration.homography import moved
from explorer.registration.mutual import mutual_places, part_of
from explorer.verification import Transform
from explorer.verification.keypoints import KeyPoints, find_key_points, matching_key_points
from explorer.verification.transforms import transform_of
from explorer.workspace import Workspace

LONG_SIDE = 1000
"""Pixels at which whole pictures are searched for key points; parts are enlarged or reduced to ``PART_SIDE``."""
PART_SIDE = 600
MOST_POINTS = 2000
CLOSE, LOOSE = 12.0, 40.0
"""How far apart key points may lie, and cells, in thousandths of the long side: a cell is 20 to 36 of them."""
CELLS_APART = 100.0
"""The same for how far apart cells must lie to be two witnesses: neighbours look alike, and agree or err together."""
SURE, SURE_BY_CELLS = -4.0, -8.0
"""Powers of ten of agreements by chance below which two works count as registered. Of 250 unrelated pairs none agreed
by key points at all; by cells the least likely came to -6.8 (two portraits, head on head)."""
LIKELY = -3.0
"""The same where a search has already found the place: there the boxes must come to lie on one another as well."""
AROUND = 0.5
"""How much of what surrounds a found place is looked at, as a fraction of its sides."""
SAME_PLACE = 0.25
"""IoU of a detail's place after registration with where the search found it, from which they count as one."""
WELL_MET = 0.6
"""The same, from which a registration of the whole pictures needs no other that holds only round about the detail."""

Near = tuple[Box, Box]
"""A detail on the first picture and where it was found on the second."""
Pairs = Sequence[Sequence[float]]
"""Places that agree: x, y on the first picture and x, y on the second, fractions."""


@dataclass(frozen=True)
class Subject:
    """One of the two pictures: its file, what is in it, its ``size`` in pixels, and its id where it is a work."""

    path: Path
    content: str
    size: tuple[int, int]
    work: str = ""


@dataclass(frozen=True)
class _Part:
    """A picture, or the part of it inside ``area``: its ``size`` in pixels, key points and cells, fractions of it."""

    area: Box
    size: tuple[float, float]
    points: KeyPoints
    cells: FeatureMap


def subject(workspace: Workspace, picture: str | Path) -> Subject:
    """A work by its id, or any picture by its path. Raises :class:`ExplorerError` for what is not there."""
    if isinstance(picture, Path):
        return Subject(picture, file_hash(picture), picture_size(picture))
    work = workspace.collection.work(picture)
    return Subject(workspace.original(work), work.content, (work.width, work.height), work.id)


def register(workspace: Workspace, one: str | Path, other: str | Path, near: Near | None = None) -> Registration:
    """How the first picture lies on the second, by what they share.

    ``near`` says where a search found a detail of the first on the second: a registration must then bring one onto the
    other, and one that holds only round about them will do. The last few hundred results are kept in memory.

    Raises :class:`ExplorerError` for pictures that are not there, and with one sentence when nothing agrees.
    """
    first, second = subject(workspace, one), subject(workspace, other)
    if first == second:
        raise ExplorerError("These are the same work; choose another to compare it with.")
    turned = first.path > second.path  # one result for both orders, so that swapping the two moves nothing
    ordered = (second, first) if turned else (first, second)
    boxes = near if near is None or not turned else (near[1], near[0])
    found = _registered(workspace, *ordered, boxes)
    if found is None:
        raise ExplorerError(registration.NOTHING_AGREES)
    return registration.inverted(found, *(picture.size for picture in ordered)) if turned else found


def register_by_hand(
    workspace: Workspace, one: str | Path, other: str | Path, pairs: np.ndarray, mirror: bool = False
) -> Registration:
    """How the first picture lies on the second by ``pairs (M, 4)`` of points that a person set: x, y on either,
    fractions.

    Raises :class:`ExplorerError` for pictures that are not there, and when the points do not determine a registration.
    """
    sizes = subject(workspace, one).size, subject(workspace, other).size
    pairs = np.asarray(pairs, np.float64).reshape(-1, 4)
    return register_points(pairs[:, :2], pairs[:, 2:], sizes, mirror)


def as_matched(transform: Transform, pairs: Pairs, near: Near, sizes: tuple[Size, Size]) -> np.ndarray:
    """How the first picture lies on the second if all of it changed as the detail did: ``(3, 3)``, fractions to
    fractions.

    Scale, turn and mirror are those of the match, so that what is seen here is what its evidence says; where it comes
    to lie follows from the ``pairs`` that agree, or, where there are none, from the middles of the two boxes.

    >>> here, there = Box(0.1, 0.1, 0.3, 0.3), Box(0.5, 0.5, 0.9, 0.9)
    >>> matrix = as_matched(Transform(2.0, 0.0, False), [], (here, there), ((100, 100), (100, 100)))
    >>> placed(matrix, here).round(3).tolist()
    [0.5, 0.5, 0.9, 0.9]
    """
    rows = np.asarray(pairs if len(pairs) else [[*near[0].centre, *near[1].centre]], np.float64)
    turn = np.radians(transform.turn)
    linear = transform.scale * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    linear = linear @ np.diag([-1.0 if transform.mirror else 1.0, 1.0])
    first, second = rows[:, :2] * sizes[0], rows[:, 2:] * sizes[1]
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = np.median(second - first @ linear.T, axis=0)
    return np.diag([1 / sizes[1][0], 1 / sizes[1][1], 1.0]) @ matrix @ np.diag([*sizes[0], 1.0])


def transform_in_pixels(matrix: np.ndarray, sizes: tuple[Size, Size]) -> Transform:
    """The similarity that a map from fractions to fractions is, in pixels of both pictures."""
    (width, height), there = sizes
    return transform_of(np.diag([*there, 1.0]) @ matrix @ np.diag([1 / width, 1 / height, 1.0]))


@lru_cache(maxsize=256)
def _registered(workspace: Workspace, first: Subject, second: Subject, near: Near | None) -> Registration | None:
    """The best registration of two pictures, or None."""
    wholes = [_part(workspace, picture, Box.whole()) for picture in (first, second)]
    found = [one for one, sure in _agreements(*wholes, KINDS) if one.chance < sure]
    if near is None:
        return min(found, key=_rank, default=None)
    best = min((one for one in found if meets(one.matrix, near) > SAME_PLACE), key=_rank, default=None)
    if best is not None and meets(best.matrix, near) > WELL_MET:
        return best
    local = min(_round_about(workspace, (first, second), near), key=_rank, default=None)
    return max((one for one in (best, local) if one is not None), key=lambda one: meets(one.matrix, near), default=None)


def _rank(one: Registration) -> float:
    """The lower the better: how unlikely by chance, and double where places agree closely, as key points do. Cells
    are many and may outvote them, but lay one picture over the other four times as roughly."""
    return one.chance * (2 if one.residual < CLOSE / 2000 else 1)


def _round_about(workspace: Workspace, pictures: tuple[Subject, Subject], near: Near) -> list[Registration]:
    """Registrations by what lies in and around a detail and the place where it was found."""
    parts = [_part(workspace, one, box.widened(AROUND).clipped()) for one, box in zip(pictures, near, strict=True)]
    here, there = (_frame(part.area) for part in parts)
    found = [
        replace(
            one,
            matrix=there @ one.matrix @ np.linalg.inv(here),
            places=np.column_stack([moved(here, one.places[:, :2]), moved(there, one.places[:, 2:])]),
            spread=one.spread * parts[0].area.area,
            residual=one.residual * max(parts[1].size) / max(pictures[1].size),
        )
        for one, _ in _agreements(*parts, KINDS[:2])  # a perspective seen in a detail means nothing for the rest
    ]
    return [one for one in found if one.chance < LIKELY and meets(one.matrix, near) > SAME_PLACE]


def _agreements(first: _Part, second: _Part, kinds: tuple[Kind, ...]) -> Iterator[tuple[Registration, float]]:
    """What each witness finds, both ways round, key points alone first; and from which chance on it is to be believed
    of whole pictures."""
    sizes = first.size, second.size
    for mirror in (False, True):
        cells = mutual_places(first.cells, second.cells, mirror)
        seen = first.points.with_mirrored_descriptors() if mirror else first.points
        rows = matching_key_points(seen, second.points)
        points = seen.places[rows[:, 0]], second.points.places[rows[:, 1]]
        both = tuple(np.concatenate(pair) for pair in zip(points, cells, strict=True))
        found = register_places(points, sizes, CLOSE, mirror, kinds)
        if found is not None:
            yield found, SURE
        for places in (cells, both):
            found = register_places(places, sizes, LOOSE, mirror, kinds, CELLS_APART)
            if found is not None:
                yield found, SURE_BY_CELLS


# -- pictures and their parts ------------------------------------------------------------------------------------------


def _part(workspace: Workspace, picture: Subject, area: Box) -> _Part:
    size = area.width * picture.size[0], area.height * picture.size[1]
    grid = _grid(workspace, picture)
    if area == Box.whole():
        return _Part(area, size, _whole_points(picture), grid)
    side = min(round(PART_SIDE * max(picture.size) / max(size)), 6 * LONG_SIDE)
    image = open_picture(picture.path, long_side=side).image
    x0, y0, x1, y1 = area.to_pixels(*image.size)
    crop = image.crop((x0, y0, max(x1, x0 + 8), max(y1, y0 + 8)))
    factor = PART_SIDE / max(crop.size)
    if factor > 1:
        crop = crop.resize([max(8, round(side * factor)) for side in crop.size], Image.Resampling.BICUBIC)
    return _Part(area, size, find_key_points(np.asarray(crop), MOST_POINTS), part_of(grid, area, 16))


def _grid(workspace: Workspace, picture: Subject) -> FeatureMap:
    return workspace.tables.grid(workspace.row(picture.work)) if picture.work else _encoded(workspace, picture)


@lru_cache(maxsize=8)
def _encoded(workspace: Workspace, picture: Subject) -> FeatureMap:
    return workspace.encode(picture.path)[0]


@lru_cache(maxsize=32)
def _whole_points(picture: Subject) -> KeyPoints:
    return find_key_points(np.asarray(open_picture(picture.path, long_side=LONG_SIDE).image), MOST_POINTS)


def _frame(area: Box) -> np.ndarray:
    """From fractions of a part to fractions of the picture, ``(3, 3)``."""
    return np.array([[area.width, 0, area.x0], [0, area.height, area.y0], [0, 0, 1.0]])


def meets(matrix: np.ndarray, near: Near) -> float:
    """IoU of a detail's place after a registration's ``matrix`` with where it was found."""
    landed = placed(matrix, near[0])
    if not np.isfinite(landed).all():
        return 0.0
    return float(intersection_over_union(landed[None], np.array([near[1].as_tuple()]))[0, 0])


def placed(matrix: np.ndarray, box: Box) -> np.ndarray:
    """The upright sides ``(4,)`` round a box of the first picture where it comes to lie on the second."""
    corners = np.array([[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]])
    landed = moved(matrix, corners)
    return np.concatenate([landed.min(axis=0), landed.max(axis=0)])
