"""What pointing at a picture means: a box that was drawn, or, without one, the thing under the pointer."""

from __future__ import annotations

from typing import Any

from explorer.click import click_proposals, square
from explorer.collection.pictures import picture_size
from explorer.geometry import Box
from explorer.ui import incoming
from explorer.ui.searching import Desk
from explorer.ui.session import Step

USUAL = 0.22
"""Side of the square that a click on a visitor's own picture means, of the side of a square of the picture's area."""
DIGITS = 5
"""Decimals of a box: as many as the page's address has, so that a link leads back to the same step."""


def pointed(desk: Desk, sent: Any) -> Step:
    """The step that a browser's ``{"kind", "key", "box"}`` or ``{"kind", "key", "x", "y"}`` means.

    A point on a work of the collection becomes the region round it that the collection answers to best, with the
    others to choose from; on a picture of the visitor's own, which has no stored grid, a square. Raises
    :class:`ExplorerError` for a work that is not there and a place that is none.
    """
    fields = incoming.record(sent)
    step = desk.step(fields)
    if step.box is not None:
        return step
    x, y = incoming.fraction(fields.get("x")), incoming.fraction(fields.get("y"))
    if step.kind == "picture":
        box = square(picture_size(desk.uploads / step.key), x, y, USUAL)
        return Step(step.kind, step.key, rounded(box), searched=True)
    proposals = click_proposals(desk.workspace, step.key, x, y)
    sizes = tuple(dict.fromkeys(rounded(one.box) for one in sorted(proposals, key=lambda one: one.box.area)))
    return Step(step.kind, step.key, rounded(proposals[0].box), searched=True, sizes=sizes)


def rounded(box: Box) -> Box:
    """A box as the page's address writes it."""
    return Box(*(round(side, DIGITS) for side in box.as_tuple()))
