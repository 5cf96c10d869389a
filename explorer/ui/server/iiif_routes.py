"""Where the IIIF services of the collections answer: ``/iiif/<collection>/…``, see :mod:`explorer.iiif`.

The identifier of a work is its path, per cent-encoded. Some proxies decode it on the way, slashes too: so it is all
that stands between the service and what is asked of it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.iiif import image_info, presentation
from explorer.iiif.answer import answer
from explorer.iiif.image_request import FORMATS, NotAsked, parse_image_request
from explorer.plates.captions import credit_line
from explorer.ui.said import said
from explorer.ui.server.http import refusal, route_path
from explorer.ui.server.iiif_viewers import IIIF
from explorer.workspace import Workspace

AT_ONCE = 2
"""Pictures that are computed at a time, for all visitors together: it bounds the memory."""
Named = Callable[[str], Workspace]
"""A collection by its name; raises :class:`ExplorerError` where there is none."""


def iiif_routes(named: Named) -> list[Route]:
    """Routes to the services of all collections."""
    service = _Service(named)
    return [Route("/iiif/{rest:path}", service.get)]


class _Service:
    def __init__(self, named: Named) -> None:
        self._named = named
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def get(self, request: Request) -> Response:
        try:
            return await self._answer(request)
        except NotAsked as error:
            return refusal(400, said(error))
        except ExplorerError as error:
            return refusal(404, said(error))

    async def _answer(self, request: Request) -> Response:
        name, kind, *rest = _segments(request)
        workspace = await run_in_threadpool(self._named, name)
        addresses = presentation.Addresses(base_address(request), workspace.name)
        if (kind, rest) == ("collection", []):
            document = await run_in_threadpool(
                lambda: presentation.collection(workspace.name, workspace.collection.works(), addresses)
            )
            return _json(request, document, presentation.LD_JSON)
        if kind == "manifest" and rest:
            work = workspace.collection.work("/".join(rest))
            return _json(request, presentation.manifest(work, credit_line(work), addresses), presentation.LD_JSON)
        if kind == "image" and rest:
            return await self._image(request, workspace, rest, addresses)
        raise ExplorerError("There is nothing at this address.")

    async def _image(
        self, request: Request, workspace: Workspace, rest: list[str], addresses: presentation.Addresses
    ) -> Response:
        if rest[-1] == "info.json":
            work = workspace.collection.work("/".join(rest[:-1]))
            address = addresses.image(work.id)
            return _json(request, image_info.image_info(address, (work.width, work.height)), image_info.LD_JSON)
        known = workspace.collection.ids()
        if len(rest) > 4 and (name := "/".join(rest[:-4])) in known:
            wanted = rest[-4], rest[-3], rest[-2], rest[-1]
            return await self._picture(request, workspace, workspace.collection.work(name), wanted)
        work = workspace.collection.work("/".join(rest))
        return RedirectResponse(f"{addresses.image(work.id)}/info.json", 303)

    async def _picture(
        self, request: Request, workspace: Workspace, work: Work, parts: tuple[str, str, str, str]
    ) -> Response:
        """A part of a work. Its address stays when its file changes: so a browser asks whether what it kept still
        holds, which costs nothing but the question."""
        wanted = parse_image_request(parts, (work.width, work.height))
        image = presentation.Addresses(base_address(request), workspace.name).image(work.id)
        tag = f'"{content_tag(work.content, wanted.canonical)}"'
        links = f'<{image}/{wanted.canonical}>;rel="canonical", <{image_info.PROFILE}>;rel="profile"'
        headers = {"Link": links, "Cache-Control": "private, no-cache", "ETag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        async with self._turn:
            content = await run_in_threadpool(answer, workspace, work, wanted)
        return Response(content, media_type=FORMATS[wanted.format], headers=headers)


def content_tag(*parts: str) -> str:
    """A short name of a file's content and of what was asked of it."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def base_address(request: Request) -> str:
    """The app's address as its visitor sees it, without a slash at its end; a proxy says with which scheme."""
    scheme = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    host = request.headers.get("x-forwarded-host", "").partition(",")[0].strip() or request.headers["host"]
    scheme = scheme if scheme in ("http", "https") else request.url.scheme
    return f"{scheme}://{host}{request.scope.get('root_path', '').rstrip('/')}"


def _segments(request: Request) -> list[str]:
    """What follows ``/iiif/``: the collection, what of it, and the rest; each decoded, so that one may have slashes."""
    raw: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    path = raw.decode("ascii", "replace").partition("?")[0]
    below = route_path({"path": path, "root_path": request.scope.get("root_path", "")}).removeprefix(IIIF)
    segments = [unquote(segment) for segment in below.rstrip("/").split("/")]
    if len(segments) < 2:
        raise ExplorerError("There is nothing at this address.")
    return segments


def _json(request: Request, document: dict[str, Any], ld_json: str) -> Response:
    """JSON-LD where the client says that it takes it (section 5.1 of the Image API)."""
    wants = "application/ld+json" in request.headers.get("accept", "")
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Response(content, media_type=ld_json if wants else "application/json", headers={"Cache-Control": "no-cache"})
