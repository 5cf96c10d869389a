"""Who asks: the page or the computer that an event comes from, and what an open page was told of its collection."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path

import gradio as gr
from gradio.context import LocalContext

from explorer.workspace import Workspace

_DIRECT = "/gradio_api/run/"
_PAGES = 1000
"""Open pages remembered at most: the least recently active are forgotten."""


def page_of_event() -> str:
    """The page whose event is being handled; empty outside of events."""
    request = _request()
    return (request and request.session_hash) or ""


def computer_of_event() -> str:
    """The address of the computer whose request is being handled; empty outside of requests."""
    request = _request()
    client = request and request.client
    return client.host if client else ""


async def caller_is_gone() -> bool:
    """Whether whoever made the direct call that is being answered has closed the connection; a call by gradio's queue
    does not tell."""
    request = _request()
    direct = request.request if request and _DIRECT in str(request.url) else None
    return direct is not None and await direct.is_disconnected()


def _request() -> gr.Request | None:
    return LocalContext.request.get(None)


@dataclass(frozen=True)
class _Page:
    """What an open page knows: which tables it was told of, and which its list of works shows, searched for a text."""

    collection: Path
    told: Path
    listed: Path
    text: str = ""


class OpenPages:
    """What every open page knows of its collection, so that it is told once when that was indexed again."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, _Page] = OrderedDict()
        self._lock = threading.Lock()

    def news(self, page: str, workspace: Workspace) -> str:
        """A sentence for a page that does not know yet that its collection was indexed again; otherwise nothing."""
        tables = workspace.tables.folder
        with self._lock:
            known = self._known(page, workspace)
            if known.told == tables:
                return ""
            self._keep(page, replace(known, told=tables))
        return f"The collection was indexed again; {len(workspace.present_rows()):,} works now."

    def searched(self, page: str, workspace: Workspace, text: str) -> None:
        """The page lists the works that match a text, as they are now."""
        with self._lock:
            known = self._known(page, workspace)
            self._keep(page, replace(known, listed=workspace.tables.folder, text=text))

    def outdated(self, page: str, workspace: Workspace) -> str | None:
        """The text for which a page lists works, if what it lists is older than the tables; it is then taken to be
        brought up to date. None where nothing is to be done."""
        tables = workspace.tables.folder
        with self._lock:
            known = self._known(page, workspace)
            if known.listed == tables:
                return None
            self._keep(page, replace(known, listed=tables))
            return known.text

    def _known(self, page: str, workspace: Workspace) -> _Page:
        """What a page knows; one that is new knows what there is, as does one that has gone to another collection."""
        tables, collection = workspace.tables.folder, workspace.pictures.parent
        known = self._pages.get(page)
        if known is None or known.collection != collection:
            known = _Page(collection, tables, tables)
            self._keep(page, known)
        return known

    def _keep(self, page: str, known: _Page) -> None:
        if not page:
            return
        self._pages[page] = known
        self._pages.move_to_end(page)
        while len(self._pages) > _PAGES:
            self._pages.popitem(last=False)
