"""The text by which works are found: file name, now and when first seen, catalogue entry, and what people added."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from explorer.collection.work import title_of_file


def write_texts(db: sqlite3.Connection) -> None:
    """Write the full-text search of all works anew, in the caller's transaction."""
    kept: dict[str, list[str]] = {}
    for row in db.execute(
        "SELECT work, value FROM kept_values JOIN kept_columns ON kept_columns.id = column_id WHERE removed = ''"
    ):
        kept.setdefault(row["work"], []).append(row["value"])
    rows = db.execute("SELECT * FROM works").fetchall()
    db.execute("DELETE FROM works_text")
    db.executemany(
        "INSERT INTO works_text (rowid, words) VALUES (?, ?)",
        [(row["row"], _searchable_text(row, kept.get(row["id"], ()))) for row in rows],
    )


def _searchable_text(row: sqlite3.Row, kept: Iterable[str]) -> str:
    entry = json.loads(row["catalogue"])
    values = [*entry.get("known", {}).values(), *entry.get("extra", {}).values()]
    return " ".join([row["id"], row["file"], title_of_file(row["file"]), *values, *kept])
