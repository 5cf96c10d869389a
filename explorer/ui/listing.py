"""The list of works beside the picture: searched as one types, narrowed by facets, anew when it was indexed again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from explorer.errors import ExplorerError
from explorer.ui import incoming
from explorer.ui.answers import gallery
from explorer.ui.facets import selection_of
from explorer.ui.said import said
from explorer.ui.searching import AppContext
from explorer.ui.session import Session
from explorer.ui.visitors import page_of_event
from explorer.ui.wiring import notify


class ListOfWorks:
    """Handlers of the list, for one app."""

    def __init__(self, app: AppContext) -> None:
        self.app = app

    def find(self, session: Session, event: gr.EventData) -> Any:
        """Works whose catalogue entry matches what is typed, of those that are chosen; and the facets."""
        sent = incoming.record(event._data)
        text = incoming.text(sent.get("text"), 200)
        try:
            context = self.app.of(session)
            if "limits" in sent:
                context.selection = selection_of(context.workspace.collection, sent["limits"], notify)
            self.app.pages.searched(page_of_event(), context.workspace, text)
            return gallery(context, text)
        except ExplorerError as error:
            notify(said(error))
            return gr.skip()

    def listed(self, session: Session) -> Any:
        """The list of works as it is since the collection was indexed again, for the text that is typed there."""
        try:
            context = self.app.of(session)
        except ExplorerError:  # told with the answer
            return gr.skip()
        text = self.app.pages.outdated(page_of_event(), context.workspace)
        return gr.skip() if text is None else gallery(context, text)


def limited(app: AppContext, session: Session, sent: dict[str, Any]) -> Session:
    """A session with the selection that was sent, if any was."""
    if "limits" not in sent:
        return session
    return replace(session, selection=selection_of(app.of(session).workspace.collection, sent["limits"]))
