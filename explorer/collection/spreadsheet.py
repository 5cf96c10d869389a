"""A catalogue's file as headings and rows of text, whether CSV, Excel, LibreOffice or JSON.

Museums put titles above their headings: of the first lines the one that names a column of files is the headings.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from explorer.collection import json_tables, workbooks
from explorer.collection.column_names import FILE_COLUMN, recognised
from explorer.collection.csv_text import csv_rows, decoded
from explorer.errors import ExplorerError

ENDINGS = (".csv", ".tsv", ".txt", *workbooks.ENDINGS, *json_tables.ENDINGS)
"""How the names of files end that are read as tables; any other is read as CSV."""
MOST_COLUMNS = 1000
MOST_CELLS = 10_000_000
"""Bounds of what is a catalogue: a row becomes a dictionary with a field for each heading."""
_MOST_TITLES = 20
"""Lines above the headings that may be titles."""

log = logging.getLogger(__name__)


def read_spreadsheet(path: Path) -> tuple[list[str], tuple[dict[str, str], ...]]:
    """The headings of a table, each once and without blanks around it, and its rows as text by heading; rows without
    any text are left out. Of a workbook the first sheet with a column of files is read, else the first.

    A heading that occurs again is numbered, "note (2)"; a column without one is called "column 3" if anything is in it.
    Raises :class:`ExplorerError` for a file that cannot be read as a table.
    """
    records = _table(path)
    headings, rows = (records[0], records[1:]) if records else ([], [])
    if len(headings) > MOST_COLUMNS or len(headings) * len(rows) > MOST_CELLS:
        raise ExplorerError(f"{path.name} has {len(headings):,} columns and {len(rows):,} rows; is it a catalogue?")
    _remark_on_surplus(rows, len(headings), path.name)
    names = _named(headings, [any(cells) for cells in _columns(rows, len(headings))])
    kept = [(number, name) for number, name in enumerate(names) if name]
    table = ({name: row[number] if number < len(row) else "" for number, name in kept} for row in rows)
    return [name for _, name in kept], tuple(table)


def _table(path: Path) -> list[list[str]]:
    """Headings and rows, without what stands above the headings."""
    ending = path.suffix.lower()
    if ending in workbooks.ENDINGS:
        found = [_below_titles(sheet) for sheet in workbooks.sheets(path)]
        return next((sheet for sheet in found if names_files(sheet[0])), found[0] if found else [])
    if ending in json_tables.ENDINGS:
        return json_tables.json_rows(decoded(path), path.name)
    return _below_titles(csv_rows(decoded(path), path.name, names_files))


def names_files(record: Sequence[str]) -> bool:
    """Whether a line holds headings, one of which is of a column of files."""
    return FILE_COLUMN in recognised(record)[0] and sum(bool(cell) for cell in record) > 1


def _below_titles(records: list[list[str]]) -> list[list[str]]:
    start = next((number for number, record in enumerate(records[:_MOST_TITLES]) if names_files(record)), 0)
    return records[start:]


def _columns(rows: list[list[str]], count: int) -> Iterator[Iterator[str]]:
    for number in range(count):
        yield (row[number] for row in rows if number < len(row))


def _named(headings: list[str], filled: list[bool]) -> list[str]:
    """A name for each column, no two alike; an empty one for a column that is to be left out."""
    names: list[str] = []
    for number, (heading, has_text) in enumerate(zip(headings, filled, strict=True), start=1):
        name = wanted = heading or (f"column {number}" if has_text else "")
        times = 2
        while name and name in names:
            name, times = f"{wanted} ({times})", times + 1
        names.append(name)
    return names


def _remark_on_surplus(rows: list[list[str]], count: int, name: str) -> None:
    """A warning where rows have text beyond the last heading: their cells may stand under the wrong ones."""
    surplus = [number for number, row in enumerate(rows, start=1) if any(row[count:])]
    if surplus:
        log.warning(
            "%s: rows with more cells than there are headings: %s, the first is row %s; a text with the separator in "
            "it needs quotation marks.", name, f"{len(surplus):,}", f"{surplus[0]:,}",
        )  # fmt: skip
