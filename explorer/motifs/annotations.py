"""Motifs as Web Annotations (W3C Recommendation, 2017): one annotation an instance, in an AnnotationCollection.

What an annotation is about is a part of a picture, by a media fragment. The picture is that of a IIIF server where the
catalogue names one, in per cent, since it may have another size than the file here; otherwise the picture as the
running app serves it, in its pixels.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from explorer.collection import Work
from explorer.collection.kept_motifs import KeptInstance
from explorer.collection.pictures import picture_size
from explorer.errors import ExplorerError
from explorer.files import write_atomically
from explorer.geometry import Box
from explorer.iiif.stated import with_services
from explorer.motifs.captions import said_of
from explorer.motifs.layer import ShownMotif
from explorer.plates.origin import Origin
from explorer.plates.pictures import pixels
from explorer.plates.sheet import works_of
from explorer.workspace import Workspace

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
FRAGMENTS = "http://www.w3.org/TR/media-frags/"
Target = dict[str, Any]


@dataclass(frozen=True)
class Annotated:
    """What was made of motifs."""

    collection: dict[str, Any]
    """The AnnotationCollection, for JSON."""
    left_out: tuple[str, ...]
    """Works, each once, whose instances have no picture to point to, since they left the collection."""


def annotated(workspace: Workspace, motifs: Sequence[ShownMotif], origin: Origin, base_url: str = "") -> Annotated:
    """Annotations of all instances of some motifs. ``base_url`` is the address of the running app, for works of which
    the catalogue names no IIIF picture; copies for the screen that it will be asked for are made here.

    Ids are the same whenever the same instance is written again. Raises :class:`ExplorerError` where a base address is
    needed and none is given, and for one that is none.
    """
    targets = _Targets(workspace, tuple(dict.fromkeys(work for motif in motifs for work in motif.works)), base_url)
    collection_id = _urn(workspace.name, "motifs", *(motif.id for motif in motifs))
    items = [
        _annotation(workspace.name, motif, instance, number == 0, target)
        for motif in map(ShownMotif.from_the_first, motifs)
        for number, instance, target in targets.of(motif)
    ]
    page_id = _urn(collection_id, "page 1")
    page = {"id": page_id, "type": "AnnotationPage", "partOf": collection_id, "startIndex": 0, "items": items}
    return Annotated(
        {
            "@context": CONTEXT, "id": collection_id, "type": "AnnotationCollection",
            "label": f"Motifs of {workspace.name}", "generator": _generator(origin), "generated": origin.date,
            "total": len(items), "first": page, "last": page_id,
        },
        targets.gone,
    )  # fmt: skip


def write_annotations(found: Annotated, path: Path) -> None:
    """Write the AnnotationCollection as JSON-LD, whole or not at all."""
    write_atomically(path, json.dumps(found.collection, ensure_ascii=False, indent=1) + "\n")


class _Targets:
    """The parts of pictures that instances are."""

    def __init__(self, workspace: Workspace, ids: tuple[str, ...], base_url: str) -> None:
        self._workspace = workspace
        self._works = works_of(workspace, ids)
        self._services = with_services(self._works.values())
        self._views: dict[str, tuple[str, tuple[int, int]]] = {}
        self._base = _base(base_url)
        self.gone = tuple(work for work in ids if work not in self._works)
        without = [work for work in self._works if work not in self._services]
        if without and not self._base:
            raise ExplorerError(
                f"The catalogue has no IIIF address of {len(without):,} of {len(self._works):,} works, such as "
                f"{without[0]}; give the address of the running app (--base-url)."
            )

    def of(self, motif: ShownMotif) -> Iterator[tuple[int, KeptInstance, Target]]:
        """Its instances, numbered, those that have a picture."""
        for number, instance in enumerate(motif.instances):
            if work := self._works.get(instance.work):
                yield number, instance, self._target(work, instance.box)

    def _target(self, work: Work, box: Box) -> Target:
        if base := self._services.get(work.id):
            x0, y0, x1, y1 = (round(100 * side, 4) for side in box.clipped().as_tuple())
            sides = ",".join(f"{side:g}" for side in (x0, y0, round(x1 - x0, 4), round(y1 - y0, 4)))
            target = _part(f"{base}/full/max/0/default.jpg", f"xywh=percent:{sides}")
            return {**target, "id": f"{base}/pct:{sides}/max/0/default.jpg"}
        if work.id not in self._views:
            view = self._workspace.view(work.id)
            address = "/".join(map(quote, ("pictures", self._workspace.name, *view.parts[-3:])))
            self._views[work.id] = f"{self._base}/{address}", picture_size(view)
        address, size = self._views[work.id]
        x0, y0, x1, y1 = pixels(box, size)
        return _part(address, f"xywh=pixel:{x0},{y0},{x1 - x0},{y1 - y0}")


def _part(picture: str, fragment: str) -> Target:
    return {
        "type": "SpecificResource",
        "source": {"id": picture, "type": "Image", "format": "image/jpeg"},
        "selector": {"type": "FragmentSelector", "conformsTo": FRAGMENTS, "value": fragment},
    }


def _annotation(name: str, motif: ShownMotif, instance: KeptInstance, first: bool, target: Target) -> dict[str, Any]:
    place = [round(side, 4) for side in instance.box.as_tuple()]
    bodies = [
        _text("identifying", motif.name or motif.id),
        _text("tagging", motif.id),
        _text("classifying", instance.relation),
        _text("describing", " ".join(said_of(instance, first))),
        _text("commenting", instance.note),
    ]
    return {
        "id": _urn(name, motif.id, instance.work, repr(place)), "type": "Annotation", "motivation": "identifying",
        "body": [body for body in bodies if body["value"]],
        "target": target,
    }  # fmt: skip


def _text(purpose: str, value: str) -> dict[str, str]:
    return {"type": "TextualBody", "purpose": purpose, "format": "text/plain", "value": value}


def _generator(origin: Origin) -> dict[str, str]:
    name = f"Brueghel Explorer {origin.version}, model {origin.model}, settings {origin.settings}"
    return {"id": _urn("Brueghel Explorer", origin.version, origin.settings), "type": "Software", "name": name}


def _urn(*parts: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(("brueghel-explorer", *parts))).urn


def _base(base_url: str) -> str:
    """The app's address without a slash at its end; empty where none is given."""
    base = base_url.strip().rstrip("/")
    try:
        parts = urlsplit(base)
        sound = not base or (parts.scheme in ("http", "https") and bool(parts.hostname))
    except ValueError:
        sound = False
    if not sound or any(character.isspace() or character in '<>"' for character in base) or "?" in base or "#" in base:
        raise ExplorerError(f"{base_url[:80]!r} is no address of an app; one is such as http://127.0.0.1:7860.")
    return base
