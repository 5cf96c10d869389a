"""Parts of pictures as Web Annotations (W3C Recommendation, 2017) name them, and an AnnotationCollection of them.

A part is one of the canvas that the picture lies on, in the canvas's units, where the catalogue names that; else one of
the picture at a IIIF server, in per cent, since it may have another size than the file here; otherwise one of the
picture which the running app serves (:mod:`explorer.ui.server`), in pixels of the original.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.files import write_atomically
from explorer.geometry import Box
from explorer.iiif.links import region_of
from explorer.iiif.presentation import Addresses
from explorer.iiif.stated import StatedCanvas, canvas, percent, with_services
from explorer.plates.origin import Origin
from explorer.plates.pictures import pixels
from explorer.plates.sheet import works_of
from explorer.workspace import Workspace

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
FRAGMENTS = "http://www.w3.org/TR/media-frags/"
Document = dict[str, Any]


@dataclass(frozen=True)
class Annotated:
    """What was made."""

    collection: Document
    """The AnnotationCollection, for JSON."""
    left_out: tuple[str, ...]
    """Works, each once, of which there is no picture to point to, since they left the collection."""


class Targets:
    """Parts of the pictures of some works, as annotations point to them. ``base_url`` is the address of the running
    app, for works of which the catalogue names neither canvas nor IIIF picture.

    Raises :class:`ExplorerError` where such an address is needed and none is given, and for one that is none.
    """

    def __init__(self, workspace: Workspace, ids: Iterable[str], base_url: str) -> None:
        wanted = tuple(ids)
        self._works = works_of(workspace, wanted)
        self._services = with_services(self._works.values())
        found = ((work.id, canvas(work)) for work in self._works.values())
        self._canvases = {work: stated for work, stated in found if stated}
        self._own = Addresses(base_address(base_url), workspace.name)
        self.gone = tuple(work for work in wanted if work not in self._works)
        without = [work for work in self._works if work not in self._services and work not in self._canvases]
        if without and not base_url.strip():
            raise ExplorerError(
                f"The catalogue has no IIIF address of {len(without):,} of {len(self._works):,} works, such as "
                f"{without[0]}; give the address of the running app (--base-url)."
            )

    def part(self, work_id: str, box: Box) -> Document | None:
        """A part of a work; None where the work left the collection."""
        work = self._works.get(work_id)
        if work is None:
            return None
        if lies_on := self._canvases.get(work.id):
            return _on_canvas(lies_on, box)
        stated = self._services.get(work.id)
        return _in_per_cent(stated, box) if stated else self._in_pixels(work, box)

    def picture(self, work_id: str, box: Box) -> str:
        """The address of a picture of a part; empty where the work left the collection."""
        work, stated = self._works.get(work_id), self._services.get(work_id)
        if work is None:
            return ""
        return region_of(stated, box) if stated else str(self._in_pixels(work, box)["id"])

    def _in_pixels(self, work: Work, box: Box) -> Document:
        x0, y0, x1, y1 = pixels(box, (work.width, work.height))
        sides = f"{x0},{y0},{x1 - x0},{y1 - y0}"
        service = self._own.image(work.id)
        target = _part(f"{service}/full/max/0/default.jpg", f"xywh=pixel:{sides}")
        return {**target, "id": f"{service}/{sides}/max/0/default.jpg"}


def _on_canvas(stated: StatedCanvas, box: Box) -> Document:
    """As IIIF viewers look for annotations: by the canvas (Presentation API 3.0, section 5.6)."""
    source: Document = {"id": stated.id, "type": "Canvas"}
    if stated.manifest:
        source["partOf"] = [{"id": stated.manifest, "type": "Manifest"}]
    selector = {"type": "FragmentSelector", "conformsTo": FRAGMENTS, "value": stated.fragment(box)}
    return {"type": "SpecificResource", "source": source, "selector": selector}


def _in_per_cent(service: str, box: Box) -> Document:
    target = _part(f"{service}/full/max/0/default.jpg", f"xywh=percent:{percent(box)}")
    return {**target, "id": region_of(service, box)}


def _part(picture: str, fragment: str) -> Document:
    return {
        "type": "SpecificResource",
        "source": {"id": picture, "type": "Image", "format": "image/jpeg"},
        "selector": {"type": "FragmentSelector", "conformsTo": FRAGMENTS, "value": fragment},
    }


def annotation(name: str, bodies: Sequence[Document], target: Any, motivation: str = "identifying") -> Document:
    """An annotation called ``name`` (see :func:`urn`), without the bodies that say nothing."""
    said = [body for body in bodies if body["value"]]
    return {"id": name, "type": "Annotation", "motivation": motivation, "body": said, "target": target}


def text(purpose: str, value: str) -> Document:
    """A body of plain text."""
    return {"type": "TextualBody", "purpose": purpose, "format": "text/plain", "value": value}


def annotation_collection(name: str, label: str, items: list[Document], origin: Origin) -> Document:
    """All annotations on one page."""
    page_id = urn(name, "page 1")
    page = {"id": page_id, "type": "AnnotationPage", "partOf": name, "startIndex": 0, "items": items}
    software = f"Brueghel Explorer {origin.version}, model {origin.model}, settings {origin.settings}"
    made_by = {"id": urn("Brueghel Explorer", origin.version, origin.settings), "type": "Software", "name": software}
    return {
        "@context": CONTEXT, "id": name, "type": "AnnotationCollection", "label": label, "generator": made_by,
        "generated": origin.date, "total": len(items), "first": page, "last": page_id,
    }  # fmt: skip


def write_annotations(found: Annotated, path: Path) -> None:
    """Write the AnnotationCollection as JSON-LD, whole or not at all."""
    write_atomically(path, json.dumps(found.collection, ensure_ascii=False, indent=1) + "\n")


def urn(*parts: str) -> str:
    """A name that is the same whenever the same parts are named again."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(("brueghel-explorer", *parts))).urn


def base_address(base_url: str) -> str:
    """The app's address without a slash at its end; empty where none is given. Raises :class:`ExplorerError` for what
    is none."""
    base = base_url.strip().rstrip("/")
    try:
        parts = urlsplit(base)
        sound = not base or (parts.scheme in ("http", "https") and bool(parts.hostname))
    except ValueError:
        sound = False
    if not sound or any(character.isspace() or character in '<>"' for character in base) or "?" in base or "#" in base:
        raise ExplorerError(f"{base_url[:80]!r} is no address of an app; one is such as http://127.0.0.1:7860.")
    return base
