"""Where a catalogue says that a work's picture is served by the IIIF Image API (versions 2.1 and 3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from explorer.collection import Work

_REQUEST = re.compile(
    r"/(full|square|pct:[\d.,]+|\d+,\d+,\d+,\d+)/\^?!?(full|max|pct:[\d.]+|\d*,\d*)/!?[\d.]+/(default|color|gray|bitonal|native)"
    r"\.\w{2,4}$"
)
_INFO = "/info.json"
_NO_IMAGE = re.compile(
    r"manifest|/collections?/|/presentation/|\.(json|html?|jsonld|xml|jpe?g|png|tiff?)$", re.IGNORECASE
)
_NAMED = re.compile(r"\biiif\b.*\b(image|service|id|base|info)\b|\binfo json\b")


def image_service(work: Work) -> str | None:
    """The base address of the work's picture at a IIIF server, without a slash at its end; None where no column has
    one.

    An address of ``info.json`` and one of a picture (with region, size, rotation, quality) say it whatever their
    column is called. A bare base address looks like any other: it is taken where the heading names IIIF and an image,
    or its path has a part ``iiif``; never that of a manifest.

    >>> work = Work("a.jpg", "", 1, 1, "A", url="https://example.org/a.html", extra={"Scan": "https://iiif.org/x/info.json"})
    >>> image_service(work)
    'https://iiif.org/x'
    >>> image_service(Work("a.jpg", "", 1, 1, "A", url="https://example.org/iiif/a/manifest.json"))
    """
    columns = [("", work.url), *work.extra.items()]
    for find in (_stated, _by_its_looks):
        for heading, value in columns:
            if (address := value.strip()) and _is_address(address) and (base := find(heading, address)):
                return base.rstrip("/")
    return None


def with_services(works: Iterable[Work]) -> dict[str, str]:
    """The base addresses of those works that have one, by id."""
    found = {work.id: image_service(work) for work in works}
    return {work: base for work, base in found.items() if base}


def _stated(heading: str, address: str) -> str | None:
    if address.endswith(_INFO):
        return address.removesuffix(_INFO)
    request = _REQUEST.search(address)
    return address[: request.start()] if request else None


def _by_its_looks(heading: str, address: str) -> str | None:
    if _NO_IMAGE.search(address):
        return None
    parts = urlsplit(address).path.casefold().strip("/").split("/")
    named = _NAMED.search(re.sub(r"[\s_.\-/]+", " ", heading).casefold())
    return address if named or ("iiif" in parts[:-1]) else None


def _is_address(text: str) -> bool:
    """Whether a cell is an address of the web, and nothing else."""
    if re.search(r"[\s<>\"{}|\\^`]", text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
