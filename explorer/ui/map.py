"""The Map tab: the collection at a glance. Its script draws; what it shows is laid out and answered by
:mod:`explorer.ui.map_answers`."""

from __future__ import annotations

import time

import gradio as gr

from explorer.ui import views
from explorer.ui.components import Map
from explorer.ui.map_answers import MapPages
from explorer.ui.pictures import Pictures
from explorer.ui.searching import AppContext
from explorer.ui.session import Session
from explorer.ui.wiring import quiet


class MapTab:
    """Layout, wiring, handlers. The map is laid out when its tab is first opened."""

    def __init__(self, app: AppContext, session: gr.State, tab: gr.Tab) -> None:
        self.app = app
        functions = [*Pictures(app).server_functions(), *MapPages(app).server_functions()]
        self.map = Map({}, server_functions=functions)
        # wiring
        tab.select(self.draw, session, self.map, **quiet())

    # -- handlers --------------------------------------------------------------------------------------------------

    def draw(self, session: Session) -> views.Props:
        """Tell the script that its tab is shown, and when: the collection may have changed since it was last."""
        return {"opened": time.time(), "collection": session.collection}
