"""What stands before the page: only the hosts it is served under, only its own pages, only the addresses that it needs,
and, where it is shared with a password, only people who have one.

A pure ASGI layer, round everything that gradio brings, so that nothing is answered before it and nothing is held back.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from explorer import __version__
from explorer.errors import ExplorerError
from explorer.ui.server.hosts import THIS_COMPUTER, Host, KnownHosts
from explorer.ui.server.http import refusal, route_path
from explorer.ui.server.iiif_viewers import IIIF, IiifViewers
from explorer.ui.server.passwords import Users
from explorer.ui.server.policy import HEADERS, NOTHING, digests, page_policy
from explorer.ui.server.sign_in import SignIn

API = "/gradio_api"
PAGE = frozenset({"", "/config", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json", "/pwa_icon"})
CALLS = frozenset(
    f"{API}/{name}" for name in (
        "info", "openapi.json", "app_id", "startup-events", "theme.css", "queue/join", "queue/data", "queue/status",
        "upload", "upload_progress", "component_server", "cancel", "reset",
    )
)  # fmt: skip
FOLDERS = ("/assets/", "/static/", "/pictures/", "/visitors/", "/maps/", IIIF, f"{API}/heartbeat/", f"{API}/call/",
           f"{API}/run/", f"{API}/api/")  # fmt: skip
"""With ``PAGE`` and ``CALLS``, all that is answered. Of what else gradio offers the page needs nothing: files by their
path on the server, addresses fetched on a visitor's behalf, recordings, links that keep a session."""
OPEN = ("/health", "/login", "/logout", "/favicon.ico", f"{API}/startup-events")
"""Needs no sign-in. With the last, which says nothing, gradio tells itself that it may begin."""

MOST_SKIPPED = 64 * 2**20
"""Bytes of a refused request that are received."""
SHARED = "explorer.shared"
FOREIGN = "Another page may not use this one; a proxy that shows it must pass the Host header on."


@dataclass(frozen=True)
class Access:
    """Who may come to the page, and where a proxy shows it."""

    hosts: KnownHosts = field(default_factory=KnownHosts)
    users: Users | None = None
    root_path: str = ""
    shared: bool = False
    """Whether others than whoever sits at this computer may come: to them the page does not say where files are."""
    viewers: IiifViewers = field(default_factory=IiifViewers)
    """Pages of other hosts that may read IIIF documents and pictures."""

    @classmethod
    def of(
        cls, host: str = "127.0.0.1", allowed_hosts: Sequence[str] = (), password_file: Path | None = None,
        root_path: str = "", viewers: Sequence[str] = (),
    ) -> Access:  # fmt: skip
        """What the options of ``explorer serve`` say. Raises :class:`ExplorerError` for what they cannot mean."""
        if root_path and (not root_path.startswith("/") or set(root_path) & set(" ?#%\\") or "//" in root_path):
            raise ExplorerError(f"The path under which a proxy shows the page looks like /brueghel, not {root_path!r}.")
        users = None if password_file is None else Users.read(password_file)
        shared = host not in THIS_COMPUTER or bool(allowed_hosts or users or root_path)
        hosts = KnownHosts(host, allowed_hosts)
        return cls(hosts, users, root_path.rstrip("/"), shared, IiifViewers(viewers))


def guarding(access: Access, head: str = "") -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """A lifespan that puts the guard round an application before it is asked for anything. (The middleware that gradio
    itself adds is outside of any that it is given: it would answer some requests first.) ``head`` is what gradio's
    script puts into the page's head."""

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        app.middleware_stack = Guard(app.middleware_stack, access, digests(head.encode()))
        yield

    return lifespan


class Guard:
    """The layer itself, for one application."""

    def __init__(self, app: ASGIApp, access: Access, scripts: Sequence[str] = ()) -> None:
        self.app, self.hosts, self._scripts, self._shared = app, access.hosts, scripts, access.shared
        self._viewers = access.viewers
        self.sign_in = SignIn(access.users) if access.users else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # the page has none
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] != "http":
            await self.app(scope, receive, send)
        else:
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"x-gradio-server"]
            scope[SHARED] = self._shared
            request = Request(scope, body := _Body(receive))
            open_to = self._viewers.open_to(route_path(scope), request.headers)
            answering = _Answer(send, self._scripts, private=self.sign_in is not None, open_to=open_to)
            answer = await self._answer(request)
            if answer:
                await body.skip()
            await (answer or self.app)(scope, body, answering)

    async def _answer(self, request: Request) -> Response | None:
        """The answer to what goes no further; None for what does."""
        sentence = self.refusal(request.scope, request.headers)
        path = route_path(request.scope).rstrip("/")
        if sentence:
            return refusal(403, sentence)
        if path == "/health":
            return JSONResponse({"status": "ok", "version": __version__}, headers={"Cache-Control": "no-store"})
        if self.sign_in and path in ("/login", "/logout"):
            return await self.sign_in.answer(request, path)
        if self.sign_in and path not in OPEN and not self.sign_in.known(request):
            return self.sign_in.asked(request, path)
        if path not in PAGE and path not in CALLS and not f"{path}/".startswith(FOLDERS):
            return refusal(404, "There is nothing at this address.")
        return None

    def refusal(self, scope: Scope, headers: Headers) -> str:
        """Why a request is not answered, for it is addressed to a host that this is not, or another page sent it;
        empty for one that is."""
        named = [Host.parse(value) for value in headers.getlist("host")]
        forwarded = headers.get("x-forwarded-host")
        if forwarded is not None:
            named.append(Host.parse(forwarded.partition(",")[0]))
        hosts = [host for host in named if host is not None]
        arrived_at = (scope.get("server") or ("",))[0]
        if len(hosts) != len(named) or len(headers.getlist("host")) != 1:
            return "The request does not say to whom it is addressed."
        unknown = [host.name for host in hosts if not self.hosts.serve(host, arrived_at)]
        if unknown:
            return f"This page is not served as {unknown[0]}; whoever runs it can allow the name with --allow-host."
        own = {host.without_usual_port() for host in hosts}
        if self._viewers.open_to(route_path(scope), headers):
            return ""
        return "" if _from_own_page(scope["method"], headers, own) else FOREIGN


def is_shared(request: Request | None) -> bool:
    """Whether a request is to a page that is shared, as the guard noted; one that it did not see is taken for that."""
    return request is None or request.scope.get(SHARED, True) is True


def _from_own_page(method: str, headers: Headers, own: set[Host]) -> bool:
    """Whether a request comes from a page of ours, from a link that somebody followed, or from a program that is no
    browser. Browsers say it in ``Origin``, with whatever writes and with whatever another page's script reads; where
    that is missing, in ``Sec-Fetch-Site`` and, the older ones, in ``Referer``."""
    reads = method in ("GET", "HEAD")
    origin, referer = headers.get("origin"), headers.get("referer")
    if origin is not None:
        return Host.of_origin(origin) in own
    site = headers.get("sec-fetch-site", "none")
    if site not in ("same-origin", "none"):
        return reads and headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return reads or referer is None or Host.of_origin(referer) in own


class _Body:
    """What is sent with a request. That of one that is refused is received and dropped, as far as it is not endless:
    a client, or a proxy, that is still sending would take the end of the connection for a fault."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._more = receive, True

    async def __call__(self) -> Message:
        message = await self._receive()
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def skip(self) -> None:
        size = 0
        while self._more and size <= MOST_SKIPPED:
            size += len((await self()).get("body", b""))


class _Answer:
    """Sends an answer with the guard's headers. A page's markup is held back until its policy is known; everything
    else goes on as it comes."""

    def __init__(self, send: Send, scripts: Sequence[str], private: bool, open_to: str = "") -> None:
        self._send, self._scripts, self._private, self._open_to = send, scripts, private, open_to
        self._held: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            if self._open_to:
                headers.update(
                    {"Access-Control-Allow-Origin": self._open_to, "Cross-Origin-Resource-Policy": "cross-origin"}
                )
                headers.add_vary_header("Origin")
            if self._private:
                headers.setdefault("Cache-Control", "private")
            if headers.get("content-type", "").startswith("text/html") and "content-security-policy" not in headers:
                self._held = message
                return
            headers.setdefault("Content-Security-Policy", NOTHING)
        elif self._held is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            start, self._held = self._held, None
            policy = page_policy([*digests(self._body), *self._scripts])
            MutableHeaders(scope=start)["Content-Security-Policy"] = policy
            await self._send(start)
            message = {**message, "body": self._body}
        await self._send(message)
