"""The Compare tab: two pictures laid over one another, by a match, by what they share or by points set by hand."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from explorer.collection import Work
from explorer.collection.pictures import picture_size
from explorer.errors import ExplorerError
from explorer.registration.compare import register, register_by_hand
from explorer.registration.match import MatchedBoxes, map_of_match
from explorer.ui import incoming, registered, views
from explorer.ui.components import Part
from explorer.ui.evidence import SURE_OF_PLACE
from explorer.ui.pictures import Pictures
from explorer.ui.registered import Matched
from explorer.ui.searching import AppContext, notify, working
from explorer.ui.session import Kind, Step

log = logging.getLogger(__name__)

MOST_OFFERED = 60
MOST_POINTS = 8
MOST_PAIRS = 60
"""Agreeing pairs of a match that are taken from a browser."""
LAID_BY_PLACE = (
    "No place in these two details agrees well enough; the one is laid over the other as the search found them. "
    "Set points by hand for more."
)


class Compare(Part):
    """Two pictures on a light table. Events: ``lay`` and ``arrive`` (number, first, second, near, fit, chance, whole,
    points, reversed), the second by a link; the answer has their number. ``leave`` (tab). Server function: ``works``
    (text)."""

    folder = "compare"


@dataclass(frozen=True)
class Chosen:
    """One of the two: a work of the collection, or a visitor's picture, which the catalogue knows nothing about."""

    kind: Kind
    key: str
    picture: str | Path
    """What :func:`explorer.registration.compare.register` goes by."""
    work: Work

    @property
    def size(self) -> tuple[int, int]:
        return self.work.width, self.work.height


class CompareTab:
    """Layout, wiring, handlers. ``from_match`` is linked to from results."""

    def __init__(self, context: AppContext) -> None:
        self.context = context
        self.table = Compare({}, server_functions=[*Pictures(context.workspace).server_functions(), self._offering()])
        # wiring
        self.table.lay(self.lay, None, self.table, **working(self.table, "compare"))

    # -- handlers --------------------------------------------------------------------------------------------------

    def lay(self, event: gr.EventData) -> views.Props:
        """The two chosen, registered as asked; what cannot be registered lies side by side, and says why."""
        sent = incoming.record(event._data)
        first, second = self._chosen(sent.get("first")), self._chosen(sent.get("second"))
        near, matrix = _boxes(sent.get("near")), incoming.matrix(sent.get("fit"))
        matched = Matched(near, matrix, incoming.share(sent.get("chance"))) if near and matrix is not None else None
        return self._compared((first, second), near, matched, sent)

    def from_match(self, event: gr.EventData) -> views.Props:
        """A search's query and one of its matches, laid as the match's evidence has it."""
        sent = incoming.record(event._data)
        query, match = incoming.record(sent.get("query")), incoming.record(sent.get("match"))
        first = self._chosen(query)
        second = self._chosen({"kind": "work", "key": match.get("work")})
        near = _boxes({"first": query.get("box") or [0, 0, 1, 1], "second": match.get("box")})
        matched, transform = None, incoming.transform(match.get("transform"))
        if first and second and near and transform:
            pairs = incoming.points(match.get("pairs"), MOST_PAIRS)
            key_points = incoming.whole_number(match.get("key_points"), 0, MOST_PAIRS, 0)
            placing = pairs[:key_points] if key_points >= SURE_OF_PLACE else pairs
            matrix = map_of_match(transform, placing, near, (first.size, second.size))
            matched = Matched(near, matrix, incoming.share(match.get("chance")), tuple(map(tuple, pairs)))
        return self._compared((first, second), near, matched, {**sent, "mirrored": match.get("mirrored") is True})

    # -- what they share -------------------------------------------------------------------------------------------

    def _compared(
        self, chosen: tuple[Chosen | None, Chosen | None], near: MatchedBoxes | None, matched: Matched | None,
        sent: dict[str, Any],
    ) -> views.Props:  # fmt: skip
        first, second = chosen
        shown: views.Props = {"first": self._side(first), "second": self._side(second), "said": "", "matrix": None}
        shown |= {"number": incoming.whole_number(sent.get("number"), 0, 2**53, 0)}
        if first is None or second is None:
            return shown
        points, whole = incoming.points(sent.get("points"), MOST_POINTS), sent.get("whole") is True
        shown |= {"near": registered.near(near), "whole": whole and near is not None, "points": points}
        shown |= {"reversed": sent.get("reversed") is True, **registered.fit(matched)}
        works = first.work, second.work
        if matched and not whole and not points:
            return {**shown, **registered.as_matched(matched), **registered.told_of_match(matched, works)}
        try:
            if points:
                given = np.array(points), shown["reversed"]
                found = register_by_hand(self.context.workspace, first.picture, second.picture, *given)
            else:
                asked = None if whole else near
                found = register(self.context.workspace, first.picture, second.picture, asked)
        except ExplorerError as error:
            shown |= {"said": str(error), "trouble": True}
            if near is not None and not points and not whole:
                laid = registered.over_one_another(near, sent.get("mirrored") is True)
                shown |= {"said": LAID_BY_PLACE, "matrix": laid.ravel().tolist(), "kind": "found"}
            return shown
        said = registered.told(found, works, bool(points))
        if whole and matched and not points:
            said = registered.told_of_wholes(said, found, matched)
        return {**shown, **registered.laid(found), "said": said}

    def _chosen(self, sent: Any) -> Chosen | None:
        """A work, or a picture that was brought; of one that is not there the visitor is told."""
        fields = incoming.record(sent)
        if not incoming.text(fields.get("key")):
            return None
        try:
            if fields.get("kind") == "picture":
                step = self.context.arrived(self.context.uploads / incoming.text(fields.get("key")))
                path = self.context.uploads / step.key
                width, height = picture_size(path)
                work = Work("", "", width, height, views.visitors_caption(step, "")["title"])
                return Chosen("picture", step.key, path, work)
            work = self.context.workspace.collection.work(incoming.text(fields.get("key")))
            return Chosen("work", work.id, work.id, work)
        except ExplorerError as error:
            notify(str(error))
            return None

    def _side(self, chosen: Chosen | None) -> views.Props | None:
        if chosen is None:
            return None
        try:
            return registered.side(self.context.stage(Step(chosen.kind, chosen.key)))
        except (ExplorerError, OSError) as error:
            log.warning("No view of %s: %s", chosen.key, error)
            notify(f"{chosen.work.title} cannot be shown: its file cannot be read.")
            return None

    def _offering(self) -> Callable[[Any], views.Props]:
        def works(sent: Any) -> views.Props:
            """Works to choose from, and how many more there are."""
            found = self.context.workspace.collection.find(incoming.text(sent, 200))
            offered = [views.caption(work) for work in found[:MOST_OFFERED]]
            return {"works": offered, "more": max(0, len(found) - MOST_OFFERED)}

        return works


def _boxes(sent: Any) -> MatchedBoxes | None:
    """A detail and where it was found, when both were sent and are boxes."""
    fields = incoming.record(sent)
    try:
        first, second = incoming.box(fields.get("first")), incoming.box(fields.get("second"))
    except ExplorerError:
        return None
    return None if first is None or second is None else (first, second)
