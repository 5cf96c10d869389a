"""The prepared folder, read: pictures as squares of bytes on the training device, texts as vectors and tokens."""

from __future__ import annotations

import io
import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from explorer.adapt.heldout import MEASURED, held_out

SIDE = 256
"""Pictures are kept squeezed to squares of this side; crops undo the squeezing."""
VALIDATION = 20  # one training picture in so many, by the hash of its name


@dataclass(frozen=True)
class Pictures:
    """``keys[i]``, pixels ``(N, 3, SIDE, SIDE) uint8`` on the device, ``aspect (N,)`` width over height."""

    keys: list[str]
    pixels: torch.Tensor
    aspect: torch.Tensor

    def rows(self, kind: str) -> np.ndarray:
        """Row numbers of ``train``, ``validation`` or ``held-out`` pictures, or of those in the folder ``kind``."""
        if kind in {"train", "validation", "held-out"}:
            return np.array([row for row, key in enumerate(self.keys) if share_of(key) == kind], dtype=np.int64)
        return np.array([row for row, key in enumerate(self.keys) if key.startswith(kind + "/")], dtype=np.int64)


def share_of(key: str) -> str:
    """Which part a picture belongs to: measured and held-out pictures are never trained on.

    >>> share_of("objects/dog/pic.jpg"), share_of("objects-art/pic.jpg")
    ('measured', 'measured')
    """
    if key.split("/", 1)[0] in MEASURED:
        return "measured"
    if key in held_out():
        return "held-out"
    return "validation" if zlib.crc32(key.encode()) % VALIDATION == 1 else "train"


def read_pictures(folder: Path, device: str, threads: int = 8, limit: int = 0) -> Pictures:
    """Every picture of the folder's parts, decoded in ``threads``; ``limit`` takes every so-many-th only."""
    entries: list[tuple[bytes, list[Any]]] = []
    for index in sorted(folder.glob("pictures-*.json")):
        stored = index.with_suffix(".bin").read_bytes()
        for entry in json.loads(index.read_text("utf-8")):
            entries.append((stored[entry[1] : entry[1] + entry[2]], entry))
    entries.sort(key=lambda pair: pair[1][0])
    entries = entries[:: max(1, len(entries) // limit)] if limit else entries
    pixels = np.empty((len(entries), SIDE, SIDE, 3), np.uint8)

    def read(row: int) -> None:
        with Image.open(io.BytesIO(entries[row][0])) as opened:
            pixels[row] = np.asarray(opened.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(read, range(len(entries))))
    aspect = torch.tensor([entry[3] / entry[4] for _, entry in entries], dtype=torch.float32, device=device)
    packed = torch.from_numpy(pixels).to(device).permute(0, 3, 1, 2).contiguous()
    return Pictures([entry[0] for _, entry in entries], packed, aspect)


def read_json(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text("utf-8"))
