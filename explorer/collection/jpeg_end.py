"""JPEG files that lack the mark at their end, and nothing else.

Some scanners and copies lose the last two bytes. A file that was truly cut lacks blocks at its end, or, of a
progressive one, fine detail, and the decoder does not say so: such a file is not taken. What tells the two is that a
decoder which has all blocks passes over whatever bytes follow, and one that has not makes blocks of them.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from explorer.collection.size_limits import MOST_BYTES, bytes_of_whole_jpeg

_END = b"\xff\xd9"
_FILLED = 16
"""Zero bytes at the end that no picture has: a copy that was given its length and then stopped."""
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)  # in entropy-coded data 0 and D0 to D7 follow FF
_RESTART = re.compile(rb"\xff([\xd0-\xd7])")
_FRAMES, _START_OF_SCAN = (0xC0, 0xC1, 0xC2), 0xDA
"""Baseline, extended and progressive; others are not taken."""
_ALONE = {0x01, 0xD8}  # markers without a length
_COEFFICIENTS = 64
_MORE = 512
"""Bytes that are put behind a file, and behind each mark at which a decoder begins anew."""
_BEGUN = (b"\xfe", b"\xa9", b"\x66", b"\x33")
"""What each of these begins with: other bits than the others."""
_ROWS = 256


def with_end(path: Path, image: Image.Image) -> Image.Image | None:
    """The loaded picture of a file whose header was read as ``image`` and that could not be decoded to its end; None
    where more than the mark is missing, or where the picture is too large for it to be told."""
    if image.format != "JPEG" or image.width * image.height * bytes_of_whole_jpeg(image) > MOST_BYTES:
        return None
    raw = path.read_bytes()
    if raw.endswith(_END) or raw.endswith(bytes(_FILLED)):
        return None
    raw = raw[:-1] if raw.endswith(b"\xff") else raw
    scan = _last_scan(raw)
    if scan is None or len({_digest(raw + more + _END) for more in (b"", *_continuations(raw[scan:]))}) > 1:
        return None
    whole = _opened(raw + _END)
    if image.size != whole.size:  # asked to be decoded at a fraction of its size
        part = round(whole.width / image.width)
        whole.draft(None, (whole.width // part, whole.height // part))
    whole.load()
    return whole


def _opened(raw: bytes) -> Image.Image:
    return Image.open(io.BytesIO(raw), formats=("JPEG",))


def _last_scan(raw: bytes) -> int | None:
    """Where the data of the last scan begin; None unless the scans have all coefficients of all components in full
    (ITU-T T.81, G.1.1.1: to the point transform 0)."""
    wanted: dict[int, list[bool]] = {}
    at, start = 0, None
    while found := _MARKER.search(raw, at):
        marker, at = found[1][0], found.end()
        if marker in _ALONE:
            continue
        length = int.from_bytes(raw[at : at + 2], "big")
        body = raw[at + 2 : at + length]
        at += max(length, 2)
        if marker in _FRAMES and len(body) > 5:
            wanted = {identity: [False] * _COEFFICIENTS for identity in body[6 : 6 + 3 * body[5] : 3]}
        elif marker == _START_OF_SCAN and body:
            start = at
            _take(body, wanted)
    complete = bool(wanted) and all(all(given) for given in wanted.values())
    return start if complete else None


def _take(body: bytes, wanted: dict[int, list[bool]]) -> None:
    """Note which coefficients a scan gives in full, from its header."""
    components = body[1 : 1 + 2 * body[0] : 2]
    first, last, approximation = (*body[1 + 2 * body[0] :][:3], 0, 0, 0)[:3]
    for component in components:
        for place in range(first, min(last, _COEFFICIENTS - 1) + 1):
            if component in wanted:
                wanted[component][place] = approximation & 15 == 0


def _continuations(scan: bytes) -> Iterator[bytes]:
    """Data as a scan might go on, with all the marks at which a decoder may begin anew, from the next one on. Some
    bits may say just what a decoder makes of none, so there are several."""
    marks = _RESTART.findall(scan)
    following = (marks[-1][0] + 1 if marks else 0xD0) & 7
    noise = np.random.default_rng(0)
    for begun in _BEGUN:
        pieces = [begun + noise.integers(1, 255, _MORE, dtype=np.uint8).tobytes() for _ in range(9)]
        anew = (bytes([0xFF, 0xD0 + (following + count) % 8]) + piece for count, piece in enumerate(pieces[1:]))
        yield pieces[0] + b"".join(anew)


def _digest(raw: bytes) -> bytes:
    """A hash of a file's pixels."""
    image = _opened(raw)
    digest = hashlib.sha256()
    for top in range(0, image.height, _ROWS):
        digest.update(image.crop((0, top, image.width, min(top + _ROWS, image.height))).tobytes())
    return digest.digest()
