"""Whether a picture file is whole, as far as it says so itself: what Pillow decodes without a word though it is not.

Pillow raises where a decoder runs out of data. It does not where there is data of a kind: a copy that was given its
full length first and then stopped has zeros at its end, which decode to black or grey. A PNG file has checksums; a JPEG
file has an end marker. A JPEG file may also hold any number of scans, each over the whole picture: a small file of a
hundred thousand of them takes hours to decode.
"""

from __future__ import annotations

import mmap
import re
from pathlib import Path
from typing import BinaryIO

from PIL import PngImagePlugin

MOST_SCANS = 100
"""Scans of a JPEG file; progressive ones have about ten."""
_FILLED = 16  # equal bytes at the end of a JPEG file without end marker that no entropy-coded data ends with
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)  # in entropy-coded data 0 and D0 to D7 follow FF
_START_OF_SCAN, _END = 0xDA, 0xD9
_ALONE = {0x01, 0xD8}  # markers without a length


def refuse_incomplete(path: Path, kind: str | None) -> None:
    """Raises :class:`ValueError`, with the reason in words, for a file of Pillow's format ``kind`` that is not whole,
    and :class:`OSError` or :class:`SyntaxError` where it cannot be read at all. Formats that have no mark pass.
    """
    check = _CHECKS.get(kind or "")
    if check:
        with path.open("rb") as file:
            check(file)


def _check_png(file: BinaryIO) -> None:
    """Compare the checksums of all chunks."""
    with PngImagePlugin.PngImageFile(file) as image:
        image.verify()


def _check_jpeg(file: BinaryIO) -> None:
    """Look for the end marker, at the end where it mostly is, or else behind the last scan."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content[-2:] == b"\xff\xd9" and not _has_many_scans(content):
            return
        scans, at = 0, 0
        while found := _MARKER.search(content, at):
            marker, at = found[1][0], found.end()
            if marker == _END and scans:
                return
            if marker in _ALONE:
                continue
            scans += marker == _START_OF_SCAN
            if scans > MOST_SCANS:
                raise ValueError(f"it holds more than {MOST_SCANS} scans")
            at += int.from_bytes(content[at : at + 2], "big")
        tail = content[-_FILLED:]
    if len(tail) == _FILLED and len(set(tail)) == 1:
        raise ValueError("it has no end, as a copy that was stopped")


def _has_many_scans(content: mmap.mmap) -> bool:
    """Whether there may be more than :data:`MOST_SCANS`; what lies before or behind the picture is counted too."""
    at = 0
    for _ in range(MOST_SCANS + 1):
        at = content.find(b"\xff\xda", at) + 1
        if not at:
            return False
    return True


_CHECKS = {"PNG": _check_png, "JPEG": _check_jpeg, "MPO": _check_jpeg}  # MPO: a JPEG file with more than one picture
