"""The Compare tab: two pictures registered by a match, by what they share or by points set by hand."""

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
from explorer.registration.difference import differences
from explorer.registration.fit import Registration
from explorer.registration.match import MatchedBoxes, map_of_match
from explorer.search.measured import ENOUGH_KEY_POINTS
from explorer.ui import incoming, registered, views
from explorer.ui.components import AssetComponent
from explorer.ui.judging import answered
from explorer.ui.pictures import Pictures
from explorer.ui.registered import Matched
from explorer.ui.said import said
from explorer.ui.searching import AppContext, CollectionContext
from explorer.ui.session import Kind, Session, Step
from explorer.ui.wiring import notify, working

log = logging.getLogger(__name__)

MOST_OFFERED = 60
MOST_POINTS = 8
MOST_PAIRS = 60
"""Pairs of matching points that are taken from a browser."""
LAID_BY_PLACE = (
    "Too few points of these two details match; one is laid over the other where the search found it. "
    "Set points by hand for a closer fit."
)

LEFT_OUT = "A part of the link is left out: where the one work lies on the other is not written as a link has it."


class Compare(AssetComponent):
    """Two pictures on a light table. Events: ``lay`` and ``arrive`` (number, first, second, near, fit, probability,
    whole, points, reversed), the second by a link; the answer has their number. Server function:
    ``works`` (text) and ``differences`` (first, second, matrix)."""

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

    def __init__(self, app: AppContext, session: gr.State) -> None:
        self.app = app
        functions = [*Pictures(app).server_functions(), self.offering(), self.telling_apart()]
        self.table = Compare({}, server_functions=functions)
        # wiring
        self.table.lay(self.lay, session, self.table, **working(self.table))

    # -- handlers --------------------------------------------------------------------------------------------------

    def lay(self, session: Session, event: gr.EventData) -> Any:
        """The two chosen, registered as asked; what cannot be registered lies side by side, with the reason."""
        sent = incoming.record(event._data)
        near, matrix = _boxes(sent.get("near")), incoming.matrix(sent.get("fit"))
        matched = None
        if near and matrix is not None:
            matched = Matched(near, matrix, incoming.probability(sent.get("probability")))
        try:
            comparison = Comparison(self.app.of(session), sent)
        except ExplorerError as error:
            notify(said(error))
            return gr.skip()
        chosen = comparison.chosen(sent.get("first")), comparison.chosen(sent.get("second"))
        if sent.get("left_out") is True:
            notify(LEFT_OUT)
        return comparison.shown(chosen, near, matched)

    def from_match(self, session: Session, event: gr.EventData) -> Any:
        """A search's query and one of its matches, registered as the match's evidence has it."""
        sent = incoming.record(event._data)
        query, match = incoming.record(sent.get("query")), incoming.record(sent.get("match"))
        try:
            comparison = Comparison(self.app.of(session), {**sent, "mirrored": match.get("mirrored") is True})
        except ExplorerError as error:
            notify(said(error))
            return gr.skip()
        first = comparison.chosen(query)
        second = comparison.chosen({"kind": "work", "key": match.get("work")})
        near = _boxes({"first": query.get("box") or [0, 0, 1, 1], "second": match.get("box")})
        matched = _matched(match, near, (first.size, second.size)) if first and second and near else None
        return comparison.shown((first, second), near, matched)

    def offering(self) -> Callable[[Any], views.Props]:
        """A fresh function for the component's script: works of ``{"collection", "text"}`` to choose from."""

        def works(sent: Any) -> views.Props:
            fields = incoming.record(sent)
            try:
                collection = self.app.named(fields.get("collection")).workspace.collection
            except ExplorerError as error:
                log.warning("No works to choose from: %s", error)
                return {"works": [], "more": 0}
            found = collection.find(incoming.text(fields.get("text"), 200))
            offered = [views.caption(work) for work in found[:MOST_OFFERED]]
            return {"works": offered, "more": max(0, len(found) - MOST_OFFERED)}

        return works

    def telling_apart(self) -> Callable[[Any], views.Props]:
        """A fresh function for the component's script: what differs between the two of ``{"collection", "first",
        "second", "matrix"}``, as they lie."""

        def differences(sent: Any) -> views.Props:
            fields = incoming.record(sent)
            return answered(lambda: Comparison(self.app.named(fields.get("collection")), fields).differences(fields))

        return differences


class Comparison:
    """Two pictures of one collection, compared as the page asks: ``sent`` has number, points, whole, reversed."""

    def __init__(self, context: CollectionContext, sent: dict[str, Any]) -> None:
        self.context = context
        self.number = incoming.whole_number(sent.get("number"), 0, 2**53, 0)
        self.points = incoming.points(sent.get("points"), MOST_POINTS)
        self.whole = sent.get("whole") is True
        self.reversed = sent.get("reversed") is True
        self.mirrored = sent.get("mirrored") is True

    def shown(
        self, chosen: tuple[Chosen | None, Chosen | None], near: MatchedBoxes | None, matched: Matched | None
    ) -> views.Props:  # fmt: skip
        """What the light table shows: the two pictures, how they are registered, and that in words."""
        first, second = chosen
        shown: views.Props = {"first": self._side(first), "second": self._side(second), "said": "", "matrix": None}
        shown |= {"number": self.number}
        if first is None or second is None:
            return shown
        shown |= {"near": registered.near(near), "whole": self.whole and near is not None, "points": self.points}
        shown |= {"reversed": self.reversed, **registered.fit(matched)}
        works = first.work, second.work
        if matched and not self.whole and not self.points:
            return {**shown, **registered.as_matched(matched), **registered.words_of_match(matched, works)}
        try:
            found = self._registered(first, second, near)
        except ExplorerError as error:
            return {**shown, **self._not_registered(error, near)}
        said = registered.words(found, works, bool(self.points))
        if self.whole and matched and not self.points:
            said = registered.words_beside_match(said, found, matched)
        return {**shown, **registered.laid(found), "said": said}

    def _registered(self, first: Chosen, second: Chosen, near: MatchedBoxes | None) -> Registration:
        """By the points that were set, else by what the two share near a match, else by what the whole works share."""
        workspace = self.context.workspace
        if self.points:
            return register_by_hand(workspace, first.picture, second.picture, np.array(self.points), self.reversed)
        boxes = None if self.whole else near
        question = "register", first.picture, second.picture, boxes
        return self.context.computed(question, lambda: register(workspace, first.picture, second.picture, boxes))

    def differences(self, sent: dict[str, Any]) -> views.Props:
        """What differs between the two, laid over each other by the ``matrix`` that was sent."""
        first, second = self.chosen(sent.get("first")), self.chosen(sent.get("second"))
        matrix = incoming.homography(sent.get("matrix"))
        if first is None or second is None or matrix is None:
            raise ExplorerError("Choose two works that lie over each other, then ask what differs.")
        question = "differences", first.picture, second.picture, matrix.tobytes()
        workspace = self.context.workspace
        found = self.context.computed(question, lambda: differences(workspace, first.picture, second.picture, matrix))
        return registered.apart(found)

    def _not_registered(self, error: ExplorerError, near: MatchedBoxes | None) -> views.Props:
        """The reason; a match that nothing supports is laid where it was found."""
        if near is None or self.points or self.whole:
            return {"said": said(error), "trouble": True}
        laid = registered.over_one_another(near, self.mirrored)
        return {"said": LAID_BY_PLACE, "trouble": True, "matrix": laid.ravel().tolist(), "kind": "found"}

    def chosen(self, sent: Any) -> Chosen | None:
        """A work, or a picture that was brought, ``{"kind", "key"}``; the visitor is notified of what is not there."""
        fields = incoming.record(sent)
        key = incoming.text(fields.get("key"))
        if not key:
            return None
        try:
            if fields.get("kind") == "picture":
                step = self.context.arrived(self.context.uploads / key)
                path = self.context.uploads / step.key
                width, height = picture_size(path)
                work = Work("", "", width, height, views.visitors_caption(step, "")["title"])
                return Chosen("picture", step.key, path, work)
            work = self.context.workspace.collection.work(key)
            return Chosen("work", work.id, work.id, work)
        except ExplorerError as error:
            notify(said(error))
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


def _matched(
    match: dict[str, Any], near: MatchedBoxes, sizes: tuple[tuple[int, int], tuple[int, int]]
) -> Matched | None:
    """A match with its evidence, as a browser sends it; None where it has no transform. ``sizes`` are those of the two
    pictures, width and height in pixels."""
    transform = incoming.transform(match.get("transform"))
    if transform is None:
        return None
    pairs = incoming.points(match.get("pairs"), MOST_PAIRS)
    key_points = incoming.whole_number(match.get("key_points"), 0, MOST_PAIRS, 0)
    locating = pairs[:key_points] if key_points >= ENOUGH_KEY_POINTS else pairs
    matrix = map_of_match(transform, locating, near, sizes)
    kept = tuple((a, b, c, d) for a, b, c, d in pairs)
    return Matched(near, matrix, incoming.probability(match.get("probability")), kept)


def _boxes(sent: Any) -> MatchedBoxes | None:
    """A detail and where it was found, when both were sent and are boxes."""
    fields = incoming.record(sent)
    try:
        first, second = incoming.box(fields.get("first")), incoming.box(fields.get("second"))
    except ExplorerError:
        return None
    return None if first is None or second is None else (first, second)
