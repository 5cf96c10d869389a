"""Squares round a click: the one that is searched for first, and the other sizes that are proposed."""

from __future__ import annotations

import math

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.workspace import Workspace

SIZES = (0.08, 0.13, 0.22, 0.4)
"""Sides of the squares, as fractions of the side of a square of the picture's area."""
MIDDLE = 0.22
"""The one that is searched for first."""


def click_box(workspace: Workspace, work_id: str, x: float, y: float, scale: float) -> Box:
    """The square region of a work round a point, kept inside the picture.

    ``x``, ``y`` are fractions; ``scale`` is the side as a fraction of that of a square of the picture's area.
    """
    work = workspace.collection.work(work_id)
    return square((work.width, work.height), x, y, scale)


def square(size: tuple[int, int], x: float, y: float, scale: float) -> Box:
    """The square region round a point, as :func:`click_box`, on any picture of ``size`` (width, height in pixels).

    >>> square((400, 100), 0.5, 0.0, 0.25)
    Box(x0=0.4375, y0=0.0, x1=0.5625, y1=0.5)
    """
    if not all(map(math.isfinite, (x, y, scale))) or scale <= 0:
        raise ExplorerError("A click needs a place on the picture and a size above zero.")
    width, height = size
    unit = math.sqrt(width * height)
    wide, high = min(scale * unit / width, 1.0), min(scale * unit / height, 1.0)
    left = min(max(x - wide / 2, 0.0), 1.0 - wide)
    top = min(max(y - high / 2, 0.0), 1.0 - high)
    return Box(left, top, left + wide, top + high)
