"""Training pictures: folders with a catalogue read into memory."""

from __future__ import annotations

import csv
import json
import logging
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from explorer.errors import ExplorerError

log = logging.getLogger(__name__)

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"}
CLIP_VECTORS = "clip_vit_b32_openai.npy"
VALIDATION_SHARE = 20  # one picture in so many, by the hash of its name: stable when folders are added


@dataclass(frozen=True)
class Work:
    """One training picture: ``pixels (H, W, 3) uint8``, what its catalogue says, and a true CLIP vector if known."""

    name: str
    pixels: np.ndarray
    captions: tuple[str, ...] = ()
    clip: np.ndarray | None = None

    @property
    def held_out(self) -> bool:
        """Whether it belongs to the validation split."""
        return zlib.crc32(self.name.encode()) % VALIDATION_SHARE == 0


@dataclass
class _Catalogue:
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)


def load_works(folders: list[Path], leave_out: list[str], long_side: int = 400) -> list[Work]:
    """Every readable picture of the folders (or of their ``images`` folder), in a stable order.

    ``leave_out``: file-name beginnings never to train on. Catalogue: ``metadata.csv`` with a ``file`` column and any of
    ``title, genre, style, classes``; a file of CLIP vectors beside it has one row per row of the catalogue.
    """
    works: list[Work] = []
    for folder in map(Path, folders):
        if not folder.is_dir():
            raise ExplorerError(f"There is no training folder {folder}; name folders of pictures.")
        catalogue, vectors = _read_catalogue(folder), _read_vectors(folder)
        rows = {name: row for row, name in enumerate(catalogue.order)}
        inner = folder / "images"
        places = (inner if inner.is_dir() else folder).rglob("*")
        files = sorted(path for path in places if path.suffix.lower() in SUFFIXES)
        kept = [path for path in files if not path.name.startswith(tuple(leave_out))]
        before = len(works)
        for path in kept:
            pixels = _read_picture(path, long_side)
            if pixels is not None:
                clip = vectors[rows[path.name]] if vectors is not None and path.name in rows else None
                works.append(Work(path.name, pixels, captions_of(catalogue.rows.get(path.name, {})), clip))
        log.info("%s: %d pictures (%d left out)", folder.name, len(works) - before, len(files) - len(kept))
    if not works:
        raise ExplorerError("The training folders hold no readable pictures.")
    return works


def names_to_leave_out(path: Path | None) -> list[str]:
    """The file-name beginnings that a JSON list names as ``source``: pictures that a benchmark was made from."""
    if path is None:
        return []
    return sorted({record["source"] for record in json.loads(Path(path).read_text("utf-8")) if record.get("source")})


def captions_of(row: dict[str, str]) -> tuple[str, ...]:
    """What a catalogue row says of its picture, as short captions.

    >>> captions_of({"title": "the tuft of grass", "genre": "still_life", "classes": "Rococo|person"})
    ('the tuft of grass', 'still life', 'a painting of a person')
    """
    captions = [row.get("title", "").strip()]
    genre = row.get("genre", "")
    kinds = re.findall(r"'([^']+)'", genre) or [genre]
    captions += [kind.replace("_", " ").strip() for kind in kinds]
    style = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", row.get("style", "")).strip()
    if style:
        captions.append(f"a {style} {kinds[0].replace('_', ' ') or 'painting'}")
    if "person" in row.get("classes", "").split("|"):
        captions.append("a painting of a person")
    captions += [text.strip() for text in row.get("tags", "").split(";")]
    return tuple(dict.fromkeys(text for text in captions if text and text.lower() != "untitled"))


def _read_catalogue(folder: Path) -> _Catalogue:
    found = _Catalogue()
    path = folder / "metadata.csv"
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                name = (row.get("file") or "").strip()
                found.rows[name] = {key: value or "" for key, value in row.items() if isinstance(value, str)}
                found.order.append(name)
    return found


def _read_vectors(folder: Path) -> np.ndarray | None:
    path = folder / CLIP_VECTORS
    return np.load(path, allow_pickle=False).astype(np.float32) if path.is_file() else None


def _read_picture(path: Path, long_side: int) -> np.ndarray | None:
    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        log.warning("skipped %s: %s", path.name, error)
        return None
    if max(picture.size) > long_side:
        picture.thumbnail((long_side, long_side), Image.Resampling.LANCZOS)
    if min(picture.size) < 32:
        log.warning("skipped %s: smaller than 32 pixels", path.name)
        return None
    return np.asarray(picture)
