"""Training pictures: folders with a catalogue read into memory, and random crops of them."""

from __future__ import annotations

import csv
import json
import logging
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps

from explorer.errors import ExplorerError

log = logging.getLogger(__name__)

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"}
CLIP_VECTORS = "clip_vit_b32_openai.npy"
VALIDATION_SHARE = 20  # one picture in so many, by the hash of its name: stable when folders are added
SHORTEST_CROP = 88  # pixels on the long side; below that a crop shows brush strokes and no things


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


@dataclass(frozen=True)
class Crops:
    """Parts of works brought to one size: ``pixels (N, 3, H, W)`` in 0 to 1, ``sharp`` the same larger, ``works (N,)``
    their numbers, ``shares (N,)`` each part's area as a share of its work's."""

    pixels: torch.Tensor
    sharp: torch.Tensor
    works: np.ndarray
    shares: np.ndarray


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


class Album:
    """All training pictures on one device, so that a whole batch of crops is cut in a few calls."""

    def __init__(self, works: list[Work], device: str = "cpu") -> None:
        side = max(max(work.pixels.shape[:2]) for work in works)
        self.sheets = torch.zeros(len(works), 3, side, side, dtype=torch.uint8)
        for sheet, work in zip(self.sheets, works, strict=True):
            height, width = work.pixels.shape[:2]
            sheet[:, :height, :width] = torch.from_numpy(work.pixels.copy()).permute(2, 0, 1)
        self.sheets = self.sheets.to(device)
        self.sizes = np.array([work.pixels.shape[:2] for work in works])

    def random_crops(self, numbers: np.ndarray, cells: tuple[int, int], rng: np.random.Generator) -> Crops:
        """A random part of each work named, of about the aspect ratio of ``cells`` (rows, columns), 16 pixels a cell.

        Sizes are uniform in the logarithm between :data:`SHORTEST_CROP` and the whole, so that things are seen at every
        scale; one crop in four is as large as the picture allows, as whole pictures are what users search by.
        """
        count = len(numbers)
        height, width = self.sizes[numbers].T
        aspect = cells[1] / cells[0] * rng.uniform(0.9, 1.1, count)
        largest = np.minimum(width, height * aspect)
        smallest = np.minimum(SHORTEST_CROP * np.minimum(aspect, 1.0), largest)
        wide = np.exp(rng.uniform(np.log(smallest), np.log(largest)))
        wide = np.where(rng.random(count) < 0.25, largest, wide)
        tall = np.minimum(wide / aspect, height)
        left, top = rng.uniform(0, width - wide), rng.uniform(0, height - tall)
        boxes = np.stack([left, top, wide, tall], axis=1)
        pixels = self.cut(numbers, boxes, (cells[0] * 16, cells[1] * 16))
        return Crops(pixels, self.cut(numbers, boxes, sharp_size(cells)), numbers, wide * tall / (width * height))

    def cut(self, numbers: np.ndarray, boxes: np.ndarray, size: tuple[int, int]) -> torch.Tensor:
        """Boxes ``(N, 4)`` left, top, width, height in pixels, resampled to ``size`` (rows, columns) of pixels."""
        device = self.sheets.device
        left, top, wide, tall = torch.from_numpy(boxes.astype(np.float32)).to(device).T
        side = self.sheets.shape[-1]
        zero = torch.zeros_like(left)
        across = torch.stack([wide / side, zero, (2 * left + wide) / side - 1], dim=1)
        down = torch.stack([zero, tall / side, (2 * top + tall) / side - 1], dim=1)
        # Twice the size, then the mean of four: without it, parts that shrink would show false edges.
        theta = torch.stack([across, down], dim=1)
        grid = F.affine_grid(theta, [len(boxes), 3, 2 * size[0], 2 * size[1]], align_corners=False)
        sheets = self.sheets[torch.from_numpy(numbers).to(device)].float() / 255
        return F.avg_pool2d(F.grid_sample(sheets, grid, padding_mode="border", align_corners=False), 2)


def sharp_size(cells: tuple[int, int]) -> tuple[int, int]:
    """Pixels (rows, columns) at which the teacher judges what a crop shows: nearer the 224 it was trained at."""
    grow = max(1.0, (100 / (cells[0] * cells[1])) ** 0.5)  # 10 x 10 cells are 160 x 160 pixels
    return round(cells[0] * grow) * 16, round(cells[1] * grow) * 16
