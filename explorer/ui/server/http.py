"""What every layer of the server needs: the path that a request is for, and how a refusal is put."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse
from starlette.types import Scope


def route_path(scope: Scope) -> str:
    """The path below the root path, as the routes see it: a proxy may take the root path away or leave it.

    >>> [route_path({"path": path, "root_path": "/a"}) for path in ("/a/config", "/config", "/abc", "/a")]
    ['/config', '/config', '/abc', '']
    """
    path, root = scope["path"], scope.get("root_path", "")
    below = path.removeprefix(root) if root else path
    return below if below in ("", path) or below.startswith("/") else path


def refusal(status: int, sentence: str, headers: Any = None) -> JSONResponse:
    """A refusal, as gradio's clients and people read it."""
    return JSONResponse({"error": sentence, "detail": sentence}, status, headers)
