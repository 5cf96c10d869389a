"""What pointing at a picture means: a box that was drawn, or, without one, the thing under the pointer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search.click import FirstSearch, first_search, proposals
from explorer.search.parsing import MOST_PARTS
from explorer.search.query import PicturePart, RegionPart, VisualPart
from explorer.ui import incoming
from explorer.ui.searching import CollectionContext
from explorer.ui.session import Step

DIGITS = 5
"""Decimals of a box: as many as the page's address has, so that a link leads back to the same step."""


@dataclass(frozen=True)
class Click:
    """A point, as fractions, of the picture of a ``step`` without a box."""

    step: Step
    x: float
    y: float


def pointed(context: CollectionContext, sent: Any) -> Step:
    """The step that a browser's ``{"kind", "key", "box"}`` or ``{"kind", "key", "x", "y"}`` means.

    A point becomes the region round it that recurs in the collection, with the other regions that it may mean to choose
    from. Raises :class:`ExplorerError` for a work that is not there and a place that is none.
    """
    step = context.step(incoming.record(sent))
    if step.box is not None:
        return step
    click = clicked(context, sent)
    return final_step(context, click, search_click(context, click))


def chosen_places(context: CollectionContext, sent: Any) -> list[Step]:
    """The places of the results that were chosen, ``{"places": [{"key", "box"}, ...]}``. Raises :class:`ExplorerError`
    for more than a search takes, a work that is not there and a box that is none."""
    places = incoming.record(sent).get("places")
    chosen = places if isinstance(places, list) else []
    if len(chosen) > MOST_PARTS:
        raise ExplorerError(f"A search takes {MOST_PARTS} parts at most; {len(chosen)} places are chosen.")
    return [context.step({**incoming.record(place), "kind": "work"}) for place in chosen]


def clicked(context: CollectionContext, sent: Any) -> Click:
    """The click that a browser's ``{"kind", "key", "x", "y"}`` is. Raises :class:`ExplorerError` where it is none."""
    fields = incoming.record(sent)
    step = replace(context.step({**fields, "box": None}), searched=True)
    return Click(step, incoming.fraction(fields.get("x")), incoming.fraction(fields.get("y")))


def search_click(context: CollectionContext, click: Click) -> FirstSearch:
    """The middle-sized square round a click, and what a light search of it finds."""
    step = click.step
    picture: VisualPart = RegionPart(step.key, Box.whole())
    if step.kind == "picture":
        picture = PicturePart(context.uploads / step.key, Box.whole())
    point, within = (click.x, click.y), context.within
    question = "click", picture, point, within
    return context.computed(question, lambda: first_search(context.workspace, picture, point, within=within))


def provisional_step(click: Click, found: FirstSearch) -> Step:
    """The step of a first search, shown until it is known what the click means."""
    return replace(click.step, box=rounded(found.part.box or Box.whole()), provisional=True)


def final_step(context: CollectionContext, click: Click, found: FirstSearch) -> Step:
    """The step that a click means, after its first search, with all that it may mean from small to large."""
    question = "proposals", found.part, click.x, click.y, found.within
    regions = context.computed(question, lambda: proposals(context.workspace, found, click.x, click.y))
    sizes = sorted((proposal.box for proposal in regions), key=lambda box: box.area)
    return replace(click.step, box=rounded(regions[0].box), sizes=tuple(dict.fromkeys(map(rounded, sizes))))


def rounded(box: Box) -> Box:
    """A box as the page's address writes it."""
    x0, y0, x1, y1 = (round(side, DIGITS) for side in box.as_tuple())
    return Box(x0, y0, x1, y1)
