"""A museum's spreadsheet, read as it comes: any columns, the known ones recognised and typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from explorer.collection.spreadsheet import read_spreadsheet
from explorer.errors import ExplorerError

FILE_COLUMN = "file"
KNOWN: Mapping[str, tuple[str, ...]] = {
    FILE_COLUMN: ("file", "filename", "file name", "image", "image file", "picture", "path", "file path"),
    "title": ("title", "name", "object title", "work"),
    "artist": ("artist", "artists", "creator", "maker", "attribution", "artist name", "painter", "artist hand", "hand"),
    "date": ("date", "dated", "date text", "dating", "date range", "year", "object date"),
    "year_from": ("year from", "date from", "begin", "begin date", "year begin", "object begin date", "earliest"),
    "year_to": ("year to", "date to", "end", "end date", "year end", "object end date", "latest"),
    "genre": ("genre", "subject", "type"),
    "style": ("style", "school", "movement"),
    "medium": ("medium", "material", "materials", "technique", "support"),
    "holder": ("collection", "holder", "museum", "repository", "owner", "location"),
    "inventory": ("inventory number", "inventory", "inv no", "inv", "accession number", "object number"),
    "height_cm": ("height cm", "height (cm)", "h cm", "h (cm)"),
    "width_cm": ("width cm", "width (cm)", "w cm", "w (cm)"),
    "url": ("url", "iiif", "iiif url", "manifest", "landing url", "landing page", "link", "iiif/landing url"),
}
"""Field name -> the headings it goes by, lower case, first come first served."""


@dataclass(frozen=True)
class Catalogue:
    """The rows of a table and which of its columns are known."""

    rows: tuple[dict[str, str], ...]
    """Each row's text by heading."""
    known: dict[str, str]
    """Field of :data:`KNOWN` -> the heading that it has in this table; always with :data:`FILE_COLUMN`."""
    extra: tuple[str, ...]
    """The other headings."""

    def match(self, ids: list[str]) -> dict[str, dict[str, str]]:
        """Rows by the ids of works (paths relative to the folder), for those that have one.

        A row belongs to the work with its path; else with its path in another case; else with its file name, in any
        case, if only one work has that. Backslashes count as slashes, and Unicode composition does not matter. Of two
        rows for one work the first counts.
        """
        return {work: self.rows[row] for work, row in self.row_numbers(ids).items()}

    def row_numbers(self, ids: list[str]) -> dict[str, int]:
        """The numbers of the rows of :meth:`match`, counted from 0."""
        paths = [
            _composed(row[self.known[FILE_COLUMN]].strip().replace("\\", "/").removeprefix("./")) for row in self.rows
        ]
        matched: dict[str, int] = {}
        used: set[int] = set()
        for fold in (str, str.casefold, _folded_name):
            works: dict[str, list[str]] = {}
            for work in ids:
                works.setdefault(fold(_composed(work)), []).append(work)
            for row, path in enumerate(paths):
                named = works.get(fold(path), [])
                if row not in used and len(named) == 1 and named[0] not in matched:
                    matched[named[0]] = row
                    used.add(row)
        return matched


def read_catalogue(path: Path) -> Catalogue:
    """Read a CSV file: comma, semicolon or tab; UTF-8 (with or without byte order mark) or Windows' Western code page.

    Raises :class:`ExplorerError` when it is missing, is not text or a table (see
    :mod:`explorer.collection.spreadsheet`), has no rows, or has no column naming the file.
    """
    headings, rows = read_spreadsheet(path)
    known = _recognised(headings)
    if FILE_COLUMN not in known:
        shown = ", ".join(heading[:60] for heading in headings[:8]) or "nothing"
        raise ExplorerError(f"{path.name} needs a column named 'file' with the pictures' file names; it has {shown}.")
    if not rows:
        raise ExplorerError(f"{path.name} has headings but no rows.")
    extra = tuple(heading for heading in headings if heading not in known.values())
    return Catalogue(rows, known, extra)


def length_cm(text: str) -> float | None:
    """A length in centimetres as catalogues write it, or None: ``"27,5 cm"`` is 27.5.

    >>> length_cm("27,5 cm"), length_cm("about a foot")
    (27.5, None)
    """
    found = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*(?:cm)?\s*", text)
    value = float(found[1].replace(",", ".")) if found else None
    return value if value and value < 100_000 else None


def _composed(path: str) -> str:
    return unicodedata.normalize("NFC", path)


def _folded_name(path: str) -> str:
    return PurePosixPath(path).name.casefold()


def _recognised(headings: list[str]) -> dict[str, str]:
    """Field -> heading, for the fields of :data:`KNOWN` that a table has; of equal headings the first counts."""
    by_name = {re.sub(r"[\s_.\-]+", " ", heading).strip().casefold(): heading for heading in reversed(headings)}
    known: dict[str, str] = {}
    for field, synonyms in KNOWN.items():
        heading = next((by_name[name] for name in synonyms if name in by_name), None)
        if heading is not None and heading not in known.values():
            known[field] = heading
    return known
