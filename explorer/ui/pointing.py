"""What pointing at a picture means: a box that was drawn, or, without one, the thing under the pointer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from explorer.geometry import Box
from explorer.search.click import FirstSearch, first_search, proposals
from explorer.search.query import PicturePart, RegionPart
from explorer.ui import incoming
from explorer.ui.searching import AppContext
from explorer.ui.session import Step

DIGITS = 5
"""Decimals of a box: as many as the page's address has, so that a link leads back to the same step."""


@dataclass(frozen=True)
class Click:
    """A point, fractions, of the picture at which a ``step`` without a box stands."""

    step: Step
    x: float
    y: float


def pointed(context: AppContext, sent: Any) -> Step:
    """The step that a browser's ``{"kind", "key", "box"}`` or ``{"kind", "key", "x", "y"}`` means.

    A point becomes the region round it that recurs in the collection, with the others that it may mean to choose from.
    Raises :class:`ExplorerError` for a work that is not there and a place that is none.
    """
    step = context.step(incoming.record(sent))
    if step.box is not None:
        return step
    click = clicked(context, sent)
    return meant(context, click, looked(context, click))


def clicked(context: AppContext, sent: Any) -> Click:
    """The click that a browser's ``{"kind", "key", "x", "y"}`` is. Raises :class:`ExplorerError` where it is none."""
    fields = incoming.record(sent)
    step = replace(context.step({**fields, "box": None}), searched=True)
    return Click(step, incoming.fraction(fields.get("x")), incoming.fraction(fields.get("y")))


def looked(context: AppContext, click: Click) -> FirstSearch:
    """The middle-sized square round a click, and what a light search of it finds."""
    step = click.step
    picture = (
        RegionPart(step.key, Box.whole())
        if step.kind == "work"
        else PicturePart(context.uploads / step.key, Box.whole())
    )
    return first_search(context.workspace, picture, click.x, click.y)


def first_step(click: Click, look: FirstSearch) -> Step:
    """The step that a first look is, until it is known what the click means."""
    return replace(click.step, box=rounded(look.part.box), passing=True)


def meant(context: AppContext, click: Click, look: FirstSearch) -> Step:
    """The step that a click means, after the first look, with all that it may mean from small to large."""
    found = proposals(context.workspace, look, click.x, click.y)
    sizes = tuple(dict.fromkeys(rounded(one.box) for one in sorted(found, key=lambda one: one.box.area)))
    return replace(click.step, box=rounded(found[0].box), sizes=sizes)


def rounded(box: Box) -> Box:
    """A box as the page's address writes it."""
    return Box(*(round(side, DIGITS) for side in box.as_tuple()))
