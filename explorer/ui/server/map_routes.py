"""The bytes of maps: ``/maps/<collection>/<token>/points`` and ``/maps/<collection>/<token>/colour?by=COLUMN``.

Only maps that the page had laid out (:mod:`explorer.ui.map_making`) are to be had: nothing is computed for an address.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.errors import ExplorerError
from explorer.ui import incoming
from explorer.ui.map_colours import block, colouring
from explorer.ui.map_making import HeldMap, Maps
from explorer.ui.said import said
from explorer.ui.server.http import refusal
from explorer.workspace import Workspace

LONGEST = 200


def map_routes(maps: Maps, named: Callable[[str], Workspace]) -> list[Route]:
    """Routes to the maps that are held; ``named`` opens a collection by its name."""

    async def points(request: Request) -> Response:
        return await _answer(request, lambda held: held.block)

    async def colour(request: Request) -> Response:
        name = incoming.text(request.query_params.get("by"), LONGEST)
        return await _answer(request, lambda held: block(colouring(held, name)))

    async def _answer(request: Request, make: Callable[[HeldMap], bytes]) -> Response:
        try:
            content = await run_in_threadpool(found, request.path_params, make)
        except ExplorerError as error:
            return refusal(404, said(error))
        headers = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
        else:
            content = gzip.decompress(content)
        return Response(content, media_type="application/octet-stream", headers=headers)

    def found(params: dict[str, str], make: Callable[[HeldMap], bytes]) -> bytes:
        held = maps.by_token(named(params["collection"]).name, params["token"])
        if held is None:
            raise ExplorerError("This map is not laid out any more; open it again.")
        return make(held)

    return [
        Route("/maps/{collection}/{token}/points", points),
        Route("/maps/{collection}/{token}/colour", colour),
    ]
