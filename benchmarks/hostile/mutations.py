"""Seeded damage to valid picture files: what a disk, a transfer, a careless program or somebody hostile makes of them.

What a mutation did says what may come of it (:class:`Hostile.judged`). A file that was cut short must be refused, or
give the very pixels of the whole file; so must a PNG that was damaged anywhere, since its checksums say so, and a JPEG
whose end is filled with zeros. What was changed within the data of other files cannot be told from another picture, and
where a header claims more than there is, every viewer shows the rest in black or grey: those must be a picture or a
sentence, in bounded time and memory, and no more can be asked.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable
from typing import NamedTuple

from benchmarks.hostile.seed_pictures import SeedPicture, seed_pictures

ENDINGS = ("jpg", "jpeg", "png", "tif", "tiff", "webp", "heic")
_EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
WHOLE_OR_REFUSED, SAME, ANYTHING = "whole or refused", "the same picture", "anything"


class Hostile(NamedTuple):
    """A file to read: what was done to which seed, the name's ending, the bytes, and what may come of it."""

    words: str
    ending: str
    content: bytes
    judged: str
    seed: SeedPicture


def hostile_picture(seed: int, number: int) -> Hostile:
    """The file of a ``number``, always the same for a ``seed``."""
    rng = random.Random(f"{seed}/{number}")
    picture = rng.choice(seed_pictures())
    kind = rng.choice(_KINDS)
    content, judged = kind(rng, picture)
    ending = rng.choice(ENDINGS) if kind is _renamed else picture.ending
    return Hostile(f"{picture.name}, {kind.__name__.strip('_').replace('_', ' ')}", ending, content, judged,
                   picture)  # fmt: skip


def _checked(picture: SeedPicture) -> str:
    """What may come of damage within the file: PNG alone has checksums of all that it holds."""
    return WHOLE_OR_REFUSED if picture.content.startswith(b"\x89PNG") else ANYTHING


def _cut_short(rng: random.Random, picture: SeedPicture) -> tuple[bytes, str]:
    return picture.content[: rng.randrange(len(picture.content))], WHOLE_OR_REFUSED


def _cut_near_the_end(rng: random.Random, picture: SeedPicture) -> tuple[bytes, str]:
    return picture.content[: -rng.randint(1, 40)], WHOLE_OR_REFUSED


def _end_zeroed(rng: random.Random, picture: SeedPicture) -> tuple[bytes, str]:
    """A transfer that reserved the room first and then stopped."""
    whole = picture.content
    kept = rng.randrange(len(whole) - 20)
    judged = WHOLE_OR_REFUSED if whole.startswith(b"\xff\xd8") else _checked(picture)
    return whole[:kept] + bytes(len(whole) - kept), judged


def _bits_flipped(rng: random.Random, picture: SeedPicture) -> tuple[bytes, str]:
    content = bytearray(picture.content)
    for _ in range(rng.choice((1, 1, 1, 3, 10, 100))):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return bytes(content), _checked(picture)


def _header_changed(rng: random.Random, picture: SeedPicture) -> tuple[bytes, str]:
    content = bytearray(picture.content)
    for _ in range(rng.randint(1, 6)):
        content[rng.randrange(4, min(160, len(content)))] = rng.randrange(256)
    return bytes(content), _checked(picture)


def _length_changed(rng: random.Random, picture: SeedPicture) -> tuple[bytes, str]:
    """A number somewhere becomes an extreme one: lengths, counts and offsets among them."""
    content = bytearray(picture.content)
    order, kind = rng.choice("<>"), rng.choice("HI")
    size = struct.calcsize(kind)
    at = rng.randrange(4, min(rng.choice((80, 400, 10**9)), len(content) - size))
    value = rng.choice(_EXTREMES) & (2 ** (8 * size) - 1)
    content[at : at + size] = struct.pack(order + kind, value)
    return bytes(content), _checked(picture)


def _run_changed(rng: random.Random, picture: SeedPicture) -> tuple[bytes, str]:
    """A run of bytes blanked, left out, doubled, or replaced by noise."""
    whole = picture.content
    start = rng.randrange(len(whole))
    stop = min(len(whole), start + rng.choice((1, 4, 64, 512)))
    run = whole[start:stop]
    changed = rng.choice((bytes(len(run)), b"", run + run, rng.randbytes(len(run))))
    return whole[:start] + changed + whole[stop:], _checked(picture)


def _spliced(rng: random.Random, picture: SeedPicture) -> tuple[bytes, str]:
    """The beginning of one file and the end of another."""
    other = rng.choice(seed_pictures()).content
    cut = rng.randrange(len(picture.content))
    return picture.content[:cut] + other[rng.randrange(len(other)) :], ANYTHING


def _more_behind(rng: random.Random, picture: SeedPicture) -> tuple[bytes, str]:
    """A whole file with something after its end, as downloads have it."""
    tail = rng.choice((b"\0" * 64, rng.randbytes(200), b"<html></html>", picture.content))
    return picture.content + tail, WHOLE_OR_REFUSED


def _renamed(rng: random.Random, picture: SeedPicture) -> tuple[bytes, str]:
    """A whole file under another format's ending."""
    return picture.content, SAME


def _larger_claimed(rng: random.Random, picture: SeedPicture) -> tuple[bytes, str]:
    """The header claims more pixels than the file holds: a little more, or very many."""
    content = bytearray(picture.content)
    by = rng.choice((2, 7, 100, 1000))
    for at, layout in _sizes(content):
        if rng.random() < 0.8:
            size = struct.calcsize(layout)
            value = struct.unpack_from(layout, content, at)[0] * by + rng.randrange(3)
            struct.pack_into(layout, content, at, min(value, 2 ** (8 * size) - 1))
    if content.startswith(b"\x89PNG"):
        struct.pack_into(">I", content, 29, zlib.crc32(content[12:29]))
    return bytes(content), ANYTHING


def _noise(rng: random.Random, picture: SeedPicture) -> tuple[bytes, str]:
    """A format's first bytes and nothing sensible behind them; or what is no picture at all."""
    first = picture.content[: rng.choice((0, 2, 4, 8, 12, 26))]
    return first + rng.choice((b"", rng.randbytes(rng.randrange(2000)), b"\0" * 900, *NO_PICTURES)), ANYTHING


_KINDS: tuple[Callable[[random.Random, SeedPicture], tuple[bytes, str]], ...] = (
    _cut_short, _cut_near_the_end, _end_zeroed, _bits_flipped, _header_changed, _length_changed, _run_changed,
    _spliced, _more_behind, _renamed, _larger_claimed, _noise,
)  # fmt: skip
NO_PICTURES = (
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 400 400\n", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", b"<svg></svg>",
    b"<!DOCTYPE html><html><body>404</body></html>", b"PK\x03\x04", b"GIF89a", b"II*\0\x08\0\0\0\xff\xff",
    b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n", b"\xff\xd8\xff\xe0\0\x10JFIF\0",
)  # fmt: skip
"""What pictures' names also stand on: PostScript, PDF, web pages, pointers, beginnings."""


def _sizes(content: bytes | bytearray) -> list[tuple[int, str]]:  # noqa: PLR0911 (one for each format)
    """Where a file says its width and height, each an offset and a struct layout; nothing for other formats."""
    if content.startswith(b"\x89PNG"):
        return [(16, ">I"), (20, ">I")]
    if content.startswith(b"\xff\xd8"):
        return _sizes_of_jpeg(content)
    if content.startswith(b"GIF8"):
        frame = content.find(b",\0\0\0\0")
        return [(6, "<H"), (8, "<H"), (frame + 5, "<H"), (frame + 7, "<H")]
    if content.startswith(b"BM"):
        return [(18, "<I"), (22, "<I")]
    if content.startswith(b"II*\0"):
        start = struct.unpack_from("<I", content, 4)[0]
        entries = range(start + 2, start + 2 + 12 * struct.unpack_from("<H", content, start)[0], 12)
        return [(at + 8, "<H") for at in entries if struct.unpack_from("<H", content, at)[0] in (256, 257)]
    if b"WEBPVP8 " in content[:16]:
        return [(26, "<H"), (28, "<H")]
    siz = content.find(b"\xff\x51")
    if content[4:8] in (b"jP  ",) or content.startswith(b"\xff\x4f\xff\x51"):
        return [(siz + 6, ">I"), (siz + 10, ">I")]
    ispe = content.find(b"ispe")
    return [(ispe + 8, ">I"), (ispe + 12, ">I")] if ispe > 0 else []


def _sizes_of_jpeg(content: bytes | bytearray) -> list[tuple[int, str]]:
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], struct.unpack_from(">H", content, at + 2)[0]
        if marker in (0xC0, 0xC1, 0xC2):
            return [(at + 5, ">H"), (at + 7, ">H")]
        at += 2 + length
    return []
