"""Works as manifests and a collection of them, for IIIF viewers: the IIIF Presentation API 3.0.

Source: https://iiif.io/api/presentation/3.0/. A work is a manifest with one canvas, as large as its original in pixels;
its picture is that of the service in :mod:`explorer.iiif.image_info`.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from explorer.collection import Work
from explorer.collection.derivatives import THUMBNAIL_SIDE
from explorer.iiif.image_request import MOST_ASKED, parse_image_request
from explorer.iiif.stated import manifest as manifest_of

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
LD_JSON = f'application/ld+json;profile="{CONTEXT}"'
_FACTS = (
    ("artist", "Artist"), ("date", "Date"), ("medium", "Medium"), ("genre", "Genre"), ("style", "Style"),
    ("holder", "Holder"), ("inventory", "Inventory number"),
)  # fmt: skip
Document = dict[str, Any]


class Addresses:
    """The addresses of one collection's documents and pictures; ``base`` is that of the app, without a slash at its
    end.

    >>> Addresses("https://example.org", "my prints").image("A/recto 1.jpg")
    'https://example.org/iiif/my%20prints/image/A%2Frecto%201.jpg'
    """

    def __init__(self, base: str, collection: str) -> None:
        self.root = f"{base}/iiif/{quote(collection, safe='')}"

    def collection(self) -> str:
        """The collection of all works."""
        return f"{self.root}/collection"

    def manifest(self, work: str) -> str:
        """A work."""
        return f"{self.root}/manifest/{quote(work, safe='')}"

    def canvas(self, work: str) -> str:
        """What the parts of a work are parts of: nothing is at this address itself."""
        return f"{self.manifest(work)}/canvas"

    def image(self, work: str) -> str:
        """The image service of a work."""
        return f"{self.root}/image/{quote(work, safe='')}"


def manifest(work: Work, credit: str, addresses: Addresses) -> Document:
    """A work as a viewer opens it. ``credit`` is what must be shown with it; empty for nothing. A manifest that the
    catalogue names is the work's too, of whoever holds it."""
    own = addresses.manifest(work.id)
    document = {
        "@context": CONTEXT, "id": own, "type": "Manifest", "label": _text(work.title),
        "metadata": list(_metadata(work)),
        "requiredStatement": {"label": _text("Credit line", "en"), "value": _text(credit)},
        "seeAlso": [{"id": manifest_of(work), "type": "Manifest", "format": "application/ld+json"}],
        "homepage": [{"id": work.url, "type": "Text", "label": _text(work.title), "format": "text/html"}],
        "thumbnail": [_thumbnail(work, addresses)],
        "partOf": [{"id": addresses.collection(), "type": "Collection"}],
        "items": [_canvas(work, addresses)],
    }  # fmt: skip
    left_out = {"requiredStatement": not credit, "homepage": not _is_address(work.url), "metadata": False,
                "seeAlso": manifest_of(work) is None}  # fmt: skip
    return {name: value for name, value in document.items() if value and not left_out.get(name)}


def collection(name: str, works: Iterable[Work], addresses: Addresses) -> Document:
    """All works of a collection, each with the address of its manifest."""
    items = [
        {
            "id": addresses.manifest(work.id), "type": "Manifest", "label": _text(work.title),
            "thumbnail": [_thumbnail(work, addresses)],
        }
        for work in works
    ]  # fmt: skip
    label = _text(name)
    return {"@context": CONTEXT, "id": addresses.collection(), "type": "Collection", "label": label, "items": items}


def _canvas(work: Work, addresses: Addresses) -> Document:
    canvas, own = addresses.canvas(work.id), addresses.manifest(work.id)
    painting = {
        "id": f"{own}/painting", "type": "Annotation", "motivation": "painting", "target": canvas,
        "body": _image(work, "full", "max", addresses),
    }  # fmt: skip
    return {
        "id": canvas, "type": "Canvas", "label": _text(work.title), "width": work.width, "height": work.height,
        "items": [{"id": f"{own}/page", "type": "AnnotationPage", "items": [painting]}],
    }  # fmt: skip


def _thumbnail(work: Work, addresses: Addresses) -> Document:
    return _image(work, "full", f"!{THUMBNAIL_SIDE},{THUMBNAIL_SIDE}", addresses)


def _image(work: Work, region: str, size: str, addresses: Addresses) -> Document:
    service = addresses.image(work.id)
    request = parse_image_request((region, size, "0", "default.jpg"), (work.width, work.height))
    return {
        "id": f"{service}/{request.canonical}", "type": "Image", "format": "image/jpeg",
        "width": request.size[0], "height": request.size[1],
        "service": [{
            "id": service, "type": "ImageService3", "profile": "level2", "width": work.width, "height": work.height,
            "maxWidth": MOST_ASKED, "maxHeight": MOST_ASKED,
        }],
    }  # fmt: skip


def _metadata(work: Work) -> Iterator[Document]:
    for name, label in _FACTS:
        if value := work.value(name):
            yield {"label": _text(label, "en"), "value": _text(value)}
    if work.height_cm and work.width_cm:
        size = f"{work.height_cm:g} × {work.width_cm:g} cm"
        yield {"label": _text("Height and width", "en"), "value": _text(size)}
    for heading, value in {**work.extra, **work.kept}.items():
        if heading.strip() and value.strip():
            yield {"label": _text(heading), "value": _text(value)}


def _text(words: str, language: str = "none") -> dict[str, list[str]]:
    """A language map. What looks like HTML to a viewer, since it starts and ends as a tag does, is put as the text that
    it is.

    >>> _text("<b>View</b>")
    {'none': ['<span>&lt;b&gt;View&lt;/b&gt;</span>']}
    """
    plain = words.strip()
    return {
        language: [f"<span>{html.escape(plain)}</span>" if plain.startswith("<") and plain.endswith(">") else plain]
    }


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://")) and not any(character.isspace() for character in text)
