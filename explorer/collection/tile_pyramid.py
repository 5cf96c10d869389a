"""Any part of a picture at any size, from tiles: an original is decoded once, cut into tiles, which are kept.

Each level of a pyramid is half as large as the one before, down to one tile. A pyramid lies in a folder of its own,
made whole or not at all and named by the content hash of its picture. All pyramids together are kept within a limit;
those that were not used for longest go first.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from explorer.collection.pictures import open_picture, picture_size
from explorer.files import not_written, partial_name, removed

TILE = 512
"""Pixels on a side."""
KEPT_BYTES = 2 * 2**30
"""What the pyramids of a collection may take on the disk."""
MOST_DECODED = 100_000_000
"""Pixels that are decoded; of a larger picture the finest level is a half or a quarter as wide."""
_QUALITY = 90
_SIZE = "size.txt"
"""A file in each pyramid: width and height of its finest level. Its time says when the pyramid was last used."""
_AROUND = 4  # pixels of a level on each side that resampling looks at
_DAMAGED = (OSError, ValueError, SyntaxError)

Pixels = tuple[int, int, int, int]
"""Left, top, width and height."""
Edges = tuple[int, int, int, int]
"""Left, top, right and bottom."""


def levels(size: tuple[int, int]) -> list[tuple[int, tuple[int, int]]]:
    """The levels of a picture's pyramid, the finest first: by how much each is reduced, and its size.

    >>> levels((1600, 900))
    [(1, (1600, 900)), (2, (800, 450)), (4, (400, 225))]
    """
    factor, found = 1, [(1, size)]
    while max(found[-1][1]) > TILE:
        factor *= 2
        found.append((factor, (-(-size[0] // factor), -(-size[1] // factor))))
    return found


@dataclass
class TilePyramids:
    """The pyramids of a collection, below ``folder``; several threads may ask."""

    folder: Path
    most_bytes: int = KEPT_BYTES
    _one: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """Held while a picture is decoded: one at a time bounds the memory."""

    def part(self, content: str, source: Path, region: Pixels, size: tuple[int, int]) -> Image.Image:
        """The pixels in ``region`` of the file ``source``, whose content hash is ``content``, as an RGB picture of
        ``size``. The region lies inside the upright original.

        Raises :class:`ExplorerError` when the file cannot be read, or when the disk takes nothing.
        """
        place = self.folder / content[:2] / content
        try:
            return _cut(place, picture_size(source), region, size)
        except _DAMAGED:  # not there (any more), or not as it was written
            with self._one:
                if not _is_whole(place):
                    removed(place)
                    self._make(place, source)
            return _cut(place, picture_size(source), region, size)

    def remove(self, content: str) -> None:
        """Remove the pyramid of the file with this content, if there is one."""
        removed(self.folder / content[:2] / content)

    def _make(self, place: Path, source: Path) -> None:
        image = _decoded(source)
        partial = partial_name(place)
        try:
            partial.mkdir(parents=True)
            _write_tiles(image, partial)
            partial.replace(place)
        except OSError as error:
            raise not_written("The picture at its full size", error) from error
        finally:
            removed(partial)
        self._shrink(kept=place)

    def _shrink(self, kept: Path) -> None:
        """Remove the pyramids that were not used for longest, until the rest is within the limit."""
        known = sorted((size.stat().st_mtime, size.parent) for size in self.folder.glob(f"*/*/{_SIZE}"))
        bytes_of = {place: sum(file.stat().st_size for file in place.iterdir()) for _, place in known}
        total = sum(bytes_of.values())
        for _, place in known:
            if total > self.most_bytes and place != kept:
                total -= bytes_of[place]
                removed(place)


def _decoded(source: Path) -> Image.Image:
    """An original, or what is a half or a quarter as wide where it has too many pixels."""
    width, height = picture_size(source)
    factor = 1
    while width * height / factor**2 > MOST_DECODED:
        factor *= 2
    return open_picture(source, long_side=None if factor == 1 else -(-max(width, height) // factor)).image


def _write_tiles(image: Image.Image, folder: Path) -> None:
    """Every level of a picture as tiles, ``<factor>-<column>-<row>.jpg``."""
    size = image.size
    for factor, _ in levels(size):
        for column, row, box in _tiles((0, 0, *image.size), image.size):
            image.crop(box).save(folder / f"{factor}-{column}-{row}.jpg", "JPEG", quality=_QUALITY, subsampling=0)
        image = image.reduce(2)
    (folder / _SIZE).write_text("{} {}".format(*size), "ascii")


def _tiles(box: Edges, size: tuple[int, int]) -> Iterator[tuple[int, int, Edges]]:
    """Column, row and box (left, top, right, bottom) of the tiles of a level that share pixels with a box of it."""
    for row in range(box[1] // TILE, -(-box[3] // TILE)):
        for column in range(box[0] // TILE, -(-box[2] // TILE)):
            left, top = column * TILE, row * TILE
            yield column, row, (left, top, min(left + TILE, size[0]), min(top + TILE, size[1]))


def _is_whole(place: Path) -> bool:
    """Whether all tiles of a pyramid are there and can be read."""
    try:
        finest = _finest(place)
        for factor, size in levels(finest):
            for column, row, box in _tiles((0, 0, *size), size):
                with Image.open(place / f"{factor}-{column}-{row}.jpg") as tile:
                    tile.load()
                    if tile.size != (box[2] - box[0], box[3] - box[1]):
                        return False
    except _DAMAGED:
        return False
    return True


def _finest(place: Path) -> tuple[int, int]:
    width, height = (place / _SIZE).read_text("ascii").split()
    return int(width), int(height)


def _cut(place: Path, original: tuple[int, int], region: Pixels, size: tuple[int, int]) -> Image.Image:
    """A region of the original from the coarsest level that has as many pixels as are wanted, or from the finest."""
    finest = _finest(place)
    os.utime(place / _SIZE)
    wanted = max(size[0] / region[2], size[1] / region[3])
    factor, level = next(
        (known for known in reversed(levels(finest)) if known[1][0] / original[0] >= wanted), (1, finest)
    )
    across, down = level[0] / original[0], level[1] / original[1]
    exact = (region[0] * across, region[1] * down, (region[0] + region[2]) * across, (region[1] + region[3]) * down)
    box = (
        max(0, int(exact[0]) - _AROUND), max(0, int(exact[1]) - _AROUND),
        min(level[0], -int(-exact[2]) + _AROUND), min(level[1], -int(-exact[3]) + _AROUND),
    )  # fmt: skip
    canvas = Image.new("RGB", (box[2] - box[0], box[3] - box[1]))
    for column, row, at in _tiles(box, level):
        with Image.open(place / f"{factor}-{column}-{row}.jpg", formats=("JPEG",)) as tile:
            canvas.paste(tile, (at[0] - box[0], at[1] - box[1]))
    inside = (exact[0] - box[0], exact[1] - box[1],
              min(exact[2] - box[0], canvas.width), min(exact[3] - box[1], canvas.height))  # fmt: skip
    return (
        canvas
        if canvas.size == size and inside == (0, 0, *size)
        else canvas.resize(size, Image.Resampling.LANCZOS, inside)
    )
