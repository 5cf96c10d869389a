"""A museum's spreadsheet, read as it comes: any columns, the known ones recognised and typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from explorer.collection.column_choice import refuse_choice
from explorer.collection.column_names import FILE_COLUMN, recognised
from explorer.collection.joining import Joined, join
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
        """Rows by the ids of works (paths relative to the folder), for those that have one."""
        return {work: self.rows[row] for work, row in self.row_numbers(ids).items()}

    def row_numbers(self, ids: list[str]) -> dict[str, int]:
        """The numbers of the rows of :meth:`match`, counted from 0."""
        return self.joined(ids).rows

    def joined(self, ids: list[str]) -> Joined:
        """Which rows and works found each other, and which did not, see :mod:`explorer.collection.joining`."""
        return join(self.named(), ids)

    def named(self) -> list[str]:
        """What each row has in the column of files."""
        return [row[self.known[FILE_COLUMN]] for row in self.rows]

    def none_joined(self, ids: list[str]) -> str:
        """The sentence for a catalogue of which no row names any of the works, with one name of each side."""
        first = next((name for name in self.named() if name.strip()), "")
        return (
            f"The catalogue has {len(self.rows):,} rows, and none of them names a picture in the folder: a row says "
            f"“{first[:120]}”, a picture is called “{ids[0][:120] if ids else ''}”."
        )


def read_catalogue(path: Path, columns: Mapping[str, str] | None = None) -> Catalogue:
    """Read a table: CSV, Excel, LibreOffice or JSON, see :mod:`explorer.collection.spreadsheet`.
    ``columns`` says what some of its columns are, see :mod:`explorer.collection.column_choice`; the others are told by
    their headings.

    Raises :class:`ExplorerError` when it is missing, is not text or a table (see
    :mod:`explorer.collection.spreadsheet`), has no rows, has no column naming the file, or has not what was chosen.
    """
    headings, rows = read_spreadsheet(path)
    refuse_choice(columns or {}, headings, path.name)
    known, units = recognised(headings, columns)
    if FILE_COLUMN not in known:
        shown = ", ".join(heading[:60] for heading in headings[:8]) or "nothing"
        raise ExplorerError(f"{path.name} needs a column named 'file' with the pictures' file names; it has {shown}.")
    if not rows:
        raise ExplorerError(f"{path.name} has headings but no rows.")
    extra = tuple(heading for heading in headings if heading not in known.values())
    return Catalogue(rows, known, extra, units)
