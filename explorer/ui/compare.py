"""The Compare tab: two works laid over one another, by what they share or by points set by hand."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import gradio as gr
import numpy as np

from explorer.collection import Work
from explorer.compare import Near, register, register_by_hand
from explorer.errors import ExplorerError
from explorer.ui import incoming, registered, views
from explorer.ui.components import Part
from explorer.ui.pictures import Pictures
from explorer.ui.searching import Desk, tell, working

log = logging.getLogger(__name__)

MOST_OFFERED = 60
MOST_POINTS = 8
ONLY_WORKS = "Only works of the collection can be compared; your own picture is not in it. Choose the other work here."
LAID_BY_PLACE = (
    "No place in these two details agrees well enough; the one is laid over the other as the search found them. "
    "Set points by hand for more."
)


class Compare(Part):
    """Two pictures on a light table. Events: ``lay`` and ``arrive`` (first, second, near, points, reversed), the
    second by a link; ``leave``. Server function: ``works`` (text)."""

    folder = "compare"


class CompareTab:
    """Layout, wiring, handlers. ``from_match`` is linked to from results."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.table = Compare({}, server_functions=[*Pictures(desk.workspace).server_functions(), self._offering()])
        # wiring
        self.table.lay(self.lay, None, self.table, **working(self.table, "compare"))

    # -- handlers --------------------------------------------------------------------------------------------------

    def lay(self, event: gr.EventData) -> views.Props:
        """The two works chosen, registered as asked; what cannot be registered lies side by side, and says why."""
        sent = incoming.record(event._data)
        first, second = self._work(sent.get("first")), self._work(sent.get("second"))
        return self._compared(first, second, _boxes(sent.get("near")), sent)

    def from_match(self, event: gr.EventData) -> views.Props:
        """A search's query and one of its matches."""
        sent = incoming.record(event._data)
        query, match = incoming.record(sent.get("query")), incoming.record(sent.get("match"))
        second = self._work(match.get("work"))
        if query.get("kind") == "picture":
            tell(ONLY_WORKS)
        first = self._work(query.get("key")) if query.get("kind") == "work" else None
        near = _boxes({"first": query.get("box"), "second": match.get("box")})
        return self._compared(first, second, near if first else None, {"mirrored": match.get("mirrored") is True})

    # -- what they share -------------------------------------------------------------------------------------------

    def _compared(
        self, first: Work | None, second: Work | None, near: Near | None, sent: dict[str, Any]
    ) -> views.Props:
        shown: views.Props = {"first": self._side(first), "second": self._side(second), "said": "", "matrix": None}
        if first is None or second is None:
            return shown
        points, reversed_ = incoming.points(sent.get("points"), MOST_POINTS), sent.get("reversed") is True
        shown |= {"near": registered.near(near), "points": points, "reversed": reversed_}
        try:
            if points:
                found = register_by_hand(self.desk.workspace, first.id, second.id, np.array(points), reversed_)
            else:
                found = register(self.desk.workspace, first.id, second.id, near)
        except ExplorerError as error:
            shown |= {"said": str(error), "trouble": True}
            if near is not None and not points:
                laid = registered.over_one_another(near, sent.get("mirrored") is True)
                shown |= {"said": LAID_BY_PLACE, "matrix": laid.ravel().tolist(), "kind": "found"}
            return shown
        return {**shown, **registered.laid(found), "said": registered.told(found, (first, second), bool(points))}

    def _work(self, sent: Any) -> Work | None:
        """A work by its id; of one that is not there the visitor is told."""
        key = incoming.text(sent)
        try:
            return self.desk.workspace.collection.work(key) if key else None
        except ExplorerError as error:
            tell(str(error))
            return None

    def _side(self, work: Work | None) -> views.Props | None:
        if work is None:
            return None
        try:
            return registered.side(work, views.file_url(self.desk.workspace.view(work.id)))
        except (ExplorerError, OSError) as error:
            log.warning("No view of %s: %s", work.id, error)
            tell(f"{work.title} cannot be shown: its file cannot be read.")
            return None

    def _offering(self) -> Callable[[Any], views.Props]:
        def works(sent: Any) -> views.Props:
            """Works to choose from, and how many more there are."""
            found = self.desk.workspace.collection.find(incoming.text(sent, 200))
            offered = [views.caption(work) for work in found[:MOST_OFFERED]]
            return {"works": offered, "more": max(0, len(found) - MOST_OFFERED)}

        return works


def _boxes(sent: Any) -> Near | None:
    """A detail and where it was found, when both were sent and are boxes."""
    fields = incoming.record(sent)
    try:
        first, second = incoming.box(fields.get("first")), incoming.box(fields.get("second"))
    except ExplorerError:
        return None
    return None if first is None or second is None else (first, second)
