"""The addresses of pictures: thumbnails, views and details of collections, and copies of what visitors brought.

They name no folder of the server, and nothing but these copies can be had through them. Gradio's own address of files
(by their path) is closed, see :mod:`explorer.ui.server.guard`.
"""

from __future__ import annotations

import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from explorer.errors import ExplorerError
from explorer.ui.server.http import refusal
from explorer.workspace import collection_pictures
from explorer.workspace.managing import current_name

_COPY = re.compile(r"(thumbnails|views|details)/([0-9a-f]{2})/\2[0-9a-f]{6,126}(-[0-9a-f]{12})?\.jpg")
_SHEET = re.compile(r"atlas/[0-9a-f]{16}/(64|128)-\d{1,4}\.jpg")
"""A sheet of thumbnails for the map."""
_UPLOAD = re.compile(r"[0-9a-f]{64}")
KEPT = 86400
"""Seconds for which a browser need not ask again: a picture that changes has another name. Some day it may be gone."""


def picture_routes(cache: Path, uploads: Path) -> list[Route]:
    """Routes to the pictures of the collections in a ``cache`` folder, and to copies in the folder of ``uploads``."""

    async def of_collection(request: Request) -> Response:
        try:
            folder = collection_pictures(current_name(request.path_params["collection"], cache), cache)
        except ExplorerError:
            return _none()
        return _copy(folder, request.path_params["copy"], _COPY, _SHEET)

    async def of_visitor(request: Request) -> Response:
        upload = request.path_params["upload"]
        return _copy(uploads / upload, request.path_params["copy"]) if _UPLOAD.fullmatch(upload) else _none()

    return [
        Route("/pictures/{collection}/{copy:path}", of_collection),
        Route("/visitors/{upload}/{copy:path}", of_visitor),
    ]


def _copy(folder: Path, name: str, *patterns: re.Pattern[str]) -> Response:
    path = folder / name
    if not any(pattern.fullmatch(name) for pattern in patterns or (_COPY,)) or not path.is_file():
        return _none()
    return FileResponse(path, media_type="image/jpeg", headers={"Cache-Control": f"private, max-age={KEPT}"})


def _none() -> Response:
    return refusal(404, "There is no such picture.")
