"""Pictures to print and to take away: a detail, cut from the original, and its work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from explorer.collection import open_picture
from explorer.geometry import Box

AROUND = 0.35
"""What is shown round a detail on each side, as a fraction of its sides."""
DETAIL_SIDE = 1000
"""Pixels of the detail with its surroundings, on its long side: at 8 cm, more than 300 to the inch."""
WORK_SIDE = 800
_QUALITY = 85
_LIGHT, _DARK = (255, 253, 246), (20, 16, 12)


@dataclass(frozen=True)
class PlatePictures:
    """Two pictures as JPEG files, in both of which the place is outlined."""

    detail: bytes
    """The place and what is round it."""
    detail_size: tuple[int, int]
    work: bytes
    """All of its work."""
    work_size: tuple[int, int]


def plate_pictures(path: Path, box: Box, also: Sequence[Box] = ()) -> PlatePictures:
    """The pictures of a place in the original ``path``; ``also`` are further places that are outlined on the whole of
    it. Raises :class:`ExplorerError` when the file cannot be read."""
    around = box.widened(AROUND).clipped()
    needed = round(DETAIL_SIDE / max(around.width, around.height))
    picture = open_picture(path, long_side=max(needed, DETAIL_SIDE)).image
    detail = _reduced(picture.crop(pixels(around, picture.size)), DETAIL_SIDE)
    whole = _reduced(picture, WORK_SIDE)
    inside = Box(
        (box.x0 - around.x0) / around.width, (box.y0 - around.y0) / around.height,
        (box.x1 - around.x0) / around.width, (box.y1 - around.y0) / around.height,
    )  # fmt: skip
    return PlatePictures(_outlined(detail, [inside]), detail.size, _outlined(whole, [*also, box]), whole.size)


def pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The pixels of a box, one at least, inside a picture of this size."""
    x0, y0, x1, y1 = box.clipped().to_pixels(*size)
    x0, y0 = min(x0, size[0] - 1), min(y0, size[1] - 1)
    return x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)


def jpeg(image: Image.Image, quality: int = _QUALITY) -> bytes:
    """A picture as a JPEG file."""
    encoded = BytesIO()
    image.save(encoded, "JPEG", quality=quality)
    return encoded.getvalue()


def _reduced(image: Image.Image, side: int) -> Image.Image:
    copy = image.copy()
    copy.thumbnail((side, side), Image.Resampling.LANCZOS)
    return copy


def _outlined(image: Image.Image, boxes: Sequence[Box]) -> bytes:
    """A light line between two dark ones: it is seen on any ground."""
    drawing = ImageDraw.Draw(image)
    thin = max(1, round(max(image.size) / 500))
    for box in boxes:
        x0, y0, x1, y1 = pixels(box, image.size)
        for outwards, width, colour in ((2 * thin, thin, _DARK), (thin, 2 * thin, _LIGHT), (-thin, thin, _DARK)):
            frame = (max(x0 - outwards, 0), max(y0 - outwards, 0),
                     min(x1 - 1 + outwards, image.width - 1), min(y1 - 1 + outwards, image.height - 1))  # fmt: skip
            if frame[0] <= frame[2] and frame[1] <= frame[3]:
                drawing.rectangle(frame, outline=colour, width=width)
    return jpeg(image)
