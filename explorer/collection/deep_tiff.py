"""TIFF files with more than 8 bits a channel or several pages, which Pillow reads in part or wrongly.

Pillow gives the high byte of each 16-bit channel, and of planes that lie one after another and are not compressed it
takes every byte for a value. Which bytes it takes is said in its list of tiles; asked for the other byte order it
gives the low byte, so both together are all that the file has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from PIL import Image

_BITS, _PLANES = 258, 284
"""Tags of TIFF."""
MOST_PAGES = 200
"""Pages of a file that are looked at."""
_DARK = 64
"""High bytes are all below this where no more than 14 of 16 bits are used: scans of 10, 12 and 14 bits."""
_STRIP = 1_000_000  # pixels


def show_largest_page(image: Image.Image) -> str:
    """Go to the page of a TIFF with the most pixels, the first of those. Returns what is to be said of it: empty where
    there is one page, or where the others are only smaller copies."""
    sizes = _page_sizes(image)
    if len(sizes) < 2:
        return ""
    best = sizes.index(max(sizes))
    image.seek(best)
    proportions = {round(size / max(sizes), 3) for size in sizes}
    told = best != 0 or len(proportions) != len(sizes)
    return f"page {best + 1} of {len(sizes)} is shown, the largest" if told else ""


def largest_page(image: Image.Image) -> int:
    """The page that :func:`show_largest_page` shows, counted from 0."""
    sizes = _page_sizes(image)
    return sizes.index(max(sizes)) if sizes else 0


def show_page(image: Image.Image, page: int) -> str:
    """Go to a page, counted from 1; returns what is to be said. Raises :class:`EOFError` where it is not there."""
    image.seek(page - 1)
    return f"page {page} of {getattr(image, 'n_frames', 1)} is shown"


def _page_sizes(image: Image.Image) -> list[int]:
    """Pixels of each page of a TIFF; nothing for other files and of a single page."""
    pages = min(getattr(image, "n_frames", 1), MOST_PAGES)
    if image.format != "TIFF" or pages < 2:
        return []
    sizes = []
    for page in range(pages):
        image.seek(page)
        sizes.append(image.width * image.height)
    return sizes


def is_deep(image: Any) -> bool:
    """Whether a picture of Pillow's is a TIFF with 16 bits a channel of which it gives eight."""
    tags = getattr(image, "tag_v2", {}) if image.format == "TIFF" else {}
    return image.mode in ("RGB", "RGBA", "RGBX") and max(tags.get(_BITS, (8,))) == 16


def take_high_bytes(image: Any) -> None:
    """Make Pillow read the planes of such a TIFF right; call it before the picture is loaded."""
    if is_deep(image) and image.tag_v2.get(_PLANES) == 2:
        order = ";16B" if image.tag_v2.prefix == b"MM" else ";16L"
        _read_as(image, lambda mode: f"{mode}{order}" if len(mode) == 1 else mode)


def take_low_bytes(image: Any) -> bool:
    """Make Pillow read the low bytes instead, before the picture is loaded; False where it cannot."""
    take_high_bytes(image)
    if image.tag_v2.get(_PLANES) == 2 and any(tile[0] != "raw" for tile in image.tile):
        return False
    other = {";16L": ";16B", ";16B": ";16L", ";16N": ";16B"}
    if any(_mode(tile)[-4:] not in other for tile in image.tile):
        return False
    _read_as(image, lambda mode: mode[:-4] + other[mode[-4:]])
    return True


def uses_few_bits(high: Image.Image) -> bool:
    """Whether the high bytes of a picture are so small that its tones would be nearly black."""
    tones = high.histogram()  # of each channel 256, and no copies of the channels
    return not any(any(tones[256 * channel + _DARK : 256 * (channel + 1)]) for channel in range(3))


def combined(high: Image.Image, low: Image.Image) -> tuple[Image.Image, int]:
    """A picture of 8 bits from the high and the low bytes of one that uses few of its 16, stretched to the bits that it
    uses; and how many these are. It is made in the place of ``high``: a third one would not fit into the memory."""
    most = max(int((_bytes(top) * 256 + _bytes(bottom)).max()) for _, top, bottom in _strips(high, low))
    white = white_of(most)
    for row, top, bottom in _strips(high, low):
        values = (_bytes(top) * 256 + _bytes(bottom)) * (255.0 / white)
        high.paste(Image.fromarray(np.clip(values + 0.5, 0, 255).astype(np.uint8)), (0, row))
    return high, white.bit_length()


def white_of(most: int) -> int:
    """The largest value of the bits that a picture uses whose largest value is ``most``.

    >>> white_of(4000), white_of(700), white_of(60_000)
    (4095, 1023, 65535)
    """
    return (1 << max(most, 1).bit_length()) - 1 if most < _DARK * 256 else 65535


def _mode(tile: Any) -> str:
    arguments = tile[3]
    return arguments[0] if isinstance(arguments, tuple) else arguments


def _read_as(image: Any, change: Callable[[str], str]) -> None:
    image.tile = [
        type(tile)(*tile[:3], (change(_mode(tile)), *tile[3][1:]) if isinstance(tile[3], tuple) else change(tile[3]))
        for tile in image.tile
    ]


def _bytes(strip: Image.Image) -> np.ndarray:
    return np.asarray(strip.convert("RGB"), dtype=np.uint32)


def _strips(high: Image.Image, low: Image.Image) -> Iterator[tuple[int, Image.Image, Image.Image]]:
    rows = max(1, _STRIP // high.width)
    for top in range(0, high.height, rows):
        box = (0, top, high.width, min(top + rows, high.height))
        yield top, high.crop(box), low.crop(box)
