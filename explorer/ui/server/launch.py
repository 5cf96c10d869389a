"""The server that shows the page: what it answers to whom, on which port, and when it can be opened."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import gradio as gr
from gradio.utils import get_upload_folder
from starlette.routing import BaseRoute

from explorer.errors import ExplorerError
from explorer.paths import ASSETS
from explorer.ui.open_collections import OpenCollections, warm
from explorer.ui.queueing import MOST_WAITING
from explorer.ui.server.fetching import fetch_nothing
from explorer.ui.server.freed_memory import give_freed_memory_back
from explorer.ui.server.guard import Access, guarding
from explorer.ui.server.iiif_routes import iiif_routes
from explorer.ui.server.map_routes import map_routes
from explorer.ui.server.picture_files import picture_routes
from explorer.ui.server.refusals import Page, refusing
from explorer.ui.theme import museum_theme
from explorer.workspace import Workspace

LAST_PORT = 65535
SHARED = ("dom.js", "sharp.js", "address.js", "regions.js", "motif_tiles.js", "facets.js")
"""Scripts that the page's components share; the others use the first's names."""
QUICK = 64
"""Threads for handlers that do not wait for their turn to compute, when as many wait as may."""


def launch(  # noqa: PLR0913 (the command's options)
    page: gr.Blocks, workspace: Workspace | None, host: str = "127.0.0.1", port: int = 7860, open_browser: bool = False,
    *, block: bool = True, ready: Callable[[str], None] = lambda address: None, access: Access | None = None,
) -> str:  # fmt: skip
    """Serve the page until interrupted (or, with ``block=False``, in the background) and give its address, which
    ``ready`` is told as soon as the page can be opened. ``access`` says who may come; without it, who can reach
    ``host``. A page that is over no collection has no ``workspace``.

    Raises :class:`ExplorerError` when the port is none, or is taken.
    """
    free = free_port(host, port)
    give_freed_memory_back()
    access = access or Access.of(host)
    head = f"<script>{_shared_scripts()}</script>"
    fetch_nothing()
    routes: list[BaseRoute] = []
    if workspace is not None:
        collections = (page.collections if isinstance(page, Page) else None) or OpenCollections(workspace)
        routes = [*picture_routes(collections.cache, Path(get_upload_folder())), *iiif_routes(collections.get)]
        if isinstance(page, Page) and page.maps is not None:
            routes += map_routes(page.maps, collections.get)
        threading.Thread(target=warm, args=(workspace,), name="warming", daemon=True).start()
    _, address, _ = page.queue(default_concurrency_limit=8, max_size=2 * MOST_WAITING).launch(
        max_threads=MOST_WAITING + QUICK,
        server_name=f"[{host}]" if ":" in host else host,  # as in an address
        server_port=free,
        inbrowser=open_browser,
        share=False,
        quiet=True,
        prevent_thread_lock=True,
        footer_links=[],
        run_history=False,
        root_path=access.root_path,
        app_kwargs=refusing(page)
        | {
            "lifespan": guarding(access, head),
            "routes": routes,
        },
        theme=museum_theme(),
        css_paths=[ASSETS / "style.css"],
        head=head,
        favicon_path=ASSETS / "favicon.svg",
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        max_file_size="200mb",
    )
    ready(address)
    if block:
        page.block_thread()
    return address


def _shared_scripts() -> str:
    return "\n".join((ASSETS / "components" / name).read_text(encoding="utf-8") for name in SHARED)


def free_port(host: str, port: int) -> int:
    """The port, if it is free; a free one for 0. Raises :class:`ExplorerError` for one that is none or is taken."""
    if not 0 <= port <= LAST_PORT:
        raise ExplorerError(f"A port is a number from 0 (any free one) to {LAST_PORT}, not {port}.")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise ExplorerError(f"Port {port} on {host} cannot be used ({reason}); choose another.") from error
        return probe.getsockname()[1]
