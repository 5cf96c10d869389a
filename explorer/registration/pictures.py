"""The two pictures of a registration, whole or excerpts of them, and their key points and cells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from explorer.collection import open_picture
from explorer.collection.pictures import file_hash, picture_size
from explorer.features.grid import FeatureMap
from explorer.geometry import Box
from explorer.registration.mutual import excerpt
from explorer.verification.keypoints import KeyPoints, find_key_points
from explorer.workspace import Workspace

LONG_SIDE = 1000
"""Pixels on the long side of whole pictures in which key points are detected."""
EXCERPT_SIDE = 600
"""Pixels on the long side of excerpts in which key points are detected: they are enlarged or reduced to that."""
EXCERPT_CELLS = 16
"""Cells on the long side of an excerpt's grid."""
MOST_POINTS = 2000
"""Key points of either picture."""
PLAIN = 1.5
"""Standard deviation of a cell's tones, 0 to 255, below which there is nothing in it."""


@dataclass(frozen=True)
class Picture:
    """One of the two pictures: its file, the hash of its content, its ``size`` in pixels, and its id where it is a work
    of the collection."""

    path: Path
    content: str
    size: tuple[int, int]
    work: str = ""


@dataclass(frozen=True)
class Excerpt:
    """A picture, or what lies inside ``area`` of it: the ``size`` in pixels of the original, key points and cells; both
    in fractions of the excerpt."""

    area: Box
    size: tuple[float, float]
    points: KeyPoints
    cells: FeatureMap


def find_picture(workspace: Workspace, picture: str | Path) -> Picture:
    """A work by its id, or any picture by its path. Raises :class:`ExplorerError` when there is none."""
    if isinstance(picture, Path):
        return Picture(picture, file_hash(picture), picture_size(picture))
    work = workspace.collection.work(picture)
    return Picture(workspace.original(work), work.content, (work.width, work.height), work.id)


def read_excerpt(workspace: Workspace, picture: Picture, area: Box) -> Excerpt:
    """The excerpt of a picture inside ``area``; its key points are detected at a resolution of its own.

    Raises :class:`ExplorerError` when the picture cannot be read.
    """
    size = area.width * picture.size[0], area.height * picture.size[1]
    grid = _grid(workspace, picture)
    if area == Box.whole():
        points, tones = _points_of_whole(picture)
        return Excerpt(area, size, points, without_plain(grid, tones))
    long_side = min(round(EXCERPT_SIDE * max(picture.size) / max(size)), 6 * LONG_SIDE)
    image = open_picture(picture.path, long_side=long_side).image
    x0, y0, x1, y1 = area.to_pixels(*image.size)
    crop = image.crop((x0, y0, max(x1, x0 + 8), max(y1, y0 + 8)))
    factor = EXCERPT_SIDE / max(crop.size)
    if factor > 1:
        width, height = (max(8, round(side * factor)) for side in crop.size)
        crop = crop.resize((width, height), Image.Resampling.BICUBIC)
    points = find_key_points(np.asarray(crop), MOST_POINTS)
    cells = without_plain(excerpt(grid, area, EXCERPT_CELLS), np.asarray(crop.convert("L")))
    return Excerpt(area, size, points, cells)


def without_plain(grid: FeatureMap, tones: np.ndarray) -> FeatureMap:
    """A grid whose cells are zero where the picture, ``tones (H, W) uint8``, is of one tone: there a network says
    little more than where in the picture a cell lies, so the empty parts of any two pictures would agree."""
    rows, columns = grid.shape
    values = tones.astype(np.float32)
    mean, of_squares = (
        cv2.resize(each, (columns, rows), interpolation=cv2.INTER_AREA) for each in (values, values * values)
    )
    plain = of_squares - mean * mean < PLAIN**2
    return FeatureMap(np.where(plain[:, :, None], np.float32(0), grid.vectors), grid.antisymmetric)


def _grid(workspace: Workspace, picture: Picture) -> FeatureMap:
    return workspace.tables.grid(workspace.row(picture.work)) if picture.work else _encoded(workspace, picture)


@lru_cache(maxsize=8)
def _encoded(workspace: Workspace, picture: Picture) -> FeatureMap:
    if not workspace.has_details:  # a cell of which nothing is known, as the works have: key points decide
        return FeatureMap(np.zeros((1, 1, 1), np.float32))
    return workspace.encode(picture.path)[0]


@lru_cache(maxsize=32)
def _points_of_whole(picture: Picture) -> tuple[KeyPoints, np.ndarray]:
    """Key points and tones."""
    image = open_picture(picture.path, long_side=LONG_SIDE).image
    return find_key_points(np.asarray(image), MOST_POINTS), np.asarray(image.convert("L"))
