"""Asking servers politely: one request at a time, a pause between two to the same server, waiting when told to, trying
again where it may help, and leaving a server alone that does not answer."""

from __future__ import annotations

import http.client
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import BinaryIO
from urllib.parse import urljoin

from explorer.harvest.addresses import NotFetched, ask, parsed, shown

MOST_REDIRECTS = 5
LONGEST_ANSWER = 600.0
"""Seconds that one answer may take in all, however steadily it drips."""
_CHUNK = 1 << 16  # bytes
_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_REDIRECTS = (301, 302, 303, 307, 308)
_GIVEN_UP = 3
"""Requests in a row that a server left without any answer; it is then not asked again in this run."""


@dataclass(frozen=True)
class Manners:
    """How servers are asked."""

    allow_private: bool = False
    """Whether those of the local network may be."""
    pause: float = 0.25
    """Seconds between two requests to one server, and the first wait before trying again is eight times as long."""
    attempts: int = 4
    longest_wait: float = 120.0
    """Seconds that are waited at a server's word (Retry-After); one that wants more is left for another day."""


@dataclass(frozen=True)
class Answer:
    """What came, its body aside."""

    status: int
    """200, or 304 where what is kept is still right."""
    url: str
    """The address that answered, redirections followed."""
    headers: http.client.HTTPMessage


class _Again(Exception):
    """It came to nothing, and may not the next time; ``wait`` is what the server asks for, in seconds."""

    def __init__(self, sentence: str, status: int = 0, wait: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence, self.status, self.wait = sentence, status, wait


@dataclass
class Servers:
    """The servers that are asked in one run."""

    manners: Manners = field(default_factory=Manners)
    sleep: Callable[[float], None] = time.sleep
    requests: int = 0
    """Those that were sent."""
    _asked: dict[str, float] = field(default_factory=dict)
    _silent: dict[str, int] = field(default_factory=dict)

    def fetch(self, url: str, sink: BinaryIO, most: int, headers: dict[str, str] | None = None) -> Answer:
        """Bring what is at an address into ``sink``, from its start, ``most`` bytes of it at most.

        Raises :class:`NotFetched` with the reason where it does not come.
        """
        server = parsed(url).server
        if self._silent.get(server, 0) >= _GIVEN_UP:
            raise NotFetched(f"{server} did not answer several times in a row and was not asked again; run the same "
                             "command later.")  # fmt: skip
        wait = self.manners.pause * 8
        for attempt in range(1, self.manners.attempts + 1):
            try:
                answer = self._followed(url, sink, most, headers or {})
                self._silent[server] = 0
                return answer
            except _Again as again:
                asked = wait if again.wait is None else max(again.wait, wait)
                if attempt == self.manners.attempts or asked > self.manners.longest_wait:
                    self._silent[server] = self._silent.get(server, 0) + 1
                    raise NotFetched(again.sentence, again.status) from again
                self.sleep(asked)
                wait *= 2
            except NotFetched as refused:
                if refused.status:  # it answers, though not as hoped
                    self._silent[server] = 0
                raise
        raise NotFetched(f"{shown(url)} was not asked.")

    def _followed(self, url: str, sink: BinaryIO, most: int, headers: dict[str, str]) -> Answer:
        """The answer after all redirections; each is an address like any other, and checked like it."""
        at = url
        for _ in range(MOST_REDIRECTS + 1):
            self._wait_for(parsed(at).server)
            try:
                connection, response = ask(at, headers, self.manners.allow_private)
            except (OSError, http.client.HTTPException) as error:
                raise _Again(f"{shown(at)} cannot be reached ({_reason(error)}).") from error
            finally:
                self.requests += 1
            try:
                if response.status in _REDIRECTS:
                    at = urljoin(at, response.headers.get("Location", "").strip())
                    continue
                _refuse_status(response, at)
                if response.status == http.client.OK:
                    _receive(response, sink, most, at)
                return Answer(response.status, at, response.headers)
            finally:
                connection.close()
        raise NotFetched(f"{shown(url)} leads on and on to other addresses.", 310)

    def _wait_for(self, server: str) -> None:
        """Keep the pause since the last request to a server."""
        left = self._asked.get(server, 0.0) + self.manners.pause - time.monotonic()
        if server in self._asked and left > 0:
            self.sleep(left)
        self._asked[server] = time.monotonic()


def _refuse_status(response: http.client.HTTPResponse, url: str) -> None:
    status = response.status
    if status in (http.client.OK, http.client.NOT_MODIFIED):
        return
    if status in _AGAIN:
        raise _Again(f"The server answers {status} for {shown(url)}.", status, _told(response))
    why = {401: "wants a login for", 403: "refuses", 404: "does not have", 410: "no longer has"}
    sentence = f"The server {why.get(status, f'answers {status} for')} {shown(url)}."
    raise NotFetched(sentence, status)


def _told(response: http.client.HTTPResponse) -> float | None:
    """The seconds of Retry-After (RFC 9110, section 10.2.3), a number or a date; None where it says nothing."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _receive(response: http.client.HTTPResponse, sink: BinaryIO, most: int, url: str) -> None:
    """The body, unpacked where it comes packed. Raises :class:`_Again` where it is cut short."""
    sink.seek(0)
    sink.truncate()
    too_much = NotFetched(f"What {shown(url)} sends is larger than {most / 1e6:,.0f} MB, and was not taken.", 413)
    stated = response.headers.get("Content-Length", "")
    packed = response.headers.get("Content-Encoding", "").strip().casefold() in ("gzip", "x-gzip", "deflate")
    unpacking = zlib.decompressobj(wbits=47) if packed else None  # of gzip or zlib, whichever its first bytes say
    until, came, kept = time.monotonic() + LONGEST_ANSWER, 0, 0
    if stated.isdecimal() and int(stated[:15]) > most:
        raise too_much
    while chunk := _next(response, url):
        came += len(chunk)
        try:
            plain = unpacking.decompress(chunk, most - kept + 1) if unpacking else chunk
        except zlib.error as error:
            raise _Again(f"What {shown(url)} sends cannot be unpacked.") from error
        kept += len(plain)
        if kept > most or (unpacking and unpacking.unconsumed_tail):
            raise too_much
        if time.monotonic() > until:
            raise _Again(f"{shown(url)} came too slowly.")
        sink.write(plain)
    short = (stated.isdecimal() and came < int(stated[:15])) or (unpacking is not None and not unpacking.eof)
    if short:
        raise _Again(f"The connection was cut while {shown(url)} came.")


def _next(response: http.client.HTTPResponse, url: str) -> bytes:
    try:
        return response.read1(_CHUNK)
    except (http.client.HTTPException, OSError, ValueError) as error:
        raise _Again(f"The connection was cut while {shown(url)} came ({_reason(error)}).") from error


def _reason(error: object) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__).rstrip(".")
