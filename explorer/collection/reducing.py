"""A decoded picture brought to 8 bits a channel and to the size that is wanted, strip by strip.

Conversions need several times the room of what they convert. So they are made of a strip at a time, and what is kept of
it is already as narrow as the result. The pixels are those that conversion and reduction of the whole would give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image

from explorer.collection.deep_tiff import white_of

_STRIP = 1_000_000  # pixels
_GAP = 2.0  # how much larger than the result a picture may be after averaging blocks; Pillow's reducing_gap
_PREMULTIPLIED = {"LA": "La", "RGBA": "RGBa"}
"""Colours count as much as they are opaque when pixels are blended."""

Conversion = Callable[[Image.Image], Image.Image]


def fitting(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """A size in its proportions that is at most ``long_side`` long."""
    factor = min(1.0, long_side / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def eight_bit(image: Image.Image) -> Image.Image:
    """Deep greys (``I;16``, ``I``, ``F``) brought to 8 bits, palettes and line art to tones that can be blended."""
    conversion = _conversion(image)
    return image if conversion is None else _stacked(image, 1, conversion)


def narrowed(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The first half of a reduction to ``size``: 8 bits, the width of ``size``, and the height not yet.

    It is separate from :func:`shortened` so that the caller can let go of the original in between.
    """
    conversion = _conversion(image) or Image.Image.copy
    mode = _PREMULTIPLIED.get(conversion(image.crop((0, 0, 1, 1))).mode)
    across, down = _blocks(image.size, size) if mode is None else (1, 1)
    box = image.width / across

    def narrow(strip: Image.Image) -> Image.Image:
        strip = conversion(strip)
        if mode:
            strip = strip.convert(mode)
        elif across > 1 or down > 1:
            strip = strip.reduce((across, down))
        return strip.resize((size[0], strip.height), Image.Resampling.LANCZOS, (0, 0, box, strip.height))

    return _stacked(image, down, narrow)


def shortened(image: Image.Image, size: tuple[int, int], original: tuple[int, int]) -> Image.Image:
    """The second half: what :func:`narrowed` gave of a picture of the size ``original``, in ``size``."""
    mode = {blended: plain for plain, blended in _PREMULTIPLIED.items()}.get(image.mode)
    down = _blocks(original, size)[1] if mode is None else 1
    image = image.resize(size, Image.Resampling.LANCZOS, (0, 0, image.width, original[1] / down))
    return image.convert(mode) if mode else image


def _blocks(original: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    """Width and height of the blocks that are averaged before the picture is resampled."""
    across, down = (int(before / after / _GAP) or 1 for before, after in zip(original, size, strict=True))
    return across, down


def _stacked(image: Image.Image, block: int, change: Conversion) -> Image.Image:
    """What ``change`` makes of each strip of a picture, one below another; it divides heights by ``block``."""
    whole: Image.Image | None = None
    for top, strip in _strips(image, block):
        piece = change(strip)
        if whole is None:
            whole = Image.new(piece.mode, (piece.width, -(-image.height // block)))
        whole.paste(piece, (0, top // block))
    return whole or image


def _strips(image: Image.Image, block: int = 1) -> Iterator[tuple[int, Image.Image]]:
    """Strips of a picture's full width and whole blocks high, each with its first row."""
    rows = max(1, _STRIP // image.width // block) * block
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _conversion(image: Image.Image) -> Conversion | None:
    """What brings any part of the picture to 8 bits, or None where it has them and can be blended."""
    transparent = "transparency" in image.info
    if image.mode == "P" or (image.mode in ("1", "L", "RGB") and transparent):
        return lambda strip: strip.convert("RGBA" if transparent else "RGB")
    if image.mode == "1":
        return lambda strip: strip.convert("L")
    if not (image.mode.startswith("I") or image.mode == "F"):
        return None
    white = _white(image)
    return lambda strip: Image.fromarray(np.clip(_values(strip) / white * 255, 0, 255).astype(np.uint8))


def bits_used(image: Image.Image) -> int:
    """Of a grey of 16 bits how many it uses, where these are few and so stretched; else 0."""
    if not image.mode.startswith("I;16"):
        return 0
    white = int(_white(image))
    return white.bit_length() if 255 < white < 65535 else 0


def _white(image: Image.Image) -> float:
    """The value of a deep grey that becomes white."""
    most = max(float(_values(strip).max()) for _, strip in _strips(image))
    if 255 < most <= 65535:  # as many bits as it uses, where that is a scan of 10, 12 or 14 in 16
        return float(white_of(int(most)))
    return 255.0 if 1 < most <= 255 else max(most, 1.0)


def _values(strip: Image.Image) -> np.ndarray:
    """Values of a deep grey; what is not a number counts as 0."""
    return np.nan_to_num(np.asarray(strip, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)
