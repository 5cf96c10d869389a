"""JPEG files that lack the mark at their end, and nothing else.

Some scanners and copies lose the last two bytes. A file that was truly cut lacks blocks at its end, which the decoder
leaves grey: such a file is not taken.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

_END = b"\xff\xd9"
_LOST = 128
"""The tone of blocks whose data are missing (libjpeg: all coefficients are 0)."""
_FILLED = 16
"""Zero bytes at the end that no picture has: a copy that was given its length and then stopped."""


def with_end(path: Path, image: Image.Image) -> Image.Image | None:
    """The loaded picture of a file whose header was read as ``image`` and that could not be decoded to its end; None
    where more than the mark is missing, or that cannot be told. Progressive files are not taken: of these a cut shows
    in nothing but fine detail."""
    if image.format != "JPEG" or image.info.get("progressive"):
        return None
    raw = path.read_bytes()
    if raw.endswith(_END) or raw.endswith(bytes(_FILLED)):
        return None
    raw = raw[:-1] if raw.endswith(b"\xff") else raw
    whole = Image.open(io.BytesIO(raw + _END), formats=("JPEG",))
    if image.size != whole.size:  # asked to be decoded at a fraction of its size
        whole.draft(None, image.size)
    whole.load()
    return whole if _is_whole(whole) else None


def _is_whole(image: Image.Image) -> bool:
    """Whether the last block, at the lower right, was in the file: else it is middle grey to the corner."""
    corner = np.asarray(image.crop((image.width - 1, image.height - 1, image.width, image.height)), dtype=int)
    return bool(np.abs(corner - _LOST).max() > 1)
