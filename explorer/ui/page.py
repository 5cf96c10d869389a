"""The whole page: its tabs, what links them, and the server that shows it."""

from __future__ import annotations

import logging
import os
import socket
import threading
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read by gradio when it is imported: the page calls nobody
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

import gradio as gr

from explorer.errors import ExplorerError
from explorer.maps import work_map
from explorer.ui import incoming
from explorer.ui.collection import CollectionTab
from explorer.ui.compare import CompareTab
from explorer.ui.components import ASSETS, Masthead
from explorer.ui.explore import ExploreTab
from explorer.ui.map import MapTab
from explorer.ui.rest import RestApi
from explorer.ui.searching import AppContext, quiet, working
from explorer.ui.session import Session
from explorer.ui.theme import museum_theme
from explorer.ui.words import WordsTab
from explorer.workspace import Workspace

log = logging.getLogger(__name__)

TITLE = "Brueghel Explorer"
LEFT = ("explore", "words", "map", "collection")
"""Tabs that the browser's Back can lead to from a comparison."""
VISITORS_PICTURES = (3600, 86400)
"""Seconds: how often the server looks for pictures that visitors brought, and at what age it deletes them. All go when
it stops."""


def build_app(workspace: Workspace) -> gr.Blocks:
    """The page over one collection."""
    context = AppContext(workspace)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=VISITORS_PICTURES) as page:
        page.temp_file_sets.append(context.copies)
        RestApi(context)  # before the page's own events, which would take the endpoints' names
        session = gr.State(Session())
        Masthead(
            {"collection": workspace.name, "model": model_name(workspace.config.model), "note": workspace.model_note}
        )
        with gr.Tabs() as tabs:
            with gr.Tab("Explore", id="explore", render_children=True):
                explore = ExploreTab(context, session)
            with gr.Tab("Compare", id="compare", render_children=True):
                compare = CompareTab(context)
            with gr.Tab("Words", id="words", render_children=True):
                words = WordsTab(context)
            with gr.Tab("Map", id="map", render_children=True) as map_tab:
                map_tab_ = MapTab(context, map_tab)
            with gr.Tab("Collection", id="collection", render_children=True) as collection_tab:
                CollectionTab(context, collection_tab)

        # wiring
        def to_explore() -> gr.Tabs:
            return gr.Tabs(selected="explore")

        def to_compare() -> gr.Tabs:
            return gr.Tabs(selected="compare")

        def to_left(event: gr.EventData) -> gr.Tabs:
            left = incoming.text(incoming.record(event._data).get("tab"), 40).lower()
            return gr.Tabs(selected=left if left in LEFT else "explore")

        def to_linked(request: gr.Request) -> Any:
            return to_compare() if "compare" in request.query_params else gr.skip()

        for source in (words.labels, map_tab_.map):
            source.choose(explore.open, session, explore.shown, **quiet()).then(to_explore, None, tabs, **after())
        for followed in (words.results.follow, words.results.look):
            searching = working(explore.results)
            followed(to_explore, None, tabs, **quiet())
            followed(explore.follow, session, explore.shown, **searching)
        for results in (explore.results, words.results):
            results.compare(to_compare, None, tabs, **quiet())
            results.compare(compare.from_match, None, compare.table, **working(compare.table, "compare"))
        compare.table.arrive(to_compare, None, tabs, **quiet())
        compare.table.arrive(compare.lay, None, compare.table, **working(compare.table, "compare"))
        page.load(to_linked, None, tabs, **quiet())
        compare.table.leave(to_left, None, tabs, **quiet())
    return page


def after() -> dict[str, str]:
    """How a second step of an event is wired."""
    return {"show_progress": "hidden", "api_visibility": "private"}


def model_name(model: str) -> str:
    """A model as it is spoken of: a folder by its last name.

    >>> model_name("openai/clip-vit-base-patch16"), model_name("/models/brueghel-clip/")
    ('openai/clip-vit-base-patch16', 'brueghel-clip')
    """
    return Path(model).name if Path(model).is_absolute() else model


def launch(
    page: gr.Blocks, workspace: Workspace, host: str = "127.0.0.1", port: int = 7860, open_browser: bool = False,
    *, block: bool = True,
) -> str:  # fmt: skip
    """Serve the page until interrupted (or, with ``block=False``, in the background) and give its address.

    Raises :class:`ExplorerError` when the port is taken.
    """
    threading.Thread(target=warm, args=(workspace,), name="warming", daemon=True).start()
    _, address, _ = page.queue(default_concurrency_limit=8).launch(
        server_name=host,
        server_port=free_port(host, port),
        inbrowser=open_browser,
        share=False,
        quiet=True,
        prevent_thread_lock=not block,
        footer_links=[],
        run_history=False,
        allowed_paths=[str(workspace.pictures.resolve())],
        theme=museum_theme(),
        css_paths=[ASSETS / "style.css"],
        head=f"<script>{(ASSETS / 'components' / 'dom.js').read_text(encoding='utf-8')}</script>",
        favicon_path=ASSETS / "favicon.svg",
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        max_file_size="200mb",
    )
    return address


def warm(workspace: Workspace) -> None:
    """Load index and model and lay out the map while the visitor looks about, so that nobody waits for them later."""
    try:
        _ = workspace.index, workspace.encoder
        work_map(workspace)
    except ExplorerError as error:
        log.warning("%s", error)


def free_port(host: str, port: int) -> int:
    """The port, if it can be had."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise ExplorerError(f"Port {port} on {host} cannot be used ({reason}); choose another.") from error
        return probe.getsockname()[1]
