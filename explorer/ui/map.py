"""The Map tab: the works laid out so that like lies by like."""

from __future__ import annotations

import logging
from typing import Any

import gradio as gr

from explorer.errors import ExplorerError
from explorer.maps import work_map
from explorer.ui import colours, incoming, views
from explorer.ui.components import Map
from explorer.ui.pictures import Pictures
from explorer.ui.searching import AppContext, quiet, working

log = logging.getLogger(__name__)


class MapTab:
    """Layout, wiring, handlers. The map is made when its tab is first opened."""

    def __init__(self, context: AppContext, tab: gr.Tab) -> None:
        self.context = context
        self.map = Map({}, server_functions=Pictures(context.workspace).server_functions())
        # wiring
        tab.select(self.draw, None, self.map, **working(self.map, "map"))
        self.map.colour(self.colour, None, self.map, **quiet())

    # -- handlers --------------------------------------------------------------------------------------------------

    def draw(self) -> dict[str, Any]:
        """The map, coloured by the catalogue's first telling column."""
        return self._coloured(None)

    def colour(self, event: gr.EventData) -> dict[str, Any]:
        """The same map in other colours."""
        return self._coloured(incoming.text(incoming.record(event._data).get("column"), 200))

    def _coloured(self, column: str | None) -> dict[str, Any]:
        collection = self.context.workspace.collection
        try:
            laid = work_map(self.context.workspace)
        except ExplorerError as error:
            return {"message": str(error)}
        known = {work.id: work for work in collection.works()}
        shown = [(known[work], place) for work, place in zip(laid.works, laid.xy, strict=True) if work in known]
        works = [work for work, _ in shown]
        columns = collection.columns()
        if column is None:
            column = colours.telling_column({name: [work.value(name) for work in works] for name in columns})
        chosen = column if column in columns else ""
        values = [work.value(chosen) for work in works] if chosen else []
        props = views.map_points(works, [place for _, place in shown], columns)
        return {**props, "colours": colours.colouring(chosen, values) if chosen else colours.uncoloured(len(works))}
