"""Boxes on pictures, and their algebra.

The conventions of the whole project are stated here, once:

* A :class:`Box` is ``x0, y0, x1, y1`` as fractions of the picture's width and height, origin at the top left,
  after the EXIF orientation has been applied.
* Pixels appear only at the edges (command line, annotation files) and always mean the original picture.
* Arrays of boxes are ``(N, 4) float32`` in the same order. Grids are indexed ``(row, column)``.
* Vectors are ``float32`` rows of unit length; a score is a cosine or a probability, higher is better.

Non-maximum suppression is the greedy one of object detection: Felzenszwalb, Girshick, McAllester and Ramanan, "Object
detection with discriminatively trained part-based models", PAMI 2010, section 5.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.errors import ExplorerError


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a picture, in fractions of its width and height (0 to 1, origin top left).

    Raises :class:`ExplorerError` for sides that are not finite, and for a box without extent. Sides outside 0 to 1 are
    allowed, for boxes that reach beyond the picture; see :meth:`clipped`.

    >>> Box(0.25, 0.5, 0.75, 1.0).area
    0.25
    """

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(side) for side in self.as_tuple()):
            raise ExplorerError("A box needs four finite numbers: left, top, right, bottom.")
        if not (self.x1 > self.x0 and self.y1 > self.y0):
            raise ExplorerError("A box's right and bottom edges must lie beyond its left and top edges.")

    @classmethod
    def whole(cls) -> Self:
        """The whole picture."""
        return cls(0.0, 0.0, 1.0, 1.0)

    @classmethod
    def from_pixels(cls, pixels: tuple[float, float, float, float], width: int, height: int) -> Self:
        """Pixels ``(x0, y0, x1, y1)`` of a picture of ``width`` by ``height``, as fractions.

        >>> Box.from_pixels((10, 20, 60, 70), width=100, height=100)
        Box(x0=0.1, y0=0.2, x1=0.6, y1=0.7)
        """
        x0, y0, x1, y1 = pixels
        return cls(x0 / width, y0 / height, x1 / width, y1 / height)

    def to_pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """The nearest whole pixels of a picture of ``width`` by ``height``.

        >>> Box(0.1, 0.2, 0.6, 0.7).to_pixels(100, 100)
        (10, 20, 60, 70)
        """
        return (round(self.x0 * width), round(self.y0 * height), round(self.x1 * width), round(self.y1 * height))

    def as_tuple(self) -> tuple[float, float, float, float]:
        """``x0, y0, x1, y1``."""
        return (self.x0, self.y0, self.x1, self.y1)

    @property
    def width(self) -> float:
        """Share of the picture's width."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Share of the picture's height."""
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """Share of the picture's area."""
        return self.width * self.height

    def clipped(self) -> Box:
        """The box cut off at the picture's edges.

        Raises :class:`ExplorerError` when it lies outside the picture altogether.

        >>> Box(-0.5, 0.25, 0.5, 2.0).clipped()
        Box(x0=0.0, y0=0.25, x1=0.5, y1=1.0)
        """
        x0, y0, x1, y1 = (min(max(side, 0.0), 1.0) for side in self.as_tuple())
        if not (x1 > x0 and y1 > y0):
            raise ExplorerError("The box lies outside the picture.")
        return Box(x0, y0, x1, y1)

    def widened(self, share: float) -> Box:
        """The box enlarged by ``share`` of its width at the left and right, of its height at the top and bottom.

        It may then reach beyond the picture.

        >>> Box(0.25, 0.5, 0.75, 0.75).widened(0.5)
        Box(x0=0.0, y0=0.375, x1=1.0, y1=0.875)
        """
        across, down = share * self.width, share * self.height
        return Box(self.x0 - across, self.y0 - down, self.x1 + across, self.y1 + down)

    def within(self, area: Box) -> Box:
        """A box in fractions of ``area``, which is itself a box on the picture, as fractions of the picture.

        >>> Box(0.5, 0.0, 1.0, 0.5).within(Box(0.0, 0.5, 0.5, 1.0))
        Box(x0=0.25, y0=0.5, x1=0.5, y1=0.75)
        """
        left, top = area.x0, area.y0
        return Box(
            left + self.x0 * area.width, top + self.y0 * area.height,
            left + self.x1 * area.width, top + self.y1 * area.height,
        )  # fmt: skip

    def mirrored(self) -> Box:
        """The same region on the horizontally mirrored picture.

        >>> Box(0.0, 0.0, 0.25, 1.0).mirrored()
        Box(x0=0.75, y0=0.0, x1=1.0, y1=1.0)
        """
        return Box(1.0 - self.x1, self.y0, 1.0 - self.x0, self.y1)

    @property
    def centre(self) -> tuple[float, float]:
        """x and y of the middle, fractions of the picture."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def iou(self, box: Box) -> float:
        """Intersection over union with another box, 0 to 1.

        >>> round(Box(0.0, 0.0, 0.5, 1.0).iou(Box(0.25, 0.0, 0.75, 1.0)), 4)
        0.3333
        """
        return float(intersection_over_union(self.as_tuple(), box.as_tuple())[0, 0])


def intersection_over_union(first: ArrayLike, second: ArrayLike) -> NDArray[np.float32]:
    """Intersection over union of every box of ``first`` with every box of ``second``.

    ``(N, 4), (M, 4) -> (N, M) float32`` in 0 to 1; a single box may be given as ``(4,)``. Both may be in any unit that
    they share; boxes of no area overlap nothing.

    >>> intersection_over_union(np.array([[0, 0, 2, 2]]), np.array([[1, 0, 3, 2], [2, 2, 3, 3]])).round(4)
    array([[0.3333, 0.    ]], dtype=float32)
    """
    a = np.asarray(first, dtype=np.float32).reshape(-1, 1, 4)
    b = np.asarray(second, dtype=np.float32).reshape(1, -1, 4)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    shared: NDArray[np.float32] = np.clip(sides, 0, None).prod(axis=-1)
    union = (a[..., 2:] - a[..., :2]).prod(axis=-1) + (b[..., 2:] - b[..., :2]).prod(axis=-1) - shared
    result = np.zeros_like(shared)
    np.divide(shared, union, out=result, where=union > 0)
    return result


def non_maximum_suppression(
    boxes: ArrayLike, scores: ArrayLike, overlap: float, most: int | None = None
) -> NDArray[np.int64]:
    """Rows of the boxes to keep, best first: none overlaps a better box by more than ``overlap`` (IoU).

    Boxes are ``(N, 4)`` in any unit, scores ``(N,)``; of equal scores the earlier row comes first. Returns
    ``(K,) int64``, at most ``most`` rows.

    >>> boxes = np.array([[0, 0, 2, 2], [0, 0, 2, 1.9], [5, 5, 6, 6]])
    >>> non_maximum_suppression(boxes, np.array([0.5, 0.9, 0.1]), overlap=0.3)
    array([1, 2])
    """
    boxes, order = np.asarray(boxes), np.argsort(-np.asarray(scores), kind="stable")
    kept: list[int] = []
    while len(order) and (most is None or len(kept) < most):
        kept.append(int(order[0]))
        order = order[1:][intersection_over_union(boxes[order[0]], boxes[order[1:]])[0] <= overlap]
    return np.array(kept, dtype=np.int64)
