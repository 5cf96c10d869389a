"""Where a catalogue says that a work's picture is served by the IIIF Image API (versions 2.1 and 3), and on which
canvas of which manifest (Presentation API) it lies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from explorer.collection import Work
from explorer.geometry import Box

IMAGE_SERVICE = "IIIF image service"
MANIFEST = "IIIF manifest"
CANVAS = "IIIF canvas"
CANVAS_SIZE = "IIIF canvas size"
CANVAS_PART = "IIIF canvas part"
"""Headings of the catalogue that is made of manifests: the size is "4000 × 3000" in the canvas's units, the part
"x,y,w,h" in these, where the picture does not fill its canvas."""
_MANIFESTS = ("iiif manifest", "manifest", "iiif manifest url", "manifest url", "iiif")
_NO_SERVICE = re.compile(r"\b(canvas|manifests?|collection)\b")
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
    headed = {heading: value for heading, value in work.extra.items() if not _NO_SERVICE.search(_plain(heading))}
    columns = [("", work.url), *headed.items()]
    for find in (_stated, _by_its_name, _by_its_looks):
        for heading, value in columns:
            if (address := value.strip()) and _is_address(address) and (base := find(heading, address)):
                return base.rstrip("/")
    return None


def with_services(works: Iterable[Work]) -> dict[str, str]:
    """The base addresses of those works that have one, by id."""
    found = {work.id: image_service(work) for work in works}
    return {work: base for work, base in found.items() if base}


def percent(box: Box) -> str:
    """Left, top, width and height in per cent of the picture.

    >>> percent(Box(0.25, 0.5, 0.5, 1.0))
    '25,50,25,50'
    """
    x0, y0, x1, y1 = (round(100 * side, 4) for side in box.clipped().as_tuple())
    return ",".join(f"{side:g}" for side in (x0, y0, round(x1 - x0, 4), round(y1 - y0, 4)))


@dataclass(frozen=True)
class StatedCanvas:
    """The canvas that a work's picture lies on."""

    id: str
    manifest: str = ""
    """The address of its manifest; empty where that is not known."""
    size: tuple[float, float] | None = None
    """Width and height in its own units."""
    part: tuple[float, float, float, float] | None = None
    """Where the picture lies on it, x, y, width, height; None where it fills it."""

    def fragment(self, box: Box) -> str:
        """A place in the picture as a fragment of the canvas (Media Fragments URI 1.0, section 4.2.2): in its units, or
        in per cent where they are not known.

        >>> StatedCanvas("https://example.org/c1", size=(4000, 3000)).fragment(Box(0.1, 0.2, 0.35, 0.5))
        'xywh=400,600,1000,900'
        """
        x0, y0, x1, y1 = box.clipped().as_tuple()
        if self.part is None and self.size is None:
            return f"xywh=percent:{percent(box)}"
        left, top, width, height = self.part or (0.0, 0.0, *(self.size or (0.0, 0.0)))
        ends = [round(left + x0 * width), round(top + y0 * height), round(left + x1 * width), round(top + y1 * height)]
        return f"xywh={ends[0]},{ends[1]},{max(1, ends[2] - ends[0])},{max(1, ends[3] - ends[1])}"


def manifest(work: Work) -> str | None:
    """The address of the work's manifest, in a column that is called so; None where there is none.

    >>> manifest(Work("a.jpg", "", 1, 1, "A", url="https://example.org/iiif/a/manifest.json"))
    'https://example.org/iiif/a/manifest.json'
    """
    headed = [value for name in _MANIFESTS for heading, value in work.extra.items() if _plain(heading) == name]
    if "manifest" in work.url.casefold():  # which a catalogue may have as its only address
        headed.append(work.url)
    return next((value.strip() for value in headed if _is_address(value.strip(), query=True)), None)


def canvas(work: Work) -> StatedCanvas | None:
    """The canvas of the work's picture; None where the catalogue names none."""
    columns = {_plain(heading): value.strip() for heading, value in work.extra.items()}
    own = columns.get(_plain(CANVAS), "")
    if not _is_address(own, query=True):
        return None
    size, part = (_numbers(columns.get(_plain(heading), "")) for heading in (CANVAS_SIZE, CANVAS_PART))
    return StatedCanvas(
        own, manifest(work) or "", (size[0], size[1]) if len(size) == 2 and min(size) > 0 else None,
        (part[0], part[1], part[2], part[3]) if len(part) == 4 and min(part[2:]) > 0 else None,
    )  # fmt: skip


def _numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d{1,9}(?:\.\d{1,9})?", text)]


def served(address: str) -> str | None:
    """The base address in an address of ``info.json``, or of a picture as the Image API has them; None in any other.

    >>> served("https://iiif.org/x/full/max/0/default.jpg")
    'https://iiif.org/x'
    """
    if address.endswith(_INFO):
        return address.removesuffix(_INFO)
    request = _REQUEST.search(address)
    return address[: request.start()] if request else None


def _stated(_: str, address: str) -> str | None:
    return served(address)


def _by_its_name(heading: str, address: str) -> str | None:
    return address if _NAMED.search(_plain(heading)) and not _NO_IMAGE.search(address) else None


def _by_its_looks(_: str, address: str) -> str | None:
    parts = urlsplit(address).path.casefold().strip("/").split("/")
    return address if "iiif" in parts[:-1] and not _NO_IMAGE.search(address) else None


def _plain(heading: str) -> str:
    return re.sub(r"[\s_.\-/]+", " ", heading).strip().casefold()


def _is_address(text: str, query: bool = False) -> bool:
    """Whether a cell is an address of the web, and nothing else; with ``query`` it may have one, or a fragment."""
    if re.search(r"[\s<>\"{}|\\^`]", text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and (query or not (parts.query or parts.fragment))
