"""Picture files that Pillow decodes without a word though they are damaged, or for hours.

Pillow raises where a decoder runs out of data, but does not compare the checksums of the picture in a PNG: a copy that
was given its full length first and then stopped has zeros at its end, which it shows black. A JPEG may hold any number
of scans, each over the whole picture: a small file of a hundred thousand of them takes hours.
"""

from __future__ import annotations

import mmap
import re
from pathlib import Path
from typing import BinaryIO

from PIL import PngImagePlugin

MOST_SCANS = 100
"""Scans of a JPEG file; progressive ones have about ten."""
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)  # in entropy-coded data 0 and D0 to D7 follow FF
_START_OF_SCAN, _END = 0xDA, 0xD9
_ALONE = {0x01, 0xD8}  # markers without a length


def refuse_incomplete(path: Path, kind: str | None) -> None:
    """Raises :class:`ValueError` or :class:`SyntaxError`, with the reason in words, for a file of Pillow's format
    ``kind`` that is not to be decoded, and :class:`OSError` where it cannot be read. Formats without a mark pass."""
    check = _CHECKS.get(kind or "")
    if check:
        with path.open("rb") as file:
            check(file)


def _check_png(file: BinaryIO) -> None:
    """Compare the checksums of all chunks."""
    with PngImagePlugin.PngImageFile(file) as image:
        image.verify()


def _check_jpeg(file: BinaryIO) -> None:
    """Count the scans."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if _may_have_many_scans(content) and _has_many_scans(content):
            raise ValueError(f"it holds more than {MOST_SCANS} scans")


def _may_have_many_scans(content: mmap.mmap) -> bool:
    """Whether the marker occurs that often anywhere: also in what lies before or behind the picture. Quick."""
    at = 0
    for _ in range(MOST_SCANS + 1):
        at = content.find(b"\xff\xda", at) + 1
        if not at:
            return False
    return True


def _has_many_scans(content: mmap.mmap) -> bool:
    """Follow the markers to the end of the picture."""
    scans, at = 0, 0
    while scans <= MOST_SCANS and (found := _MARKER.search(content, at)):
        marker, at = found[1][0], found.end()
        if marker == _END and scans:
            return False
        if marker not in _ALONE:
            scans += marker == _START_OF_SCAN
            at += int.from_bytes(content[at : at + 2], "big")
    return scans > MOST_SCANS


_CHECKS = {"PNG": _check_png, "JPEG": _check_jpeg, "MPO": _check_jpeg}  # MPO: a JPEG file with more than one picture
