"""Large pictures of the kinds that museums hand over beside PNG, JPEG and plain TIFF, for ``picture_memory.py``.

All are square and of a few grey levels. Some need ``imagecodecs``, which the program does not use.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

Writer = Callable[[Path, int], None]
_DEFLATED = 8


def avif(bits: int = 8, channels: int = 3) -> Writer:
    """AVIF without subsampled colours; of more than 8 bits by ``imagecodecs``."""

    def write(path: Path, side: int) -> None:
        if bits == 8:
            tones = _tones(side, channels, np.uint8)
            Image.fromarray(tones).save(path, "AVIF", speed=10, subsampling="4:4:4", quality=60)
            return
        import imagecodecs

        tones = _tones(side, channels, np.uint16) >> (16 - bits)
        path.write_bytes(imagecodecs.avif_encode(tones, level=60, speed=10, bitspersample=bits, numthreads=2))

    return write


def jpeg2000(channels: int, deep: bool = False) -> Writer:
    """JPEG 2000 in one tile; of 16 bits and several channels by ``imagecodecs``."""

    def write(path: Path, side: int) -> None:
        tones = _tones(side, channels, np.uint16 if deep else np.uint8)
        if not deep or channels == 1:
            Image.fromarray(tones if channels > 1 else tones[..., 0]).save(path, "JPEG2000")
            return
        import imagecodecs

        path.write_bytes(imagecodecs.jpeg2k_encode(tones, level=0, reversible=True))

    return write


def psd(channels: int, mode: int, packed: bool) -> Writer:
    """A Photoshop file without layers: planes one after another, plain or run-length coded; mode 1 grey, 3 RGB, 4
    CMYK."""

    def write(path: Path, side: int) -> None:
        head = b"8BPS" + struct.pack(">H6xHIIHH", 1, channels, side, side, 8, mode) + bytes(12)
        if not packed:
            path.write_bytes(head + struct.pack(">H", 0) + bytes(range(250)) * (channels * side * side // 250 + 1))
            return
        rest = side % 128
        row = b"\x81\x70" * (side // 128) + (bytes([257 - rest, 9]) if rest > 1 else b"\0\x09"[: 2 * rest])
        counts = struct.pack(">H", len(row)) * (channels * side)
        path.write_bytes(head + struct.pack(">H", 1) + counts + row * (channels * side))

    return write


def gif(frames: int, canvas_only: bool) -> Writer:
    """A GIF whose first frame fills its canvas, or is tiny, transparent; then more frames of the same."""

    def write(path: Path, side: int) -> None:
        inner = Image.new("P", (16, 16) if canvas_only else (side, side), 1)
        inner.putpalette([0, 0, 0, 200, 40, 40] + [0] * 762)
        inner.save(path, "GIF", transparency=0)
        content = bytearray(path.read_bytes())
        struct.pack_into("<HH", content, 6, side, side)
        start = content.find(b"\x21\xf9")
        frame = bytes(content[start:-1])
        path.write_bytes(bytes(content[:-1]) + frame * (frames - 1) + b";")

    return write


def tiff(  # noqa: PLR0913 (a TIFF has that many choices)
    *, bits: int, channels: int, compression: int = 1, planes: bool = False, tile: int = 0, big: bool = False,
    most: int = 65535, rows: int = 256,
) -> Writer:  # fmt: skip
    """A TIFF in strips of so many ``rows`` or in square tiles, its ``channels`` interleaved or in ``planes``, of whole
    numbers up to ``most`` or floats (32 bits), as BigTIFF where ``big``: every piece is the same bytes."""

    def write(path: Path, side: int) -> None:
        high, wide = (tile, tile) if tile else (rows, side)
        count = -(-side // high) * (-(-side // wide) if tile else 1) * (channels if planes else 1)
        piece = _piece(high, wide, 1 if planes else channels, bits, most)
        piece = zlib.compress(piece, 1) if compression == _DEFLATED else piece
        start = 16
        kind = 16 if big else 4
        tags = [(256, 4, [side]), (257, 4, [side]), (258, 3, [bits] * channels), (259, 3, [compression]),
                (262, 3, [2 if channels == 3 else 1]), (277, 3, [channels]), (284, 3, [2 if planes else 1]),
                (339, 3, [3 if bits == 32 else 1] * channels)]  # fmt: skip
        tags += [(322, 3, [tile]), (323, 3, [tile])] if tile else [(278, 4, [rows])]
        places, lengths = (324, 325) if tile else (273, 279)
        tags += [(places, kind, [start] * count), (lengths, kind, [len(piece)] * count)]
        _write(path, piece, sorted(tags), big)

    return write


def _write(path: Path, piece: bytes, tags: list[tuple[int, int, list[int]]], big: bool) -> None:
    """The header, one piece of data at 16, the directory of tags behind it and the values that do not fit in there."""
    piece += b"\0" * (len(piece) % 2)
    at = 16 + len(piece)
    room, entry = (8, 20) if big else (4, 12)
    after = at + (8 if big else 2) + entry * len(tags) + room
    directory, more = b"", b""
    for tag, kind, values in tags:
        packed = struct.pack(f"<{len(values)}{ {3: 'H', 4: 'I', 16: 'Q'}[kind] }", *values)
        if len(packed) > room:
            packed, more = struct.pack("<Q" if big else "<I", after + len(more)), more + packed
        directory += struct.pack("<HHQ" if big else "<HHI", tag, kind, len(values)) + packed.ljust(room, b"\0")
    head = struct.pack("<2sHHHQ", b"II", 43, 8, 0, at) if big else struct.pack("<2sHI8x", b"II", 42, at)
    path.write_bytes(head + piece + struct.pack("<Q" if big else "<H", len(tags)) + directory + b"\0" * room + more)


def _piece(high: int, wide: int, channels: int, bits: int, most: int) -> bytes:
    if bits == 1:
        return b"\xaa" * (high * -(-wide // 8))
    values = np.linspace(0, most, wide).astype({8: np.uint8, 16: np.uint16, 32: np.float32}[bits])
    return np.repeat(np.broadcast_to(values, (high, wide))[..., None], channels, axis=2).tobytes()


def _tones(side: int, channels: int, kind: type) -> np.ndarray:
    row = np.linspace(0, np.iinfo(kind).max, side).astype(kind)
    return np.ascontiguousarray(np.broadcast_to(row[None, :, None], (side, side, channels)))


KINDS: dict[str, tuple[str, Writer]] = {
    "avif-444": ("avif", avif()),
    "avif-alpha": ("avif", avif(channels=4)),
    "avif-10bit": ("avif", avif(bits=10)),
    "avif-12bit-alpha": ("avif", avif(bits=12, channels=4)),
    "jpeg2000-grey": ("jp2", jpeg2000(1)),
    "jpeg2000-grey16": ("jp2", jpeg2000(1, deep=True)),
    "jpeg2000-alpha": ("jp2", jpeg2000(4)),
    "jpeg2000-colour16": ("jp2", jpeg2000(3, deep=True)),
    "jpeg2000-alpha16": ("jp2", jpeg2000(4, deep=True)),
    "psd-grey": ("psd", psd(1, 1, False)),
    "psd-colour": ("psd", psd(3, 3, False)),
    "psd-colour-alpha-packed": ("psd", psd(4, 3, True)),
    "psd-cmyk-packed": ("psd", psd(4, 4, True)),
    "gif-frames": ("gif", gif(500, False)),
    "gif-canvas": ("gif", gif(2000, True)),
    "tiff-planes16": ("tif", tiff(bits=16, channels=3, planes=True)),
    "tiff-planes16-12bit": ("tif", tiff(bits=16, channels=3, planes=True, most=4095)),
    "tiff-planes16-deflate": ("tif", tiff(bits=16, channels=3, planes=True, compression=_DEFLATED)),
    "tiff-colour16-12bit": ("tif", tiff(bits=16, channels=3, most=4095)),
    "tiff-colour16-12bit-deflate": ("tif", tiff(bits=16, channels=3, compression=_DEFLATED, most=4095)),
    "tiff-big-tiled": ("tif", tiff(bits=8, channels=3, tile=512, compression=_DEFLATED, big=True, most=255)),
    "tiff-big-tiled16-12bit": ("tif", tiff(bits=16, channels=3, tile=512, compression=_DEFLATED, big=True, most=4095)),
    "tiff-float-tiled": ("tif", tiff(bits=32, channels=1, tile=512, compression=_DEFLATED, most=1)),
    "tiff-line-one-strip": ("tif", tiff(bits=1, channels=1, compression=_DEFLATED, rows=1 << 15)),
    "tiff-line-tiled": ("tif", tiff(bits=1, channels=1, compression=_DEFLATED, tile=4096)),
}  # fmt: skip
