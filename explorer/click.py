"""What a click on a picture means: the region round the point that the rest of the collection answers to best.

A point has no size. Regions of several sizes round it are searched lightly, each judged by how many copies it is
expected to have; the best-supported comes first, the others follow so that one can step through them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.query import RegionPart
from explorer.stages import best_of_each, lay, look, prepare, propose, verify
from explorer.workspace import Workspace

SIZES = (0.08, 0.12, 0.18, 0.27, 0.4)
"""Sides of the proposed squares, as fractions of the side of a square of the picture's area."""
_WORKS = 80  # the light search looks at so many works
_LAID = 40  # lays the region on so many of them
_VERIFIED = 12  # and verifies so many places
_LARGER = 0.25  # more of a motif says more of it: what doubling the side is worth, as a share of the support


@dataclass(frozen=True)
class Proposal:
    """A region that a click may mean, and how many copies of it the collection is expected to hold."""

    box: Box
    support: float


def click_box(workspace: Workspace, work_id: str, x: float, y: float, scale: float) -> Box:
    """The square region of a work round a point, kept inside the picture.

    ``x``, ``y`` are fractions; ``scale`` is the side as a fraction of that of a square of the picture's area.
    """
    work = workspace.collection.work(work_id)
    return square((work.width, work.height), x, y, scale)


def square(size: tuple[int, int], x: float, y: float, scale: float) -> Box:
    """The same on any picture of ``size`` (width and height in pixels).

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


def click_proposals(workspace: Workspace, work_id: str, x: float, y: float) -> list[Proposal]:
    """The regions that a click at ``x``, ``y`` (fractions) may mean, the best-supported first."""
    boxes = [click_box(workspace, work_id, x, y, size) for size in SIZES]
    supports = [_support(workspace, work_id, box) for box in boxes]
    worth = [support * (1 + _LARGER * math.log2(size)) for support, size in zip(supports, SIZES, strict=True)]
    order = np.argsort(-np.array(worth), kind="stable")
    return [Proposal(boxes[k], round(supports[k], 3)) for k in order]


def _support(workspace: Workspace, work_id: str, box: Box) -> float:
    query = prepare(workspace, RegionPart(work_id, box))
    rows = [one.row for one in propose(workspace, query, _WORKS + 1) if one.row not in query.own]
    seen = look(workspace, query, rows, works=_LAID)
    verified = verify(workspace, query, lay(workspace, query, seen), _VERIFIED)
    return float(sum(one.score for one in best_of_each(verified, 1)))
