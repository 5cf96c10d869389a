"""What is to be said of how pictures were read, such as which page of several is shown.

Remarks are kept by a picture's content, so they follow a file that is renamed and go for all equal files; a picture
that was read before remarks were kept has none until it is read again.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.collection.connections import connected_for_reading

if TYPE_CHECKING:
    from explorer.collection.database import Database

REMARKS = ("CREATE TABLE picture_remarks (content TEXT PRIMARY KEY, remarks TEXT NOT NULL) WITHOUT ROWID",)
"""The step of the database's schema."""
_BY_WORK = "SELECT file, remarks FROM works JOIN picture_remarks USING (content) ORDER BY file"


@dataclass(frozen=True)
class Remarked:
    """A picture that is in the collection, and what is to be said of how it was read."""

    file: str
    remark: str


class PictureRemarks:
    """The remarks on the pictures of a collection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, content: str) -> tuple[str, ...]:
        """The remarks on the picture of a content hash."""
        rows = self._database.read("SELECT remarks FROM picture_remarks WHERE content = ?", (content,))
        return _texts(rows[0]["remarks"]) if rows else ()

    def by_work(self) -> list[Remarked]:
        """The works of which something is to be said, in order of their files."""
        return _remarked(self._database.read(_BY_WORK))

    def keep(self, content: str, remarks: tuple[str, ...]) -> None:
        """Keep the remarks on a picture that was read, in place of those of an earlier reading."""
        if remarks == self.of(content):
            return
        with self._database.changing() as db:
            db.execute("DELETE FROM picture_remarks WHERE content = ?", (content,))
            if remarks:
                values = (content, json.dumps(remarks, ensure_ascii=False))
                db.execute("INSERT INTO picture_remarks VALUES (?, ?)", values)


def remarks_in(path: Path) -> list[Remarked]:
    """The same of an undamaged database, which is not changed; one of an earlier version has none."""
    with connected_for_reading(path) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'picture_remarks'").fetchone():
            return []
        return _remarked(db.execute(_BY_WORK).fetchall())


def _remarked(rows: list[sqlite3.Row]) -> list[Remarked]:
    return [Remarked(row["file"], "; ".join(_texts(row["remarks"]))) for row in rows]


def _texts(stored: str) -> tuple[str, ...]:
    return tuple(str(text) for text in json.loads(stored))
