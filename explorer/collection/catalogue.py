"""A museum's spreadsheet, read as it comes: any columns, the known ones recognised and typed."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from explorer.collection.column_names import FILE_COLUMN, recognised
from explorer.collection.spreadsheet import read_spreadsheet
from explorer.errors import ExplorerError


@dataclass(frozen=True)
class Catalogue:
    """The rows of a table and which of its columns are known."""

    rows: tuple[dict[str, str], ...]
    """Each row's text by heading."""
    known: dict[str, str]
    """Field of :data:`KNOWN` -> the heading that it has in this table; always with :data:`FILE_COLUMN`."""
    extra: tuple[str, ...]
    """The other headings."""
    units: dict[str, str] = field(default_factory=dict)
    """Field -> unit, where the heading of a measure states one."""

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


def read_catalogue(path: Path, file_column: str = "") -> Catalogue:
    """Read a CSV file: comma, semicolon or tab; UTF-8 (with or without byte order mark) or Windows' Western code page.
    ``file_column`` is the heading of the pictures' file names, where that is to be told.

    Raises :class:`ExplorerError` when it is missing, is not text or a table (see
    :mod:`explorer.collection.spreadsheet`), has no rows, or has no column naming the file.
    """
    headings, rows = read_spreadsheet(path)
    if file_column and file_column not in headings:
        raise ExplorerError(f"{path.name} has no column {file_column[:60]!r}.")
    known, units = recognised(headings, file_column)
    if FILE_COLUMN not in known:
        shown = ", ".join(heading[:60] for heading in headings[:8]) or "nothing"
        raise ExplorerError(f"{path.name} needs a column named 'file' with the pictures' file names; it has {shown}.")
    if not rows:
        raise ExplorerError(f"{path.name} has headings but no rows.")
    extra = tuple(heading for heading in headings if heading not in known.values())
    return Catalogue(rows, known, extra, units)


def _composed(path: str) -> str:
    return unicodedata.normalize("NFC", path)


def _folded_name(path: str) -> str:
    return PurePosixPath(path).name.casefold()
