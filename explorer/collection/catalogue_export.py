"""The catalogue as a table: its own columns, and those that people added."""

from __future__ import annotations

from pathlib import Path

from explorer.collection.csv_cells import write_rows
from explorer.collection.store import Collection


def write_catalogue(collection: Collection, path: Path) -> None:
    """Write a row for each work: file, title, and every column of the catalogue and of those that were kept. What a
    spreadsheet would run as a formula has an apostrophe in front."""
    columns = collection.columns()
    rows = ([work.file, work.title, *map(work.value, columns)] for work in collection.works())
    write_rows(path, ["file", "title", *columns], rows)
