"""The held-out set: pictures that no training stage may use, so that later work can measure on them.

Their names are in ``heldout.txt`` beside this module, which is committed: the last 500 Flickr8k photographs by name,
and a tenth of the museum works and of the art pictures by a hash of the file name. The folders of
:data:`EVALUATION_SETS` are never trained on either. :mod:`explorer.adapt.data.pictures` splits by both.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

HELD_OUT_FILE = Path(__file__).with_name("heldout.txt")
CAPTIONED_PREFIX = "flickr8k-"
CAPTIONED_COUNT = 500
HASH_MODULUS = 10  # a tenth of the works: those whose hash is divisible by this
EVALUATION_SETS = {"objects": 208, "objects-art": 208}
"""Folders for evaluation only, with the long side in pixels of a prepared copy: no stage trains on them."""


def held_out_names(folder: str, names: Iterable[str]) -> list[str]:
    """The file names of a data folder that are held out, sorted: the rule by which ``heldout.txt`` was written.

    >>> held_out_names("train-photos", ["flickr8k-1.jpg", "coco-1.jpg"])
    ['flickr8k-1.jpg']
    """
    names = sorted(names)
    if folder == "train-photos":
        return [name for name in names if name.startswith(CAPTIONED_PREFIX)][-CAPTIONED_COUNT:]
    if folder in {"museum", "train-art"}:
        return [name for name in names if zlib.crc32(name.encode()) % HASH_MODULUS == 0]
    return []


@cache
def held_out(path: Path = HELD_OUT_FILE) -> frozenset[str]:
    """``folder/file`` of every held-out picture, as committed."""
    lines = path.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
