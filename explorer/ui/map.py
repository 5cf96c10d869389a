"""The Map tab: the works laid out so that works that look alike lie close together."""

from __future__ import annotations

import logging

import gradio as gr

from explorer.errors import ExplorerError
from explorer.maps import WorkMap, work_map
from explorer.ui import colours, incoming, views
from explorer.ui.components import Map
from explorer.ui.pictures import Pictures
from explorer.ui.said import said
from explorer.ui.searching import AppContext
from explorer.ui.session import Session
from explorer.ui.wiring import quiet, working
from explorer.workspace import Workspace

log = logging.getLogger(__name__)


class MapTab:
    """Layout, wiring, handlers. The map is made when its tab is first opened."""

    def __init__(self, app: AppContext, session: gr.State, tab: gr.Tab) -> None:
        self.app = app
        self.map = Map({}, server_functions=Pictures(app).server_functions())
        # wiring
        tab.select(self.draw, session, self.map, **working(self.map))
        self.map.colour(self.colour, session, self.map, **quiet())

    # -- handlers --------------------------------------------------------------------------------------------------

    def draw(self, session: Session) -> views.Props:
        """The map, coloured by the first catalogue column that sorts works into kinds."""
        return self._coloured(session, None)

    def colour(self, session: Session, event: gr.EventData) -> views.Props:
        """The same map in other colours; without a column in those that it has when it is first drawn."""
        column = incoming.record(event._data).get("column")
        return self._coloured(session, None if column is None else incoming.text(column, 200))

    def _coloured(self, session: Session, column: str | None) -> views.Props:
        try:
            context = self.app.of(session)
            layout = context.computed("map", lambda: work_map(context.workspace, apart=True))
            return coloured_map(context.workspace, layout, column)
        except ExplorerError as error:
            return {"message": said(error)}


def coloured_map(workspace: Workspace, layout: WorkMap, column: str | None) -> views.Props:
    """The works of a collection as points of its map, coloured by a catalogue ``column``; by the one that says most
    where it is None, in a single colour where it is no column."""
    collection = workspace.collection
    known = {work.id: work for work in collection.works()}
    shown = [(known[work], point) for work, point in zip(layout.works, layout.xy, strict=True) if work in known]
    works = [work for work, _ in shown]
    values = {name: [work.value(name) for work in works] for name in collection.columns()}
    columns = colours.offered(values)
    if column is None:
        column = colours.telling_column({name: values[name] for name in columns})
    if column in columns:
        labels = column in {kept.name for kept in collection.kept.all()}
        without = colours.NO_LABEL if labels else colours.NOT_STATED
        coloured = colours.colouring(column, values[column], without)
    else:
        coloured = colours.uncoloured(len(works))
    return {**views.map_points(works, [point for _, point in shown], columns), "colours": coloured}
