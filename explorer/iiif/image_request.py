"""What an address of the IIIF Image API 3.0 asks for: which part of a picture, how large, how turned, in which form.

The four parts of an address, ``{region}/{size}/{rotation}/{quality}.{format}``, are parsed as section 4 of the
specification has them (https://iiif.io/api/image/3.0/), without looking at any pixel.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from explorer.errors import ExplorerError

QUALITIES = ("default", "color", "gray", "bitonal")
FORMATS = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
MOST_ASKED = 3000
"""Pixels on a side of an answer; what is larger is asked for in parts."""
_NUMBER = r"(?:[0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9})"
_WHOLE = r"[0-9]{1,9}"


class NotAsked(ExplorerError):
    """An address that is none, or that asks for what there cannot be (status 400)."""


Pixels = tuple[int, int, int, int]
"""Left, top, width and height."""


@dataclass(frozen=True)
class ImageRequest:
    """What is wanted of one picture; pixels are the upright original's."""

    region: Pixels
    size: tuple[int, int]
    """Width and height of the region when it has been scaled, before it is turned."""
    mirror: bool
    """Mirrored left to right, before it is turned."""
    turn: float
    """Degrees clockwise, 0 to 360."""
    quality: str
    format: str
    canonical: str
    """The one form of this address that the specification prefers (section 4.7)."""

    @property
    def scale(self) -> float:
        """Pixels of the answer for each of the original's, the larger of both sides."""
        return max(self.size[0] / self.region[2], self.size[1] / self.region[3])


def parse_image_request(parts: tuple[str, str, str, str], picture: tuple[int, int]) -> ImageRequest:
    """Parse the ``parts`` of an address (region, size, rotation, quality with format) of a picture of so many pixels.

    Raises :class:`NotAsked` with one sentence for what the specification does not allow.

    >>> request = parse_image_request(("square", "!200,100", "!90", "gray.png"), (3000, 2000))
    >>> request.region, request.size, request.mirror, request.turn
    ((500, 0, 2000, 2000), (100, 100), True, 90.0)
    >>> request.canonical
    '500,0,2000,2000/100,100/!90/gray.png'
    """
    region = _region(parts[0], picture)
    size, upscaled = _size(parts[1], region)
    mirror, turn = _rotation(parts[2])
    quality, form = _quality(parts[3])
    whole = region == (0, 0, *picture)
    wanted = (
        "max" if size == _within(region[2:], 1.0) and not upscaled else f"{'^' if upscaled else ''}{size[0]},{size[1]}"
    )
    turned = f"{'!' if mirror else ''}{turn:g}"
    canonical = f"{'full' if whole else ','.join(map(str, region))}/{wanted}/{turned}/{quality}.{form}"
    return ImageRequest(region, size, mirror, turn, quality, form, canonical)


def _region(text: str, picture: tuple[int, int]) -> Pixels:
    width, height = picture
    if text == "full":
        return 0, 0, width, height
    if text == "square":
        side = min(picture)
        return (width - side) // 2, (height - side) // 2, side, side
    if stated := re.fullmatch(rf"({_WHOLE}),({_WHOLE}),({_WHOLE}),({_WHOLE})", text):
        left, top, across, down = (float(number) for number in stated.groups())
    elif stated := re.fullmatch(rf"pct:({_NUMBER}),({_NUMBER}),({_NUMBER}),({_NUMBER})", text):
        shares = [float(number) / 100 for number in stated.groups()]
        left, top, across, down = shares[0] * width, shares[1] * height, shares[2] * width, shares[3] * height
    else:
        raise NotAsked(f"A region is full, square, x,y,w,h or pct:x,y,w,h, not {text[:40]!r}.")
    x0, y0 = round(left), round(top)
    x1, y1 = min(round(left + across), width), min(round(top + down), height)
    if x1 <= x0 or y1 <= y0:
        raise NotAsked(f"The region {text[:40]!r} has no pixel of the picture, which has {width} by {height}.")
    return x0, y0, x1 - x0, y1 - y0


def _size(text: str, region: Pixels) -> tuple[tuple[int, int], bool]:
    """The size that is asked for, and whether it is larger than the region's on a side."""
    up, plain = text.startswith("^"), text.removeprefix("^")
    own = region[2:]
    size = _stated_size(plain, own, up)
    if size is None:
        raise NotAsked(f"A size is max, w,, ,h, pct:n, w,h or !w,h, or one of these after ^, not {text[:40]!r}.")
    if min(size) < 1:
        raise NotAsked(f"With the size {text[:40]!r} there would be no pixel left.")
    larger = size[0] > own[0] or size[1] > own[1]
    if larger and not up:
        raise NotAsked(f"The size {text[:40]!r} is larger than the region; ^{plain[:40]} would allow that.")
    if max(size) > MOST_ASKED:
        raise NotAsked(f"The size {text[:40]!r} is more than {MOST_ASKED} pixels on a side, the most at a time.")
    return size, larger


def _stated_size(text: str, own: tuple[int, int], up: bool) -> tuple[int, int] | None:
    if text == "max":
        return _within(own, MOST_ASKED / max(own) if up else 1.0)
    if stated := re.fullmatch(rf"pct:({_NUMBER})", text):
        return _scaled(own, float(stated[1]) / 100)
    stated = re.fullmatch(rf"(!?)({_WHOLE})?,({_WHOLE})?", text)
    if stated is None or not (stated[2] or stated[3]) or (stated[1] and not (stated[2] and stated[3])):
        return None
    width, height = (None if side is None else int(side) for side in stated.groups()[1:])
    if stated[1] and width and height:
        factor = min(width / own[0], height / own[1])
        size = _within(own, factor if up else min(factor, 1.0))
        return min(size[0], width), min(size[1], height)
    along = max(1, round(own[0] * (height or 0) / own[1])) if width is None else width
    return along, max(1, round(own[1] * along / own[0])) if height is None else height


def _within(own: tuple[int, int], factor: float) -> tuple[int, int]:
    """A size in its proportions, no larger than may be asked for."""
    return _scaled(own, min(factor, MOST_ASKED / max(own)))


def _scaled(own: tuple[int, int], factor: float) -> tuple[int, int]:
    """A size in its proportions; a side of it has a pixel at least, unless the factor is 0."""
    least = 1 if factor > 0 else 0
    return max(least, round(own[0] * factor)), max(least, round(own[1] * factor))


def _rotation(text: str) -> tuple[bool, float]:
    stated = re.fullmatch(rf"(!?)({_NUMBER})", text)
    if stated is None or float(stated[2]) > 360:
        raise NotAsked(f"A rotation is a number of degrees from 0 to 360, perhaps after !, not {text[:40]!r}.")
    return bool(stated[1]), float(stated[2])


def _quality(text: str) -> tuple[str, str]:
    quality, _, form = text.rpartition(".")
    if quality not in QUALITIES:
        raise NotAsked(f"A quality is one of {', '.join(QUALITIES)}, not {quality[:40]!r}.")
    if form not in FORMATS:
        raise NotAsked(f"A format is one of {', '.join(FORMATS)}, not {form[:40]!r}.")
    return quality, form
