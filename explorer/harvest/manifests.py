"""Manifests and collections of the IIIF Presentation API, versions 2 and 3 (and 1, which is like 2), as they are found.

Pure: JSON in, values out. Institutions leave out what the specification wants, and mix its versions, so everything is
looked for under each of its names, and what is not of the kind that it should be counts as not there. (The libraries
for it do not fit: iiif-prezi3 takes version 3 alone and nothing that is not valid, piffle follows the document as it is
written, iiisight 0.6 takes a part of a picture for all of it, Image API 1.1 for 3, and any service for one of images.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from explorer.errors import ExplorerError
from explorer.harvest.addresses import shown
from explorer.harvest.bodies import Picture, painted
from explorer.harvest.json_values import Document, address_of, kind_of, length, listed, records
from explorer.harvest.texts import plain_text, text, texts

_MOST_METADATA = 60
"""Labels of a manifest that become columns."""


@dataclass(frozen=True)
class Canvas:
    """One picture of a manifest and what is known of it."""

    id: str
    """Of the canvas, as the manifest states it; empty where it states none."""
    number: int
    """Among the pictures of the manifest, from 1."""
    label: str
    width: int
    """Of the canvas, in its own units; 0 where it is not stated."""
    height: int
    picture: Picture | None
    """None where the canvas has none."""


@dataclass(frozen=True)
class Manifest:
    """What a manifest says of the object, and its canvases."""

    id: str
    label: str
    metadata: tuple[tuple[str, str], ...]
    description: str
    credit: str
    rights: str
    provider: str
    homepage: str
    canvases: tuple[Canvas, ...]


@dataclass(frozen=True)
class Listing:
    """A collection: the addresses of what it lists, each with its document where that is inside."""

    id: str
    label: str
    members: tuple[tuple[str, Document | None], ...]
    pages: tuple[str, ...] = ()
    """Where it goes on, of one that comes in pages."""


def read_document(document: Any, address: str) -> Manifest | Listing:
    """The manifest or collection that came from an address. Raises :class:`ExplorerError` where it is neither."""
    if not isinstance(document, dict):
        raise ExplorerError(f"{shown(address)} is no IIIF manifest or collection.")
    kind = kind_of(document)
    own = address_of(document) or address
    if kind == "Collection" or (kind != "Manifest" and any(name in document for name in ("manifests", "members"))):
        return Listing(own, text(document.get("label")), tuple(_members(document)), _pages(document))
    if kind == "Manifest" or "sequences" in document:
        return _manifest(document, own)
    said = plain_text(kind)[:60] or "nothing"
    raise ExplorerError(f"{shown(address)} is no IIIF manifest or collection (it says that it is: {said}).")


# -- collections -------------------------------------------------------------------------------------------------------


def _members(document: Document) -> Iterator[tuple[str, Document | None]]:
    """What is listed, under any name."""
    for name in ("collections", "manifests", "members", "items"):
        for member in listed(document.get(name)):
            if isinstance(member, str):
                yield member, None
            elif isinstance(member, dict) and (address := address_of(member)):
                entire = any(isinstance(member.get(inside), list) for inside in ("items", "sequences"))
                yield address, member if entire else None


def _pages(document: Document) -> tuple[str, ...]:
    """The next page of a long collection (version 2, section 5.9)."""
    found = (each if isinstance(each, str) else address_of(each) if isinstance(each, dict) else ""
             for name in ("first", "next") for each in listed(document.get(name)))  # fmt: skip
    return tuple(filter(None, found))


# -- manifests ---------------------------------------------------------------------------------------------------------


def _manifest(document: Document, own: str) -> Manifest:
    label = text(document.get("label"))
    statement = document.get("requiredStatement")
    credit = text(statement.get("value")) if isinstance(statement, dict) else ""
    provider = next(iter(records(document.get("provider"))), {})
    rights = [str(each) for each in (*listed(document.get("rights")), *listed(document.get("license")))]
    return Manifest(
        own, label, tuple(_metadata(document)), text(document.get("summary") or document.get("description")),
        credit or text(document.get("attribution")), plain_text("; ".join(rights)), text(provider.get("label")),
        _homepage(document), tuple(_canvases(document)),
    )  # fmt: skip


def _metadata(document: Document) -> Iterator[tuple[str, str]]:
    for entry in records(document.get("metadata"))[:_MOST_METADATA]:
        label, value = "; ".join(texts(entry.get("label")))[:80], text(entry.get("value"))
        if label and value:
            yield label, value


def _homepage(document: Document) -> str:
    """The page of the object for people: ``homepage`` of version 3, ``related`` of version 2."""
    for name in ("homepage", "related"):
        for each in listed(document.get(name)):
            address = each if isinstance(each, str) else address_of(each) if isinstance(each, dict) else ""
            kind = str(each.get("format", "")) if isinstance(each, dict) else ""
            if address.startswith(("http://", "https://")) and kind in ("", "text/html", "application/xhtml+xml"):
                return address
    return ""


def _canvases(document: Document) -> Iterator[Canvas]:
    """All pictures, in order; a canvas on which several lie beside each other comes once for each."""
    number = 0
    for canvas in _canvas_documents(document):
        size = length(canvas.get("width")), length(canvas.get("height"))
        pictures = list(painted(canvas, size))
        for picture in (*pictures,) or (None,):
            number += 1
            yield Canvas(address_of(canvas), number, text(canvas.get("label")), *size, picture)


def _canvas_documents(document: Document) -> list[Document]:
    in_sequences = (records(each.get("canvases")) for each in records(document.get("sequences")))
    found = next(filter(None, in_sequences), None) or records(document.get("items"))
    return [each for each in found if kind_of(each) in ("Canvas", "")]
