"""Details to take away: each cut from its original at full size, in a ZIP with a table that says what they are."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from explorer.collection import Work, open_picture
from explorer.collection.csv_cells import plain_cell, table
from explorer.errors import ExplorerError
from explorer.files import replacing
from explorer.geometry import Box
from explorer.plates.captions import caption, credit_line
from explorer.plates.origin import Origin
from explorer.plates.pictures import jpeg, pixels
from explorer.progress import Progress, silent

if TYPE_CHECKING:
    from explorer.workspace import Workspace

TABLE = "details.csv"
ABOUT_WORK = ("file", "title", "caption", "credit", "box")
LAST = ("missing", "model", "settings", "version", "date")
QUALITY = 95


@dataclass(frozen=True)
class CutDetail:
    """One detail: where it lies, and what the table says of it."""

    folder: str
    """In the archive."""
    number: int
    file: str
    work: Work | None
    """None where it left the collection."""
    box: Box
    said: Mapping[str, Any]
    """Values of the table's own columns."""

    @property
    def picture(self) -> str:
        """A name that every system takes, whatever the file is called."""
        return f"{self.folder}/{self.number:03d}-{plain_name(PurePosixPath(self.file).stem, 'work')}.jpg"

    def row(self) -> dict[str, Any]:
        """What the table says of it, whoever holds it."""
        about: dict[str, Any] = {"picture": self.picture, "file": self.file, **self.said}
        if self.work is not None:
            box = list(self.box.to_pixels(self.work.width, self.work.height))
            about |= {
                "title": self.work.title,
                "caption": caption(self.work),
                "credit": credit_line(self.work),
                "box": box,
            }
        return about


def plain_name(words: str, otherwise: str) -> str:
    """Words as a name of a file that every system takes.

    >>> plain_name("Allégorie de la Vue / recto", "work"), plain_name("風車", "work")
    ('Allegorie-de-la-Vue-recto', 'work')
    """
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:60].strip("-") or otherwise


def write_cut_details(
    workspace: Workspace, details: Sequence[CutDetail], columns: Sequence[str], origin: Origin, path: Path,
    progress: Progress = silent,
) -> list[str]:  # fmt: skip
    """Write a ZIP of JPEG files and :data:`TABLE`, whole or not at all. The table has ``picture``, then ``columns``,
    then :data:`LAST`.

    Returns the works whose picture cannot be read, or that left the collection: the table says why, under ``missing``.
    """
    headings = ("picture", *columns, *LAST)
    rows: list[dict[str, Any]] = []
    with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for done, detail in enumerate(details):
            progress("Cutting details", done, len(details))
            rows.append({**detail.row(), "missing": "", **asdict(origin)})
            try:
                archive.writestr(detail.picture, _cut(workspace, detail))
            except ExplorerError as error:
                rows[-1] |= {"missing": str(error), "picture": ""}
        cells = ([plain_cell(row.get(column)) for column in headings] for row in rows)
        archive.writestr(TABLE, table(headings, cells), zipfile.ZIP_DEFLATED)
    return list(dict.fromkeys(row["file"] for row in rows if row["missing"]))


def _cut(workspace: Workspace, detail: CutDetail) -> bytes:
    if detail.work is None:
        raise ExplorerError("This work is no longer in the collection.")
    picture = open_picture(workspace.original(detail.work)).image
    return jpeg(picture.crop(pixels(detail.box, picture.size)), QUALITY)
