"""Which requests of the Image API bring a picture of about the wanted size, the best one first.

Sources: the IIIF Image API 1.1, 2.1.1 and 3.0, sections 4.2 (size) and 5 (image information). Servers state more than
they can and can more than they state, so what fails is followed by what every server has.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from explorer.harvest.bodies import Picture, level_of, version_of
from explorer.harvest.json_values import length, listed, records

WANTED = 3000
"""Pixels of the longer side, by default: the viewer shows up to 2,400, and the encoder sees less."""
_NEAR = 1.35
"""A size that a server keeps ready is taken where it is at most so many times as large as the wanted one."""
Size = tuple[int, int]


@dataclass(frozen=True)
class Served:
    """What is known of a picture at its service."""

    size: Size | None = None
    """In pixels, whole."""
    version: int = 2
    level: int = 1
    ready: tuple[Size, ...] = ()
    """Sizes that the server keeps ready, the smallest first."""
    most_width: float = math.inf
    most_height: float = math.inf
    most_area: float = math.inf


def served_as(picture: Picture, info: Any) -> Served:
    """What ``info.json`` says, and the manifest where that is silent; ``info`` may be anything."""
    info = info if isinstance(info, dict) else {}
    about = " ".join(str(each) for name in ("@context", "type", "@type", "protocol", "profile")
                     for each in listed(info.get(name)) if isinstance(each, str))  # fmt: skip
    width, height = length(info.get("width")) or picture.width, length(info.get("height")) or picture.height
    limits = {**next(iter(records(info.get("profile"))), {}), **info}  # version 2 has them in its profile
    across, down = (length(limits.get(name)) for name in ("maxWidth", "maxHeight"))
    sizes = [(length(each.get("width")), length(each.get("height"))) for each in records(info.get("sizes"))]
    level = level_of(about)
    level = picture.level if level is None else level
    return Served(
        (width, height) if width and height else None,
        version_of(about) or picture.version or 2, 1 if level is None else level,
        tuple(sorted(size for size in sizes if all(size))),
        across or math.inf, down or across or math.inf, _area(limits),
    )  # fmt: skip


def _area(limits: dict[str, Any]) -> float:
    """The most pixels in all, which may be more than any length."""
    stated = limits.get("maxArea")
    return float(stated) if isinstance(stated, int) and not isinstance(stated, bool) and stated > 0 else math.inf


def requests(picture: Picture, served: Served, wanted: int = WANTED) -> tuple[str, ...]:
    """Addresses at which the picture is, to be tried in this order; ``wanted`` is the longer side in pixels.

    >>> requests(Picture("", "https://iiif.org/x"), Served((6000, 4000), 2))[0]
    'https://iiif.org/x/full/3000,/0/default.jpg'
    """
    if not picture.service:
        return (picture.image,) if picture.image else ()
    region = picture.region or "full"
    quality = "native" if served.version == 1 else "default"
    sizes = list(dict.fromkeys(_sizes(picture, served, wanted)))
    asked = [f"{picture.service}/{region}/{size}/{picture.rotation}/{quality}.jpg" for size in sizes]
    own = [picture.image] if picture.image else []
    return tuple(dict.fromkeys([*asked, *own]))


def _sizes(picture: Picture, served: Served, wanted: int) -> list[str]:
    """The parameter of size, the best one first."""
    whole = ["max", "full"] if served.version == 3 else ["full", "max"] if served.version == 2 else ["full"]
    confined = f"!{wanted},{wanted}"
    size = _part_size(picture, served.size)
    if size is None:
        return [confined, *whole] if served.level > 0 else whole
    fit = _fitting(size, served, wanted)
    entire = not picture.region
    ready = _ready(served, max(fit)) if entire else None
    if served.level == 0:
        largest = [_canonical(ready or served.ready[-1], served)] if entire and served.ready else []
        return [*largest, *whole] if max(size) > wanted or not largest else [*whole, *largest]
    if fit == size:
        return [*whole, f"{fit[0]},"]
    scaled = [f"{fit[0]},", confined] if served.version < 3 else [f"{fit[0]},{fit[1]}", f"{fit[0]},", confined]
    return [*([_canonical(ready, served)] if ready else []), *scaled, *whole]


def _fitting(size: Size, served: Served, wanted: int) -> Size:
    """The size in which the picture is wanted: never enlarged, and within what the server gives."""
    width, height = size
    scale = min(1.0, wanted / max(size), served.most_width / width, served.most_height / height,
                math.sqrt(served.most_area / (width * height)))  # fmt: skip
    if scale == 1.0:
        return size
    return max(1, math.floor(width * scale)), max(1, math.floor(height * scale))


def _ready(served: Served, long_side: int) -> Size | None:
    """The smallest size kept ready that is no smaller than wanted, and not much larger either; of a server that has
    nothing else, the one or the other."""
    enough = [size for size in served.ready if max(size) >= long_side]
    if served.level == 0:
        return enough[0] if enough else None
    near = [size for size in enough if max(size) <= _NEAR * long_side
            and size[0] <= served.most_width and size[1] <= served.most_height]  # fmt: skip
    return near[0] if near else None


def _canonical(size: Size, served: Served) -> str:
    """A size in the form in which static servers have it (2.1, section 4.7; 3.0, section 4.7)."""
    return f"{size[0]},{size[1]}" if served.version == 3 else f"{size[0]},"


def _part_size(picture: Picture, size: Size | None) -> Size | None:
    """The size of what is painted, of a picture of which a part may be."""
    if not picture.region:
        return size
    region = picture.region
    if region == "square":
        return None if size is None else (min(size), min(size))
    percent = region.startswith("pct:")
    try:
        _, _, width, height = (float(side) for side in region.removeprefix("pct:").split(","))
    except ValueError:
        return None
    if percent:
        if size is None:
            return None
        width, height = width * size[0] / 100, height * size[1] / 100
    return (round(width), round(height)) if width >= 1 and height >= 1 else None
