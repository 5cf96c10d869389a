"""What a script is told when it asks wrongly, or something fails: a sentence, as ``{"error", "detail"}``.

Gradio hides the messages of errors that are not its own (``{"error": null}``) and knows no answer to some calls.
"""

from __future__ import annotations

import inspect
import json
import logging
import re
from typing import Any

import gradio as gr
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from gradio.exceptions import InvalidPathError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from explorer.errors import ExplorerError
from explorer.ui.map_making import Maps
from explorer.ui.open_collections import OpenCollections
from explorer.ui.said import said
from explorer.ui.server.http import refusal, route_path

MOST_SENT = 4 * 2**20
"""Bytes of a call; pictures are uploaded and not part of it."""
_MOST_SKIPPED = 64 * 2**20
"""Bytes of a call beyond those that are received, and dropped, so that the client can read why it was refused."""
_CALLS = re.compile(r"/gradio_api/(?:run|api|call/v2|call)/([^/]+)/?")
_ASKING = re.compile(r"/gradio_api/(?:run|api|call|queue)/")
_UPLOADS = re.compile(r"/gradio_api/(?:upload|component_server)/?")
_FAILED = "Something went wrong in the server, and is described in its log. Other questions are still answered."
_SENTENCES = {
    "Not Found": "There is nothing at this address.",
    "Method Not Allowed": "This address is not asked in this way: calls are sent with POST, pages are opened with GET.",
    "There was an error parsing the body": 'The call cannot be read: send JSON such as {"data": [...]}.',
    "Invalid JSON body.": 'The call cannot be read: send JSON with "data", "component_id", "session_hash", "fn_name".',
}
_UNKNOWN = "The call names an event or a value that this endpoint does not have; /gradio_api/info lists what there is."
_NOT_ARRIVED = "The picture did not arrive; upload it first, and send the path that the upload gives."

log = logging.getLogger(__name__)


class Page(gr.Blocks):
    """A page whose errors are all sentences, by whatever way its events are called."""

    collections: OpenCollections | None = None
    """The collections that it shows, for what else is served of them."""
    maps: Maps | None = None
    """The maps of these."""

    async def process_api(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The answer to an event or a call."""
        try:
            return await super().process_api(*args, **kwargs)
        except gr.Error:
            raise
        except Exception as error:
            raise gr.Error(sentence_of(error), print_exception=False) from error

    def validate_inputs(self, block_fn: Any, inputs: list[Any]) -> None:
        """Raises an error for another number of values than an endpoint takes; the page's own events may send more."""
        exactly = block_fn.api_visibility == "public"
        names = inspect.signature(block_fn.fn).parameters if exactly else ()
        wanted = len(block_fn.inputs)
        if len(inputs) < wanted or (exactly and len(inputs) > wanted):
            which = f" ({', '.join(names)})" if names else ""
            name = block_fn.api_name or "This event"
            raise gr.Error(f"{name} takes {_counted(wanted)}{which}; {len(inputs)} came.", print_exception=False)


def sentence_of(error: Exception) -> str:
    """What is said of an error; what is nobody's fault who asks is logged."""
    if isinstance(error, ExplorerError):
        return said(error)
    if isinstance(error, InvalidPathError):
        return _NOT_ARRIVED
    log.error("A call failed.", exc_info=error)
    return _FAILED


def refusing(page: gr.Blocks) -> dict[str, Any]:
    """Options for the server of a page: wrong calls are answered with a sentence."""
    return {
        "middleware": [Middleware(Refusals, page=page)],
        "exception_handlers": {RequestValidationError: _wrong_body, HTTPException: _refused},
    }


class Refusals:
    """Middleware that answers what the app does not: unknown endpoints, calls that are too large, failures."""

    def __init__(self, app: ASGIApp, page: gr.Blocks) -> None:
        self._app, self._page = app, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started: list[Message] = []

        async def sending(message: Message) -> None:
            started.append(message) if message["type"] == "http.response.start" else None
            await send(message)

        try:
            path = route_path(scope)
            refused = self._unknown(path)
            if refused is None and scope["method"] == "POST" and not _UPLOADS.fullmatch(path):
                receive, refused = await _received(receive)
            await (refused or self._app)(scope, receive, sending)
        except Exception as error:
            if not started and isinstance(error, KeyError | TypeError) and _ASKING.match(route_path(scope)):
                await refusal(422, _UNKNOWN)(scope, receive, send)  # how gradio says it: its own code has not run yet
            elif not started:
                await refusal(500, sentence_of(error))(scope, receive, send)
            elif isinstance(error.__cause__, HTTPException):  # a stream has told its error, and is ended
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            else:
                raise

    def _unknown(self, path: str) -> JSONResponse | None:
        """A refusal for an endpoint that is none, or nothing."""
        call = _CALLS.match(path)
        names = [fn.api_name for fn in self._page.fns.values() if fn.api_name and fn.api_visibility != "private"]
        if call is None or call[1] in names or any(fn.api_name == call[1] for fn in self._page.fns.values()):
            return None
        return refusal(404, f"There is no endpoint {call[1]!r}; there are: {', '.join(names)}.")


async def _received(receive: Receive) -> tuple[Receive, JSONResponse | None]:
    """A call, received as a whole: what gives it to the app, and a refusal where it is too large."""
    parts: list[bytes] = []
    size, more = 0, True
    while more and size <= _MOST_SKIPPED:
        message = await receive()
        if message["type"] != "http.request":  # the client is gone
            return _again(message, receive), None
        size += len(message.get("body", b""))
        if size <= MOST_SENT:
            parts.append(message.get("body", b""))
        else:
            parts.clear()
        more = message.get("more_body", False)
    if size > MOST_SENT:
        limit = f"A call has {MOST_SENT // 2**20} MB at most, and this one has more; send pictures by an upload."
        return receive, refusal(413, limit)
    return _again({"type": "http.request", "body": b"".join(parts), "more_body": False}, receive), None


def _again(first: Message, receive: Receive) -> Receive:
    """What gives a message that was received already, and then what comes after it."""
    waiting = [first]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received


async def _wrong_body(request: Request, error: RequestValidationError) -> JSONResponse:
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"] if step != "body")
    reason = f"{where}: {first['msg']}" if where else first["msg"]
    return refusal(422, f"The call cannot be used ({reason}).")


async def _refused(request: Request, error: HTTPException) -> JSONResponse:
    detail: Any = error.detail
    if not isinstance(detail, str):
        return JSONResponse({"error": json.dumps(detail), "detail": detail}, error.status_code, error.headers)
    sentence = _SENTENCES.get(detail, detail).strip() or "This cannot be had."
    return refusal(error.status_code, sentence if sentence.endswith((".", "!", "?")) else f"{sentence}.", error.headers)


def _counted(values: int) -> str:
    return "1 value" if values == 1 else f"{values} values"
