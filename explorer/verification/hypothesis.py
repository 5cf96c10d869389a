"""A detail, and the hypothesis that it lies at a certain box on a work: the two sides of a verification."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.features.grid import FeatureMap
from explorer.geometry import Box
from explorer.verification.keypoints import KeyPoints
from explorer.verification.transforms import moved_box

_LEAST_SIDE = 0.005  # of the picture: a box that is narrower or lower lies outside it, but for a sliver


@dataclass(frozen=True)
class Detail:
    """A query made ready for verification.

    ``cells`` are its own grid ``(h, w, d)``; ``box`` is where it lies on its picture, of ``size`` (width, height in
    pixels); ``points`` are the key points inside the box, in fractions of the whole picture; ``distinctive (h * w,)``
    says of every cell, row by row, how distinctive it is, 0 to 1.
    """

    cells: FeatureMap
    box: Box
    size: tuple[int, int]
    points: KeyPoints
    distinctive: np.ndarray

    @property
    def side(self) -> float:
        """Side of a square of the detail's area, in pixels."""
        return _side(self.box, self.size)


@dataclass(frozen=True)
class Hypothesis:
    """A work, and where the query is thought to lie on it.

    ``grid``, ``size`` (width, height in pixels) and key ``points`` are those of the whole work; ``box`` is where the
    query is thought to lie, ``mirrored`` whether it lies mirrored.
    """

    grid: FeatureMap
    size: tuple[int, int]
    points: KeyPoints
    box: Box
    mirrored: bool

    @property
    def side(self) -> float:
        """Side of a square of the area of the hypothesis' box, in pixels."""
        return _side(self.box, self.size)


def transformed_box(detail: Detail, size: tuple[int, int], matrix: np.ndarray) -> Box | None:
    """Where the detail's box lies on a work of ``size`` pixels after a transform ``(2, 3)`` from pixels to pixels, cut
    off at the work's edges; None when it lies outside the work or hardly anything of it inside."""
    width, height = detail.size
    box = detail.box
    x0, y0, x1, y1 = moved_box(matrix, (box.x0 * width, box.y0 * height, box.x1 * width, box.y1 * height))
    sides = x0 / size[0], y0 / size[1], x1 / size[0], y1 / size[1]
    visible = [min(max(side, 0.0), 1.0) for side in sides]
    if visible[2] - visible[0] < _LEAST_SIDE or visible[3] - visible[1] < _LEAST_SIDE:
        return None
    return Box(*visible)


def _side(box: Box, size: tuple[int, int]) -> float:
    return math.sqrt(box.area * size[0] * size[1])
