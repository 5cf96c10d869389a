"""Which pictures are painted onto a canvas: of which server, which part of them, and where on the canvas.

A canvas of version 2 has ``images``, annotations with a ``resource`` ``on`` it; one of version 3 has pages of
annotations with a ``body`` and a ``target``. What is painted may be a choice of pictures, of which the first is taken
(a default of version 2), or a part of a picture, by a selector of the Image API or in its address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from explorer.harvest.json_values import Document, address_of, kind_of, length, listed, records
from explorer.iiif.stated import served

Place = tuple[float, float, float, float]
_ON_CANVAS = re.compile(r"#.*?xywh=(pixel:|percent:|pct:)?(-?[\d.]+),(-?[\d.]+),([\d.]+),([\d.]+)")
_REQUEST = re.compile(r"/(full|square|\d+,\d+,\d+,\d+|pct:[\d.,]+)/[^/]+/(!?[\d.]+)/\w+\.\w{2,4}$")
_NO_PICTURES = ("Video", "Sound", "Audio", "MovingImage", "TextualBody", "Text", "ContentAsText", "Model", "Dataset")
_DEEPEST = 6
"""Choices of choices, and parts of parts."""


@dataclass(frozen=True)
class Picture:
    """A picture as a canvas names it."""

    image: str
    """Its own address; empty where only a service is named."""
    service: str = ""
    """The base address of its image service, without a slash at its end."""
    version: int = 0
    """Of the Image API, 1 to 3, where the manifest says it."""
    level: int | None = None
    """Of compliance, 0 to 2, where the manifest says it."""
    width: int = 0
    """Of the whole picture in pixels, 0 where it is not stated."""
    height: int = 0
    region: str = ""
    """The part that is painted, in the words of the Image API; empty for all of it."""
    rotation: str = "0"
    place: Place | None = None
    """Where it lies on its canvas: x, y, width, height in the canvas's units; None where it fills it."""

    @property
    def entire(self) -> bool:
        """Whether all of the picture is painted, and upright: places in it are places in what its service has."""
        return not self.region and self.rotation == "0"


def painted(canvas: Document, size: tuple[int, int]) -> Iterator[Picture]:
    """The pictures of a canvas of ``size``, 0 where that is not stated."""
    for annotation in _annotations(canvas):
        motivation = " ".join(map(str, listed(annotation.get("motivation")))) or "painting"
        if not motivation.endswith("painting"):
            continue
        target = annotation.get("target") or annotation.get("on")
        for body in listed(annotation.get("body") or annotation.get("resource")):
            if picture := _picture(body, _place(target, size), 0):
                yield picture


def _annotations(canvas: Document) -> Iterator[Document]:
    yield from records(canvas.get("images"))
    for page in records(canvas.get("items")):
        yield from records(page.get("items"))


def _picture(body: Any, place: Place | None, depth: int) -> Picture | None:
    if isinstance(body, str):
        body = {"id": body}
    if not isinstance(body, dict) or depth > _DEEPEST:
        return None
    kind = kind_of(body)
    if kind == "Choice":
        options = [body.get("default"), *listed(body.get("items")), *listed(body.get("item"))]
        return next((found for option in options if (found := _picture(option, place, depth + 1))), None)
    if kind == "SpecificResource":
        return _part(body, _picture(body.get("source") or body.get("full"), place, depth + 1))
    if kind in _NO_PICTURES or str(body.get("format") or "image/").partition("/")[0] != "image":
        return None
    found = _served(body, place)
    return _of_address(found) if found else None


def _served(body: Document, place: Place | None) -> Picture | None:
    """A picture with the service that it names, if any."""
    address = address_of(body)
    sides = tuple(length(body.get(name)) for name in ("width", "height"))
    for service in [{"@id": each} if isinstance(each, str) else each for each in listed(body.get("service"))]:
        base = address_of(service).removesuffix("/info.json").rstrip("/") if isinstance(service, dict) else ""
        about = _about(service) if base else ""
        if base and (not about or "image" in about or level_of(about) is not None):
            stated = tuple(length(service.get(name)) for name in ("width", "height"))
            width, height = stated if all(stated) else sides
            return Picture(address, base, version_of(about), level_of(about), width, height, place=place)
    return Picture(address, "", 0, None, sides[0], sides[1], place=place) if address else None


def _of_address(picture: Picture) -> Picture:
    """The same with what its address says, where that is a request of the Image API: a part, a turn, a service."""
    found = _REQUEST.search(picture.image)
    if found:
        picture = _cut(picture, found[1], found[2])
    return replace(picture, service=picture.service or served(picture.image) or "")


def _cut(picture: Picture, region: str, rotation: str) -> Picture:
    turned = "0" if re.fullmatch(r"0+(\.0*)?", rotation) else rotation
    return replace(picture, region="" if region == "full" else region, rotation=turned)


def _part(body: Document, picture: Picture | None) -> Picture | None:
    """A picture of which a selector takes a part."""
    if picture is None:
        return None
    for selector in records(body.get("selector")):
        if kind_of(selector) == "ImageApiSelector":
            region, rotation = str(selector.get("region") or "full"), str(selector.get("rotation") or "0")
            if re.fullmatch(r"full|square|\d+,\d+,\d+,\d+|pct:[\d.,]+", region) and re.fullmatch(r"!?[\d.]+", rotation):
                return _cut(picture, region, rotation)
    return picture


def _place(target: Any, size: tuple[int, int]) -> Place | None:
    """Where on its canvas a target lies; None where it is all of it, or cannot be told."""
    target = next(iter(listed(target)), None)
    address = target if isinstance(target, str) else ""
    if isinstance(target, dict):
        selector = next(iter(records(target.get("selector"))), {})
        value = str(selector.get("value") or "")
        address = f"#{value.removeprefix('#')}" if value else address_of(target)
    found = _ON_CANVAS.search(address)
    if not found:
        return None
    try:
        x, y, width, height = (float(found[number]) for number in range(2, 6))
    except ValueError:
        return None
    if found[1] in ("percent:", "pct:"):
        x, y, width, height = x * size[0] / 100, y * size[1] / 100, width * size[0] / 100, height * size[1] / 100
    fills = abs(x) < 1 and abs(y) < 1 and abs(width - size[0]) < 2 and abs(height - size[1]) < 2
    return None if fills or not (width and height) else (x, y, width, height)


def version_of(about: str) -> int:
    """The version of the Image API in what a service says of itself; 0 where it says nothing.

    >>> version_of("http://iiif.io/api/image/2/context.json"), version_of("ImageService3 level1")
    (2, 3)
    """
    found = re.search(r"/image/(\d)|imageservice(\d)|image-api/(\d)", about.casefold())
    return min(3, max(1, int(found[1] or found[2] or found[3]))) if found else 0


def level_of(about: str) -> int | None:
    """The level of compliance in what a service says of itself.

    >>> level_of("http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level1")
    1
    """
    found = re.search(r"level-?([012])", about.casefold())
    return int(found[1]) if found else None


def _about(service: Document) -> str:
    """What a service says of its kind, in one text."""
    said = [service.get(name) for name in ("@context", "type", "@type", "profile")]
    return " ".join(str(each).casefold() for value in said for each in listed(value) if isinstance(each, str))
