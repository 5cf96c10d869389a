"""The pictures of the data folder, packed small into two files of the prepared folder; part of the stage ``prepare``.

``pictures-N.bin`` holds WebP files one after the other, ``pictures-N.json`` per picture its key, byte offset, length
in bytes, and original width and height. :func:`explorer.adapt.data.pictures.read_pictures` reads them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from explorer.adapt.data.captions import excluded_sources
from explorer.adapt.heldout import EVALUATION_SETS

TRAINING_SETS = {"train-photos": 160, "train-art": 192, "museum": 224, "old-masters": 240, "clip-vectors": 224}
"""Folders of the data to train on, with the long side in pixels of a prepared copy."""
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def write_pictures(data: Path, out: Path, shards: int = 2) -> None:
    """Write every picture but those that the benchmark ``planted`` was made from."""
    excluded = tuple(excluded_sources(data / "planted" / "transforms.json"))
    buffers = [io.BytesIO() for _ in range(shards)]
    entries: list[list[list[Any]]] = [[] for _ in range(shards)]
    for number, (key, path, side) in enumerate(_source_files(data)):
        if excluded and path.name.startswith(excluded):
            continue
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
        size = picture.size
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        packed = io.BytesIO()
        picture.save(packed, "WEBP", quality=74, method=2)
        buffer = buffers[number % shards]
        entries[number % shards].append([key, buffer.tell(), len(packed.getvalue()), *size])
        buffer.write(packed.getvalue())
    for shard in range(shards):
        (out / f"pictures-{shard}.bin").write_bytes(buffers[shard].getvalue())
        write_json(out / f"pictures-{shard}.json", entries[shard])


def _source_files(data: Path) -> Iterator[tuple[str, Path, int]]:
    """Key, file and long side of the prepared copy of every picture."""
    for name, side in (TRAINING_SETS | EVALUATION_SETS).items():
        inner = data / name / "images"
        for path in sorted((inner if inner.is_dir() else data / name).rglob("*")):
            if path.suffix.lower() in SUFFIXES:
                key = f"{name}/{path.parent.name}/{path.name}" if name == "objects" else f"{name}/{path.name}"
                yield key, path, side


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), "utf-8")
