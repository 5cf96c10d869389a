"""The pictures of the prepared folder, as squares of bytes on the training device, and their split.

Every picture belongs to one split: ``train``, ``validation``, ``held-out`` or ``evaluation``
(:mod:`explorer.adapt.heldout`). All stages cut their crops from here (:mod:`explorer.adapt.data.crops`).
"""

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

from explorer.adapt.heldout import EVALUATION_SETS, held_out

SIDE = 256
"""Pictures are kept squeezed to squares of this side in pixels; crops undo the squeezing."""
VALIDATION_MODULUS = 20  # one training picture in twenty, by the hash of its name, is for validation


@dataclass(frozen=True)
class Pictures:
    """``keys[i]``, pixels ``(N, 3, SIDE, SIDE) uint8`` on the device, ``aspect (N,)`` width over height."""

    keys: list[str]
    pixels: torch.Tensor
    aspect: torch.Tensor

    def rows(self, kind: str) -> np.ndarray:
        """Row numbers of the pictures of a split, or else of those in the data folder ``kind``."""
        if kind in {"train", "validation", "held-out"}:
            return np.array([row for row, key in enumerate(self.keys) if split_of(key) == kind], dtype=np.int64)
        return np.array([row for row, key in enumerate(self.keys) if key.startswith(kind + "/")], dtype=np.int64)


def split_of(key: str) -> str:
    """The split of a picture: no stage trains on ``evaluation`` and ``held-out`` pictures.

    >>> split_of("objects/dog/pic.jpg"), split_of("objects-art/pic.jpg")
    ('evaluation', 'evaluation')
    """
    if key.split("/", 1)[0] in EVALUATION_SETS:
        return "evaluation"
    if key in held_out():
        return "held-out"
    return "validation" if zlib.crc32(key.encode()) % VALIDATION_MODULUS == 1 else "train"


def read_pictures(folder: Path, device: str, threads: int = 8, limit: int = 0) -> Pictures:
    """All pictures of the prepared folder, decoded in ``threads``; ``limit`` keeps about so many, evenly spread."""
    entries: list[tuple[bytes, list[Any]]] = []
    for index in sorted(folder.glob("pictures-*.json")):
        stored = index.with_suffix(".bin").read_bytes()
        for entry in json.loads(index.read_text("utf-8")):
            entries.append((stored[entry[1] : entry[1] + entry[2]], entry))
    entries.sort(key=lambda pair: pair[1][0])
    entries = entries[:: max(1, len(entries) // limit)] if limit else entries
    pixels = np.empty((len(entries), SIDE, SIDE, 3), np.uint8)

    def decode(row: int) -> None:
        with Image.open(io.BytesIO(entries[row][0])) as opened:
            pixels[row] = np.asarray(opened.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(decode, range(len(entries))))
    aspect = torch.tensor([entry[3] / entry[4] for _, entry in entries], dtype=torch.float32, device=device)
    on_device = torch.from_numpy(pixels).to(device).permute(0, 3, 1, 2).contiguous()
    return Pictures([entry[0] for _, entry in entries], on_device, aspect)


def read_json(folder: Path, name: str) -> Any:
    """A JSON file of the prepared folder."""
    return json.loads((folder / f"{name}.json").read_text("utf-8"))
