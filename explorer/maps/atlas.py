"""Atlases: sheets with the thumbnails of all works side by side, so that a map of thousands loads a few files.

A sheet is a JPEG of 2,048 x 2,048 pixels with cells of 64 (1,024 works) or 128 pixels (256 works); work number ``i`` of
the tables is in cell ``i`` of its size's sheets, counted row by row, fitted into its middle with its proportions.
Sheets lie among the served pictures, in ``atlas/<key>/<cell>-<sheet>.jpg``; the key names the pictures that are in
them. What is missing or damaged is made when it is asked for, sheet by sheet, so that a killed run goes on.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from explorer.collection.jpeg_checksum import NO_CHECKSUM, is_whole, with_checksum
from explorer.errors import ExplorerError
from explorer.files import not_written, replacing
from explorer.progress import Progress, silent, stage
from explorer.workspace import Workspace

SHEET = 2048
CELLS = (64, 128)
"""Sides of the cells that there are; larger than that, a work's own thumbnail (512 pixels) serves."""
GROUND = (128, 128, 128)
"""Behind pictures that do not fill their cell, and in cells whose picture is missing."""
_QUALITY = 80
_VERSION = 1
MAKING = "Making thumbnails for the map"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Atlas:
    """The sheets with cells of one size."""

    cell: int
    across: int
    """Cells in a row, and rows in a sheet."""
    sheets: tuple[Path, ...]

    def place(self, row: int) -> tuple[int, int, int]:
        """Sheet, and left and top of the cell in pixels, of the work in a row of the tables.

        >>> Atlas(64, 32, ()).place(1057)
        (1, 64, 64)
        """
        sheet, number = divmod(row, self.across**2)
        return sheet, number % self.across * self.cell, number // self.across * self.cell


def fitted(width: int, height: int, cell: int) -> tuple[int, int, int, int]:
    """Left, top, width and height of a picture of ``width`` by ``height`` in its cell.

    >>> fitted(400, 200, 64)
    (0, 16, 64, 32)
    """
    scale = cell / max(width, height, 1)
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    return (cell - wide) // 2, (cell - high) // 2, wide, high


def atlas(workspace: Workspace, cell: int = CELLS[0], progress: Progress = silent) -> Atlas:
    """The sheets with cells of ``cell`` pixels, made where they are missing. A work whose picture cannot be read has a
    grey cell. Raises :class:`ExplorerError` where the disk takes nothing."""
    if cell not in CELLS:
        raise ExplorerError(f"There are thumbnails of {CELLS[0]} and {CELLS[1]} pixels for the map.")
    works, across = workspace.tables.works, SHEET // cell
    folder = workspace.pictures / "atlas" / _key(workspace.tables.contents)
    paths = [folder / f"{cell}-{number}.jpg" for number in range(-(-len(works) // across**2))]
    missing = [number for number, path in enumerate(paths) if not is_whole(path)]
    for number in missing:
        part = range(number * across**2, min((number + 1) * across**2, len(works)))
        _write(_sheet(workspace, part, cell, progress), paths[number])
    if missing:
        _remove_others(folder)
    return Atlas(cell, across, tuple(paths))


def _key(contents: Sequence[str]) -> str:
    return hashlib.sha256("\n".join([str(_VERSION), *contents]).encode()).hexdigest()[:16]


def _sheet(workspace: Workspace, rows: range, cell: int, progress: Progress) -> Image.Image:
    """The works in ``rows`` of the tables; no higher than they need."""
    across = SHEET // cell
    sheet = Image.new("RGB", (SHEET, -(-len(rows) // across) * cell), GROUND)
    for number, row in enumerate(rows):
        stage()
        progress(MAKING, row, len(workspace.tables.works))
        try:
            picture = thumbnail(workspace, workspace.tables.works[row], cell)
        except (ExplorerError, OSError) as error:
            log.info("no thumbnail for the map: %s", error)
            continue
        left, top = (cell - picture.width) // 2, (cell - picture.height) // 2
        sheet.paste(picture, (number % across * cell + left, number // across * cell + top))
    progress(MAKING, rows.stop, len(workspace.tables.works))
    return sheet


def thumbnail(workspace: Workspace, work_id: str, side: int) -> Image.Image:
    """A work's thumbnail, its longer side ``side`` pixels. Raises :class:`ExplorerError` and :class:`OSError`."""
    with Image.open(workspace.thumbnail(work_id)) as opened:
        opened.draft("RGB", (side, side))
        _, _, *size = fitted(*opened.size, side)
        return opened.convert("RGB").resize((size[0], size[1]), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _write(sheet: Image.Image, path: Path) -> None:
    encoded = BytesIO()
    sheet.save(encoded, "JPEG", quality=_QUALITY, progressive=True, comment=NO_CHECKSUM)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(with_checksum(encoded.getvalue()))
    except OSError as error:
        raise not_written("A sheet of thumbnails for the map", error) from error


def _remove_others(folder: Path) -> None:
    """Sheets of earlier states of the collection."""
    for other in folder.parent.iterdir() if folder.parent.is_dir() else ():
        if other != folder and other.is_dir():
            shutil.rmtree(other, ignore_errors=True)
