"""Signing in to a page that is shared: a form, a session in a cookie, and patience for those who guess.

Why not gradio's own: it leaves the description of the API and several addresses open to everybody, and its cookie goes
along with requests from other sites.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import html
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from explorer.ui.server.http import refusal
from explorer.ui.server.passwords import Users

log = logging.getLogger(__name__)

SESSION = 7 * 86400
"""Seconds that a sign-in lasts."""
MOST_SESSIONS = 1000
MOST_WATCHED = 10_000
"""Names and addresses whose wrong tries are remembered."""
FREE_TRIES = 3
LONGEST_DELAY = 60.0
"""After three wrong tries in a row for a name from an address, seconds to wait: one, two, four, and so on, to this."""
MOST_WAITING = 16
"""Passwords that wait to be checked, one at a time: each takes memory and a quarter of a second."""
LARGEST_FORM = 8192
WRONG = "The name and the password do not belong together."
PATIENCE = "Too many wrong tries; wait a little, then try again."
NEEDED = "Sign in first: the page is shared with people who have a password."


@dataclass
class _Tries:
    wrong: int = 0
    until: float = 0.0


class Patience:
    """How long after wrong tries the next one is refused without a look."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: OrderedDict[tuple[str, str], _Tries] = OrderedDict()

    def left(self, who: tuple[str, str]) -> float:
        """Seconds that are still to wait for a name from an address."""
        known = self._tries.get(who)
        return max(0.0, known.until - self._clock()) if known else 0.0

    def wrong(self, who: tuple[str, str]) -> None:
        """Remember a wrong try."""
        tries = self._tries.setdefault(who, _Tries())
        self._tries.move_to_end(who)
        tries.wrong += 1
        if tries.wrong >= FREE_TRIES:
            tries.until = self._clock() + min(LONGEST_DELAY, 2.0 ** (tries.wrong - FREE_TRIES))
        while len(self._tries) > MOST_WATCHED:
            self._tries.popitem(last=False)

    def right(self, who: tuple[str, str]) -> None:
        """Forget wrong tries."""
        self._tries.pop(who, None)


class Sessions:
    """Who is signed in, by the digest of what their cookie holds. They end with the server."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends: OrderedDict[str, float] = OrderedDict()

    def begin(self) -> str:
        """A new session's secret."""
        secret = secrets.token_urlsafe(32)
        self._ends[_digest(secret)] = self._clock() + SESSION
        while len(self._ends) > MOST_SESSIONS:
            self._ends.popitem(last=False)
        return secret

    def __contains__(self, secret: str) -> bool:
        return self._ends.get(_digest(secret), 0.0) > self._clock()

    def end(self, secret: str) -> None:
        """Sign out."""
        self._ends.pop(_digest(secret), None)


class SignIn:
    """Answers ``/login`` and ``/logout``, and whether a request is from somebody who is signed in."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._sessions, self._patience = Sessions(), Patience()
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0

    def known(self, request: Request) -> bool:
        """Whether a request has the cookie of a session."""
        return request.cookies.get(_cookie(request), "") in self._sessions

    async def answer(self, request: Request, path: str) -> Response:
        """The answer of ``/login`` or ``/logout``."""
        if request.method in ("GET", "HEAD"):
            return _form(request, _query(request), out=path == "/logout")
        if request.method != "POST":
            return refusal(405, "This address takes a form.", {"Allow": "GET, POST"})
        return self._signed_out(request) if path == "/logout" else await self._signed_in(request)

    def asked(self, request: Request, path: str) -> Response:
        """The answer to somebody who is not signed in: the form, for a page; a sentence, for anything else."""
        if path in ("", "/") and request.method in ("GET", "HEAD"):
            query = urlencode({"next": request.url.query}) if request.url.query else ""
            return RedirectResponse(f"{_root(request)}/login{'?' if query else ''}{query}", 303)
        return refusal(401, NEEDED)

    async def _signed_in(self, request: Request) -> Response:
        fields = await _fields(request)
        name, password = fields.get("username", ""), fields.get("password", "")
        address = request.client.host if request.client else ""
        who = (name[:80], address)
        if self._patience.left(who) or self._waiting >= MOST_WAITING:
            return _refused(request, fields, PATIENCE, 429)
        if not await self._fits(name, password):
            self._patience.wrong(who)
            log.warning("A sign-in from %s failed.", address)
            return _refused(request, fields, WRONG, 401)
        self._patience.right(who)
        response = _welcome(request, fields)
        response.set_cookie(
            _cookie(request), self._sessions.begin(), max_age=SESSION, path=_root(request) or "/",
            secure=_encrypted(request), httponly=True, samesite="lax",
        )  # fmt: skip
        return response

    async def _fits(self, name: str, password: str) -> bool:
        self._waiting += 1
        try:
            async with self._one_at_a_time:
                return await asyncio.to_thread(self._users.fits, name, password)
        finally:
            self._waiting -= 1

    def _signed_out(self, request: Request) -> Response:
        self._sessions.end(request.cookies.get(_cookie(request), ""))
        response = RedirectResponse(f"{_root(request)}/login", 303)
        response.delete_cookie(_cookie(request), path=_root(request) or "/")
        return response


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _cookie(request: Request) -> str:
    """Cookies are shared by all ports of a host: a second server has one of its own."""
    return f"explorer-session-{request.scope['server'][1]}"


def _encrypted(request: Request) -> bool:
    """Whether the visitor's own connection is TLS, which a proxy says; who lies about it harms nobody else."""
    said = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip()
    return "https" in (request.url.scheme, said)


def _root(request: Request) -> str:
    return request.scope.get("root_path", "")


def _query(request: Request) -> str:
    """The link that is gone on to after signing in: a query of the page, never another address."""
    return urlencode(parse_qsl(request.query_params.get("next", "")[:4096]))


async def _fields(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            return {}
    try:
        sent = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:  # more fields than any form of ours has
        return {}
    return {name: values[0] for name, values in sent.items()}


def _wants_page(headers: Headers) -> bool:
    return "text/html" in headers.get("accept", "")


def _welcome(request: Request, fields: dict[str, str]) -> Response:
    if not _wants_page(request.headers):
        return JSONResponse({"success": True})
    query = urlencode(parse_qsl(fields.get("next", "")))
    return RedirectResponse(f"{_root(request)}/{'?' if query else ''}{query}", 303)


def _refused(request: Request, fields: dict[str, str], sentence: str, status: int) -> Response:
    if not _wants_page(request.headers):
        return refusal(status, sentence)
    return _form(request, urlencode(parse_qsl(fields.get("next", ""))), sentence, status)


_STYLE = """:root{color-scheme:light dark;
--paper:#f8f5ef;--surface:#fffdf9;--ink:#23201b;--edge:#bfb5a3;--warn:#8a5a00}
@media (prefers-color-scheme:dark){:root{
--paper:#161412;--surface:#201d1a;--ink:#ece5d8;--edge:#544c41;--warn:#f0c463}}
body{font:15px/1.5 system-ui,sans-serif;max-width:20rem;margin:15vh auto;padding:0 1rem;background:var(--paper);
color:var(--ink)}h1{font:24px Georgia,serif}label{display:block;margin:1rem 0}p{color:var(--warn)}
input,button{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;color:inherit;background:var(--surface);
border:1px solid var(--edge)}button{background:var(--ink);color:var(--paper);cursor:pointer}"""
_POLICY = "default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_FIELDS = """<label>Name <input name="username" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<input type="hidden" name="next" value="{next}">"""


def _form(request: Request, following: str, sentence: str = "", status: int = 200, out: bool = False) -> Response:
    action = "Sign out" if out else "Sign in"
    where = html.escape(f"{_root(request)}/{'logout' if out else 'login'}", quote=True)
    fields = "" if out else _FIELDS.format(next=html.escape(following, quote=True))
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{action}</title><style>{_STYLE}</style><h1>Brueghel Explorer</h1>"
        f'<form method="post" action="{where}"><p role="alert">{html.escape(sentence)}</p>{fields}'
        f"<button>{action}</button></form></html>"
    )
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    headers = {"Content-Security-Policy": _POLICY.format(digest=digest), "Cache-Control": "no-store"}
    return HTMLResponse(page, status, headers)
