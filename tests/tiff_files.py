"""TIFF files as scanners write them, byte by byte: Pillow cannot write those that it reads wrongly."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np

_SHORT, _LONG = 3, 4
_TYPES = {8: np.uint8, 16: np.uint16, 32: np.float32}


def write_tiff(
    path: Path, *pages: np.ndarray, planes: bool = False, big_endian: bool = False, small: int = -1,
    deflated: bool = False, orientation: int = 1,
) -> Path:  # fmt: skip
    """Write pages, ``(H, W)`` or ``(H, W, 3)`` of 8 or 16 bits or floats; ``planes``: one channel after the other; the
    page with the number ``small`` says that it is a smaller copy (subfile type 1)."""
    order = ">" if big_endian else "<"
    content = (b"MM\0*" if big_endian else b"II*\0") + struct.pack(order + "I", 8)
    for number, page in enumerate(pages):
        more = {254: int(number == small), 259: 8 if deflated else 1, 274: orientation}
        directory = _page(page, len(content), order, planes, more, last=number == len(pages) - 1)
        content += directory
    path.write_bytes(content)
    return path


def _page(
    page: np.ndarray, start: int, order: str, planes: bool, more: dict[int, int], last: bool
) -> bytes:  # fmt: skip
    height, width = page.shape[:2]
    channels = 1 if page.ndim == 2 else page.shape[2]
    bits = page.dtype.itemsize * 8
    raw = page.astype(np.dtype(_TYPES[bits]).newbyteorder(order))
    strips = [raw[..., channel].tobytes() for channel in range(channels)] if planes else [raw.tobytes()]
    strips = [zlib.compress(strip) if more[259] == 8 else strip for strip in strips]
    tags = [
        (254, _LONG, [more[254]]), (256, _LONG, [width]), (257, _LONG, [height]), (258, _SHORT, [bits] * channels),
        (259, _SHORT, [more[259]]), (262, _SHORT, [2 if channels == 3 else 1]), (273, _LONG, [0] * len(strips)),
        (274, _SHORT, [more[274]]), (277, _SHORT, [channels]), (278, _LONG, [height]),
        (279, _LONG, list(map(len, strips))), (284, _SHORT, [2 if planes else 1]),
        (339, _SHORT, [3 if bits == 32 else 1] * channels),
    ]  # fmt: skip
    behind = start + 2 + 12 * len(tags) + 4
    sizes = [len(values) * (2 if kind == _SHORT else 4) for _, kind, values in tags]
    data_at = behind + sum(size for size in sizes if size > 4)
    offsets = [data_at + sum(map(len, strips[:number])) for number in range(len(strips))]
    entries, apart = b"", b""
    for (tag, kind, values), size in zip(tags, sizes, strict=True):
        packed = struct.pack(
            f"{order}{len(values)}{'H' if kind == _SHORT else 'I'}", *(offsets if tag == 273 else values)
        )
        if size > 4:
            entries += struct.pack(order + "HHII", tag, kind, len(values), behind + len(apart))
            apart += packed
        else:
            entries += struct.pack(order + "HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    body = b"".join(strips)
    end = data_at + len(body)
    return struct.pack(order + "H", len(tags)) + entries + struct.pack(order + "I", 0 if last else end) + apart + body
