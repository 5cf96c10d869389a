"""A large file over HTTP, resumed where a connection broke off, and never mixed from two versions.

What has arrived lies in ``NAME.part``; ``NAME.part.json`` keeps which version of the server's file it is the beginning
of (``ETag`` or ``Last-Modified``) and how long the whole is. A server that ignores ranges, or whose file has changed,
sends the whole again (RFC 9110, section 13.1.5, ``If-Range``), and then the beginning is discarded.
"""

from __future__ import annotations

import errno
import http.client
import json
import logging
import re
import shutil
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from explorer import __version__
from explorer.errors import ExplorerError
from explorer.files import write_atomically
from explorer.progress import Progress, silent

STAGE = "Downloading (MB)"
ATTEMPTS = 4
"""How many connections in a row may bring nothing before the download fails."""
_PATIENCE = 30.0  # seconds of silence after which a connection counts as cut
_CHUNK = 1 << 18  # bytes

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Beginning:
    """What the bytes in the part file are the beginning of."""

    url: str
    validator: str
    """What ``If-Range`` may be given, see :func:`_validator`; empty where the server sent none."""
    total: int
    """Length of the whole file in bytes; 0 while it is not known."""


class _Cut(Exception):
    """The connection ended before the file did."""


def part_file(target: Path) -> Path:
    """Where the bytes of ``target`` gather."""
    return target.with_name(f"{target.name}.part")


def discard(target: Path) -> None:
    """Throw away what has arrived of ``target``."""
    part_file(target).unlink(missing_ok=True)
    _memory(target).unlink(missing_ok=True)


def download(url: str, target: Path, progress: Progress = silent, pause: float = 2.0) -> Path:
    """Bring the whole file into ``target``'s part file, and return that; ``pause`` is in seconds, between attempts.

    Nothing is requested when all of it has arrived before. Raises :class:`ExplorerError` when the address is none, the
    server cannot be reached or refuses, the connection breaks off again and again, or the disk is full; what has
    arrived is then kept for the next time.
    """
    if not re.match(r"https?://[^/]", url, re.IGNORECASE) or not url.isprintable() or " " in url:
        raise ExplorerError(_no_address(url))
    target.parent.mkdir(parents=True, exist_ok=True)
    fruitless = 0
    while True:
        before = _arrived(target)
        try:
            _request_rest(url, target, progress)
            return part_file(target)
        except _Cut as cut:
            fruitless = 0 if _arrived(target) > before else fruitless + 1
            if fruitless == ATTEMPTS:
                megabytes = _arrived(target) / 1e6
                raise ExplorerError(f"The connection to {url} was cut ({cut}) after {megabytes:,.1f} MB; run the same "
                                    "command again to go on from there.") from cut  # fmt: skip
            log.info("the connection was cut (%s), trying again", cut)
            time.sleep(pause)


def _request_rest(url: str, target: Path, progress: Progress) -> None:
    """One request for what is still missing, if anything is.

    Raises :class:`_Cut` where the next request may bring more, :class:`ExplorerError` where it would not.
    """
    beginning, arrived = _remembered(url, target), _arrived(target)
    if beginning and beginning.total and arrived == beginning.total:
        return
    resumed = beginning if beginning and beginning.validator and arrived else None
    try:
        with urllib.request.urlopen(_request(url, resumed, arrived), timeout=_PATIENCE) as response:
            start = arrived if response.status == http.client.PARTIAL_CONTENT else 0
            if start and not (resumed and _continues(response, arrived, resumed)):
                discard(target)
                raise _Cut("the server sent another part than it was asked for")
            _receive(response, url, target, start, progress)
    except urllib.error.HTTPError as error:
        if resumed and error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            discard(target)  # the file there is shorter than what has arrived: not the same file
            raise _Cut("the file on the server has changed") from error
        raise ExplorerError(f"The server answered {error.code} ({error.reason}) for {url}; check the address, or give "
                            "another with --url.") from error  # fmt: skip
    except urllib.error.URLError as error:
        if arrived:
            raise _Cut(_reason(error.reason)) from error
        raise ExplorerError(f"{url} cannot be reached ({_reason(error.reason)}); check the network, or give another "
                            "address with --url.") from error  # fmt: skip
    except (ValueError, http.client.InvalidURL) as error:  # a port that is no number, letters that no host name has
        raise ExplorerError(_no_address(url)) from error
    except (http.client.HTTPException, ConnectionError, TimeoutError) as error:
        raise _Cut(_reason(error)) from error


def _request(url: str, resumed: _Beginning | None, arrived: int) -> urllib.request.Request:
    """A request for the whole file or, where ``arrived`` bytes of it can be ``resumed``, for the rest."""
    headers = {"User-Agent": f"brueghel-explorer/{__version__}", "Accept-Encoding": "identity"}
    if resumed:
        headers |= {"Range": f"bytes={arrived}-", "If-Range": resumed.validator}
    return urllib.request.Request(url, headers=headers)


def _continues(response: Any, arrived: int, beginning: _Beginning) -> bool:
    """Whether a partial response starts at byte ``arrived``, in a file of the length that is known (0: not known)."""
    span = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", "").strip())
    total = beginning.total
    return span is not None and int(span[1]) == arrived and (not total or span[2] in ("*", str(total)))


def _receive(response: Any, url: str, target: Path, start: int, progress: Progress) -> None:
    """Append a response's body to the part file, from byte ``start`` of the whole; at 0 what was there is discarded."""
    length = response.headers.get("Content-Length", "")
    expected = int(length) if length.isdecimal() else 0
    total = start + expected if expected else 0
    room = shutil.disk_usage(target.parent).free
    if expected > room:
        raise ExplorerError(f"{expected / 1e6:,.0f} MB more are to come but the disk of {target.parent} has only "
                            f"{room / 1e6:,.0f} MB left; make room, or give another place with --to.")  # fmt: skip
    if start == 0:
        discard(target)  # before the memory of another file could stand beside these bytes
        _remember(target, _Beginning(url, _validator(response), total))
    try:
        with part_file(target).open("ab") as file:
            arrived = start
            while chunk := response.read(_CHUNK):
                file.write(chunk)
                arrived += len(chunk)
                progress(STAGE, arrived // 1_000_000, max(total, arrived) // 1_000_000)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ExplorerError(f"The disk of {target.parent} is full; make room and run the same command again to go "
                                "on from there.") from error  # fmt: skip
        raise
    if total and arrived < total:
        raise _Cut(f"{(total - arrived) / 1e6:,.1f} MB were still to come")
    _remember(target, _Beginning(url, _validator(response), arrived))


def _validator(response: Any) -> str:
    """What ``If-Range`` may be given: a strong ETag, else the date of the last change; empty when there is neither."""
    etag = response.headers.get("ETag", "").strip()
    return etag if etag.startswith('"') else response.headers.get("Last-Modified", "").strip()


def _arrived(target: Path) -> int:
    """How many bytes of the file are here."""
    path = part_file(target)
    return path.stat().st_size if path.is_file() else 0


def _memory(target: Path) -> Path:
    return target.with_name(f"{target.name}.part.json")


def _remember(target: Path, beginning: _Beginning) -> None:
    write_atomically(_memory(target), json.dumps(asdict(beginning)))


def _remembered(url: str, target: Path) -> _Beginning | None:
    """What the part file is the beginning of; None when that is not known, or it came from another address."""
    try:
        record = json.loads(_memory(target).read_text("utf-8"))
        beginning = _Beginning(str(record["url"]), str(record["validator"]), int(record["total"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return beginning if beginning.url == url else None


def _no_address(url: str) -> str:
    return f"{url!r} is no address to fetch from; it must begin with http:// or https:// and name a server."


def _reason(error: object) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__).rstrip(".")
