"""Manifests, collections and descriptions of pictures, fetched once: kept on disk with what the server calls their
version, and asked for anew only where that has changed."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import time
from pathlib import Path
from typing import Any

from explorer.files import write_atomically
from explorer.harvest.addresses import NotFetched, shown
from explorer.harvest.polite import Servers

MOST_JSON = 32_000_000
"""Bytes of a document, unpacked."""
_ACCEPT = "application/ld+json, application/json;q=0.9, */*;q=0.1"
_GONE = (401, 403, 404, 410)

log = logging.getLogger(__name__)


class Documents:
    """Documents by their addresses.

    ``folder`` keeps them; None, or with ``write`` off, nothing is written. Those that came since ``fresh_since``
    (seconds since 1970) are not asked for again: a run that was stopped goes on with what it had.
    """

    def __init__(self, servers: Servers, folder: Path | None, fresh_since: float, write: bool = True) -> None:
        self.servers, self.folder, self.fresh_since, self.write = servers, folder, fresh_since, write

    def read(self, url: str) -> Any:
        """What the JSON at an address says. Raises :class:`NotFetched` where there is none.

        Where a server cannot be asked today, what it sent before counts.
        """
        kept = self._kept(url)
        if kept and kept["when"] >= self.fresh_since:
            return kept["document"]
        told = {"If-None-Match": kept["etag"], "If-Modified-Since": kept["modified"]} if kept else {}
        headers = {name: value for name, value in told.items() if value}
        sink = io.BytesIO()
        try:
            answer = self.servers.fetch(url, sink, MOST_JSON, {"Accept": _ACCEPT, "Accept-Encoding": "gzip", **headers})
        except NotFetched as error:
            if kept is None or error.status in _GONE:
                raise
            log.warning("%s What came before is taken.", error)
            return kept["document"]
        if answer.status == 304 and kept:
            self._keep(url, {**kept, "when": time.time()})
            return kept["document"]
        document = _parsed(sink.getvalue(), url)
        etag, modified = (answer.headers.get(name, "").strip() for name in ("ETag", "Last-Modified"))
        self._keep(url, {"url": url, "etag": etag, "modified": modified, "when": time.time(), "document": document})
        return document

    def _path(self, url: str) -> Path | None:
        return self.folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.json" if self.folder else None

    def _kept(self, url: str) -> dict[str, Any] | None:
        path = self._path(url)
        try:
            record = json.loads(path.read_text("utf-8")) if path else None
        except (OSError, ValueError, RecursionError):
            return None
        kinds = {"url": str, "etag": str, "modified": str, "when": float}
        if not isinstance(record, dict) or not all(isinstance(record.get(name), kind) for name, kind in kinds.items()):
            return None
        return record if record["url"] == url and "document" in record else None

    def _keep(self, url: str, record: dict[str, Any]) -> None:
        path = self._path(url)
        if path and self.write:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, json.dumps(record))


def _parsed(body: bytes, url: str) -> Any:
    try:
        return json.loads(body)  # in UTF-8, 16 or 32, as its first bytes say
    except (ValueError, RecursionError) as error:
        page = body.lstrip()[:1] == b"<"
        what = "a web page" if page else "something that is not JSON"
        raise NotFetched(
            f"{shown(url)} sends {what}; give the address of a IIIF manifest or collection.", 200
        ) from error
