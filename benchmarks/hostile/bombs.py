"""Small files that ask for much: memory, time, recursion. Each must be a picture or a sentence within bounds."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from functools import cache

from PIL import Image

from benchmarks.hostile.mutations import ANYTHING, Hostile
from benchmarks.hostile.seed_pictures import SeedPicture, seed_pictures


@cache
def bombs() -> tuple[Hostile, ...]:
    """All of them."""
    return tuple(
        Hostile(f"bomb: {words}", ending, content, ANYTHING, SeedPicture(words, ending, content))
        for words, ending, content in (*_pngs(), *_jpegs(), *_others())
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(width: int, height: int, bits: int, colour: int, *more: bytes, data: bytes | None = None) -> bytes:
    """A PNG of zeros, whole; ``colour`` 0 is grey, 2 is RGB."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    row = 1 + (width * bits * (3 if colour == 2 else 1) + 7) // 8
    packed = _zeros(row * height) if data is None else data
    body = _chunk(b"IHDR", header) + b"".join(more) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _zeros(count: int) -> bytes:
    """So many zeros, packed without ever being in memory together."""
    packer, block = zlib.compressobj(9), bytes(1 << 20)
    parts = [packer.compress(block) for _ in range(count >> 20)]
    return b"".join([*parts, packer.compress(bytes(count & 0xFFFFF)), packer.flush()])


def _pngs() -> Iterator[tuple[str, str, bytes]]:
    zeros = _zeros(60 << 20)
    yield "PNG of 144 million black and white pixels", "png", _png(12_000, 12_000, 1, 0)
    yield "PNG of 100 million pixels in RGB", "png", _png(10_000, 10_000, 8, 2)
    yield "PNG of 25 million grey pixels of 16 bits", "png", _png(5000, 5000, 16, 0)
    yield "PNG of 2 to the 31 pixels square", "png", _png(2**31 - 1, 2**31 - 1, 8, 2, data=zeros[:99])
    yield "PNG of 150 million pixels in one row", "png", _png(150_000_000 // 16, 16, 1, 0)
    yield "PNG with 60 MB of words", "png", _png(64, 64, 8, 0, _chunk(b"zTXt", b"a\0\0" + zeros))
    yield "PNG with a profile of 60 MB", "png", _png(64, 64, 8, 2, _chunk(b"iCCP", b"a\0\0" + zeros))
    yield "PNG with 60 MB too many", "png", _png(64, 64, 8, 2, data=zeros)
    yield "PNG with 100,000 chunks", "png", _png(64, 64, 8, 2, _chunk(b"tEXt", b"a\0b") * 100_000)


def _jpegs() -> Iterator[tuple[str, str, bytes]]:
    buffer = io.BytesIO()
    Image.new("L", (2000, 2000), 128).save(buffer, "JPEG", progressive=True, quality=80)
    content = buffer.getvalue()
    scan = content[content.rfind(b"\xff\xc4") : -2]
    yield "JPEG of 20,000 scans", "jpg", content[:-2] + scan * 20_000 + content[-2:]
    yield "JPEG with 10,000 comments", "jpg", content[:2] + b"\xff\xfe\x00\x04ab" * 10_000 + content[2:]
    yield "JPEG of nothing but markers", "jpg", content[:20] + b"\xff\xff" * 500_000
    loop = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0"
    yield (
        "JPEG whose EXIF leads back to itself",
        "jpg",
        (content[:2] + b"\xff\xe1" + struct.pack(">H", len(loop) + 2) + loop + content[2:]),
    )


def _others() -> Iterator[tuple[str, str, bytes]]:
    seeds = {picture.name: picture.content for picture in seed_pictures()}
    tiff = bytearray(seeds["TIFF"])
    start = struct.unpack_from("<I", tiff, 4)[0]
    count = struct.unpack_from("<H", tiff, start)[0]
    looping = bytes(tiff)
    struct.pack_into("<I", tiff, start + 2 + 12 * count, start)
    yield "TIFF whose pages lead back to the first", "tif", bytes(tiff)
    for at in range(start + 2, start + 2 + 12 * count, 12):
        one = bytearray(looping)
        struct.pack_into("<I", one, at + 4, 0x7FFFFFFF)
        tag = struct.unpack_from("<H", one, at)[0]
        yield f"TIFF with two thousand million values of tag {tag}", "tif", bytes(one)
    strip = _zeros(60 << 20)
    entries = [(256, 64), (257, 64), (258, 8), (259, 8), (262, 1), (273, 134), (277, 1), (278, 64), (279, len(strip))]
    head = b"II*\0" + struct.pack("<IH", 8, len(entries))
    head += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries) + bytes(4)
    yield "TIFF whose strip unpacks to 60 MB", "tif", head.ljust(134, b"\0") + strip
    gif = bytearray(seeds["GIF"])
    struct.pack_into("<HH", gif, 6, 12_000, 12_000)
    yield "GIF of 144 million pixels, nearly all bare", "jpg", bytes(gif)
    yield "GIF of 2,000 frames", "jpg", seeds["GIF"][:-1] + seeds["GIF"][seeds["GIF"].find(b",") : -1] * 2000 + b";"
