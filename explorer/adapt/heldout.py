"""Pictures that no training may see, so that later work can measure on them: ``heldout.txt``, committed.

The last 500 Flickr8k photographs by name, and a tenth of the museum's and of the art pictures by a hash of the name.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

HELD_OUT_FILE = Path(__file__).with_name("heldout.txt")
CAPTIONED = "flickr8k-"
LAST = 500
SHARE = 10
MEASURED = {"objects": 208, "objects-art": 208}
"""Folders for measuring only, with the long side that a prepared copy has: no stage trains on them."""


def chosen(folder: str, names: Iterable[str]) -> list[str]:
    """The file names of a folder that are held out, sorted.

    >>> chosen("train-photos", ["flickr8k-1.jpg", "coco-1.jpg"])
    ['flickr8k-1.jpg']
    """
    names = sorted(names)
    if folder == "train-photos":
        return [name for name in names if name.startswith(CAPTIONED)][-LAST:]
    if folder in {"museum", "train-art"}:
        return [name for name in names if zlib.crc32(name.encode()) % SHARE == 0]
    return []


@cache
def held_out(path: Path = HELD_OUT_FILE) -> frozenset[str]:
    """``folder/file`` of every held-out picture."""
    lines = path.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
