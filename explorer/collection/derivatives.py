"""Derivatives: smaller copies of pictures for the screen, made when first needed and kept. They are thumbnails, large
views and enlarged details.

They are named by the content hash of their picture, so a changed file never shows its old self, and two copies of one
file share theirs. They are in a folder of their own, the only one that the app serves files from.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from explorer.collection.jpeg_checksum import NO_CHECKSUM, is_whole, with_checksum
from explorer.collection.pictures import open_picture
from explorer.files import not_written, replacing
from explorer.geometry import Box

THUMBNAIL_SIDE = 512
VIEW_SIDE = 2400
DETAIL_SIDE = 480
_DETAIL_SOURCE = 4 * DETAIL_SIDE


@dataclass(frozen=True)
class Derivatives:
    """Copies kept in ``folder``. Every method returns the path of a JPEG file, made from the file ``source`` with the
    content hash ``content`` unless it is there and sound; it raises :class:`ExplorerError` when ``source`` cannot be
    read, and when the disk takes nothing."""

    folder: Path

    def thumbnail(self, content: str, source: Path, image: Image.Image | None = None) -> Path:
        """At most 512 pixels on its long side; ``image`` spares decoding when it is already at hand."""
        return self._copy("thumbnails", content, source, THUMBNAIL_SIDE, image)

    def has_thumbnail(self, content: str) -> bool:
        """Whether the thumbnail is there and sound."""
        return is_whole(self._place("thumbnails", content))

    def view(self, content: str, source: Path) -> Path:
        """At most 2,400 pixels on its long side: what the large viewer shows."""
        return self._copy("views", content, source, VIEW_SIDE)

    def detail(self, content: str, source: Path, box: Box, margin: float = 0.35) -> tuple[Path, Box]:
        """A crop of a box and its surroundings, at most 480 pixels, and where in that crop the box lies.

        ``margin`` is what is added on each side, as a fraction of the box's own side.
        """
        around = box.widened(margin).clipped()
        inside = Box(
            (box.x0 - around.x0) / around.width, (box.y0 - around.y0) / around.height,
            (box.x1 - around.x0) / around.width, (box.y1 - around.y0) / around.height,
        ).clipped()  # fmt: skip
        name = hashlib.sha256(repr([round(side, 4) for side in around.as_tuple()]).encode()).hexdigest()[:12]
        target = self.folder / "details" / content[:2] / f"{content}-{name}.jpg"
        if not is_whole(target):
            needed = DETAIL_SIDE / max(around.width, around.height)
            picture = open_picture(source, long_side=min(max(round(needed), DETAIL_SIDE), _DETAIL_SOURCE)).image
            crop = picture.crop(_at_least_a_pixel(around.to_pixels(*picture.size)))
            _save(crop, target, DETAIL_SIDE)
        return target, inside

    def remove(self, content: str) -> None:
        """Remove every copy of the file with this content."""
        for path in (*self.folder.glob(f"*/{content[:2]}/{content}.jpg"),
                     *self.folder.glob(f"details/{content[:2]}/{content}-*.jpg")):  # fmt: skip
            path.unlink(missing_ok=True)

    def damaged(self) -> tuple[list[Path], int]:
        """Copies that are damaged, and how many there are in all; each is made again when it is next asked for."""
        paths = sorted(self.folder.rglob("*.jpg"))
        return [path for path in paths if not is_whole(path)], len(paths)

    def _copy(self, kind: str, content: str, source: Path, side: int, image: Image.Image | None = None) -> Path:
        target = self._place(kind, content)
        if not is_whole(target):
            _save(image or open_picture(source, long_side=side).image, target, side)
        return target

    def _place(self, kind: str, content: str) -> Path:
        return self.folder / kind / content[:2] / f"{content}.jpg"


def _at_least_a_pixel(pixels: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = pixels
    return x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)


def _save(image: Image.Image, target: Path, side: int) -> None:
    """Write a copy of at most ``side`` pixels, whole or not at all."""
    image = image.copy()
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    encoded = BytesIO()
    image.save(encoded, "JPEG", quality=86, progressive=True, comment=NO_CHECKSUM)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as file:
            file.write(with_checksum(encoded.getvalue()))
    except OSError as error:
        raise not_written("A copy of the picture for the screen", error) from error
