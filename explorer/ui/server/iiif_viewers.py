"""Pages of other hosts that may open the collection's IIIF documents and pictures, as Mirador does.

Whoever sits before a browser can open them anyhow, and so can programs that are no browser. What is decided here is
which pages a browser lets read them (CORS): none, unless whoever runs the page names them.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers

from explorer.errors import ExplorerError
from explorer.ui.server.hosts import Host

EVERY = "*"
IIIF = "/iiif/"


class IiifViewers:
    """The pages that are ``allowed``: each ``https://host`` (perhaps with a port), or ``*`` for every page.

    Raises :class:`ExplorerError` for what is none of these.
    """

    def __init__(self, allowed: Sequence[str] = ()) -> None:
        self._every = EVERY in allowed
        self._hosts = {_origin(text) for text in allowed if text != EVERY}

    def open_to(self, path: str, headers: Headers) -> str:
        """For whom the answer to a request is marked as readable, as the header ``Access-Control-Allow-Origin`` says
        it; empty where for nobody but the app's own page. Pictures that a page shows come without an origin of their
        own: then the page's address counts."""
        if not path.startswith(IIIF):
            return ""
        if self._every:
            return EVERY
        said_by = headers.get("origin") or headers.get("referer") or ""
        if Host.of_origin(said_by) not in self._hosts:
            return ""
        return headers.get("origin", "").strip() or _without_path(said_by)


def _origin(text: str) -> Host:
    host = Host.of_origin(text)
    if host is None or text.rstrip("/").count("/") != 2:
        raise ExplorerError(f"{text!r} names no page of a viewer: give https://viewer.example, or * for every page.")
    return host


def _without_path(address: str) -> str:
    return "/".join(address.split("/")[:3])
