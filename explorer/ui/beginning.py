"""The page of an app without collections: the form that makes the first one, and the demo. When one is there, the app
goes over to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.utils import get_upload_folder

from explorer.errors import ExplorerError
from explorer.ui.components import Beginning, IndexingForm
from explorer.ui.indexing_form import models
from explorer.ui.managing import Managing
from explorer.ui.queueing import FairQueue
from explorer.ui.server.guard import Access, is_shared
from explorer.ui.server.launch import launch
from explorer.ui.server.refusals import Page
from explorer.ui.wiring import quiet
from explorer.workspace import Workspace, collection_names

if TYPE_CHECKING:
    from explorer.config import RuntimeOptions

_LOOK = 0.5
"""Seconds between two looks at whether there is a collection."""
_TOLD = 2.5
"""Seconds in which an open page, which asks every second, hears that indexing has ended."""


def begin(  # noqa: PLR0913 (the command's options)
    cache: Path, runtime: RuntimeOptions | None, host: str, port: int, open_browser: bool = False,
    *, ready: Callable[[str], None] = lambda address: None, access: Access | None = None,
) -> tuple[str, int]:  # fmt: skip
    """Show the page until a collection can be opened, made by it or by another program; returns its name, and the port
    at which the page was, so that the collection is shown at the same."""
    managing = Managing(cache, Path(get_upload_folder()), FairQueue(), runtime)
    page = build_beginning(managing)
    launch(page, None, host, port, open_browser, block=False, ready=ready, access=access)
    try:
        while not (name := first_collection(cache, managing)):
            time.sleep(_LOOK)
        time.sleep(_TOLD)
        return name, page.server_port
    finally:
        page.close(verbose=False)


def build_beginning(managing: Managing) -> Page:
    """The page itself; one that is shared says only that there is no collection."""

    def opened(request: gr.Request) -> tuple[dict[str, Any], dict[str, Any]]:
        if is_shared(request.request):
            return {"shared": True}, {}
        return {"demo": True}, {"models": models(), "beginning": True}

    with Page(title="Brueghel Explorer", analytics_enabled=False, fill_width=True) as page:
        beginning = Beginning({})
        form = IndexingForm({}, server_functions=managing.indexing_functions())
        page.load(opened, None, [beginning, form], **quiet())
    return page


def first_collection(cache: Path, managing: Managing | None = None) -> str:
    """The name of a collection that can be opened: the demo, or another; empty where there is none, and while one is
    being indexed from the page."""
    if managing is not None and managing.runs.going():
        return ""
    for name in sorted(collection_names(cache), key=lambda name: (name != "demo", name)):
        try:
            Workspace.open(name, cache)
        except ExplorerError:
            continue  # begun, and not indexed to its end
        return name
    return ""
